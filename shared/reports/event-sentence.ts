import { amountText } from '../health/amounts.ts'
import { type Bilingual, type CodeText, filledText, type TextValue } from '../texts/bilingual.ts'
import { documentPhrases, lostPhrases, ownPhrase, refusalPhrases } from '../texts/phrases.ts'
import type { EventCode } from './event.ts'
import { eventTexts } from './event-texts.ts'

/** What an event says in each language; undefined for a code that this version does not know. */
export function eventSaid(code: string, about: Readonly<Record<string, unknown>>): CodeText | undefined {
  if (!isKnown(code)) return undefined
  const { title, sentence } = eventTexts[code]
  const values = Object.fromEntries(Object.entries(about).map(([name, value]) => [name, saidOf(name, value)]))
  return { title, sentence: filledText(sentence, values) }
}

const isKnown = (code: string): code is EventCode => Object.hasOwn(eventTexts, code)

/** Longer values come from outside, and tell nobody under a wall more. */
const longest = 120

/** How a value of an event's details is said, by its name; undefined: it is not. */
function saidOf(name: string, value: unknown): TextValue | undefined {
  if (typeof value === 'number') return name.endsWith('Bytes') ? amountText.bytes(value) : String(value)
  if (isBilingual(value)) return value
  if (typeof value !== 'string' || value === '') return undefined
  switch (name) {
    case 'asset':
      return value.replace(/^sha256:/, '').slice(0, 8)
    case 'topic':
      return value.split('/').slice(-2).join('/').slice(0, longest)
    case 'code':
      return one(refusalPhrases, value) ?? value.slice(0, longest)
    case 'kind':
      return one(documentPhrases, value) ?? value
    case 'what':
      return one(lostPhrases, value) ?? value
    case 'verdict':
      return one(verdictWords, value) ?? value
    case 'reason':
      return ownPhrase(value.slice(0, longest))
    default:
      return value.slice(0, longest)
  }
}

const one = (phrases: Readonly<Record<string, Bilingual>>, name: string): Bilingual | undefined =>
  Object.hasOwn(phrases, name) ? phrases[name] : undefined

const isBilingual = (value: unknown): value is Bilingual =>
  typeof value === 'object' &&
  value !== null &&
  'en' in value &&
  typeof value.en === 'string' &&
  'zh' in value &&
  typeof value.zh === 'string'

const verdictWords = {
  ok: { en: 'ok', zh: '正常' },
  degraded: { en: 'degraded', zh: '需要查看' },
  failing: { en: 'failing', zh: '故障' },
}
