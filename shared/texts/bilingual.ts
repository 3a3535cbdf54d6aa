import { z } from 'zod'
import { assertNever } from '../assert-never.ts'
import { amountText } from '../health/amounts.ts'

/** The languages that a player speaks to whoever stands under the wall. */
export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]

/** The same text in each language. */
export const bilingual = z.object({ en: z.string(), zh: z.string() })
export type Bilingual = Readonly<z.infer<typeof bilingual>>

/** What a code says: in a few words, and in a sentence that may have places for values. */
export type CodeText = { readonly title: Bilingual; readonly sentence: Bilingual }

/** A code's text: its title in English and Chinese, then its sentence in both. */
export const codeText = (title: readonly [en: string, zh: string], en: string, zh: string): CodeText => ({
  title: { en: title[0], zh: title[1] },
  sentence: { en, zh },
})

/** What a sentence is filled with: a text that is the same in every language, one that is not, or how long something lasted. */
export type TextValue = string | Readonly<Partial<Bilingual>> | { readonly ms: number }
export type TextValues = Readonly<Record<string, TextValue | undefined>>

/**
 * A text with its values in every language. `{name}` stands for a value. What is in square brackets is left out where a value
 * in it is not known; outside of them such a value is shown as `…`.
 */
export const filledText = (text: Bilingual, values: TextValues): Bilingual => ({
  en: filledIn('en', text.en, values),
  zh: filledIn('zh', text.zh, values),
})

function filledIn(language: Language, text: string, values: TextValues): string {
  const known = (name: string) => (Object.hasOwn(values, name) ? textOf(values[name], language) : undefined)
  return text
    .replaceAll(/\[([^[\]]*)\]/g, (_whole, part: string) =>
      namesIn(part).every((name) => known(name) !== undefined) ? part : '',
    )
    .replaceAll(/\{(\w+)\}/g, (_whole, name: string) => known(name) ?? '…')
}

/** The names of the values that a text has places for. */
export const namesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

function textOf(value: TextValue | undefined, language: Language): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return 'ms' in value ? durationText(value.ms, language) : value[language]
}

const chineseUnits: Readonly<Record<string, string>> = { d: '天', h: '小时', min: '分钟', s: '秒' }

function durationText(ms: number, language: Language): string {
  const text = amountText.duration(ms)
  switch (language) {
    case 'en':
      return text
    case 'zh':
      return text.replaceAll(/[a-z]+/g, (unit) => chineseUnits[unit] ?? unit)
    default:
      return assertNever(language)
  }
}
