import type { LocalizedText } from '../../../shared/documents/fields.ts'
import type { Showing } from '../../../shared/screen/programme.ts'
import type { Play } from '../driver-state.ts'
import { drawQrCode } from './qr-code.ts'

/**
 * Puts a play's texts into its deck: caption in each language, credit, hashtag, QR code. Nothing when it has none. Hidden,
 * it is laid out all the same, so that its fonts are there when it is revealed.
 */
export function addLowerThird(deck: HTMLElement, play: Play, languages: readonly string[], hidden: boolean): void {
  const texts = textsOf(play.showing, languages)
  const code = play.showing.qr === undefined ? undefined : drawQrCode(play.showing.qr)
  if (texts.length === 0 && !code) return
  const root = document.createElement('div')
  root.className = 'lower-third'
  root.dataset.play = `${play.id}`
  root.dataset.shown = `${!hidden}`
  const column = document.createElement('div')
  column.className = 'lower-third-texts'
  column.append(...texts.map(toLine))
  root.append(column)
  if (code) {
    const card = document.createElement('div')
    card.className = 'lower-third-code'
    card.append(code)
    root.append(card)
  }
  deck.append(root)
}

/** Shows the play's texts and takes away those of every other play in its deck. */
export function revealLowerThird(deck: HTMLElement, play: number): void {
  for (const root of lowerThirdsOf(deck)) {
    if (root.dataset.play === `${play}`) root.dataset.shown = 'true'
    else if (Number(root.dataset.play) < play) root.remove()
  }
}

/** Takes away the texts of one play, or of all. */
export function removeLowerThird(deck: HTMLElement, play?: number): void {
  for (const root of lowerThirdsOf(deck)) {
    if (play === undefined || root.dataset.play === `${play}`) root.remove()
  }
}

type Line = { readonly kind: 'caption' | 'translation' | 'credit' | 'hashtag'; readonly text: string; lang?: string }

function textsOf(showing: Showing, languages: readonly string[]): Line[] {
  const captions = inLanguages(showing.caption, languages).map(
    ([lang, text], at): Line => ({ kind: at === 0 ? 'caption' : 'translation', text, lang }),
  )
  const places = inLanguages(showing.credit?.place, languages).map(([, text]) => text)
  const credit = [showing.credit?.author, places.join(' '), showing.credit?.category]
    .filter((part) => part !== undefined && part !== '')
    .join(' · ')
  const lines: Line[] = [
    ...captions,
    { kind: 'credit', text: credit },
    { kind: 'hashtag', text: showing.hashtag ?? '' },
  ]
  return lines.filter((line) => line.text !== '')
}

/** The texts in the wall's languages, `zh` also standing for `zh-Hans`; what there is, when none of them is there. */
function inLanguages(texts: LocalizedText | undefined, languages: readonly string[]): [string, string][] {
  const all = Object.entries(texts ?? {})
  const chosen = languages.flatMap((wanted) => {
    const exact = all.filter(([tag]) => isTag(tag, wanted))
    return exact.length > 0 ? exact : all.filter(([tag]) => isTag(tag.split('-')[0], wanted.split('-')[0])).slice(0, 1)
  })
  return chosen.length > 0 ? [...new Map(chosen)] : all.slice(0, languages.length || all.length)
}

const isTag = (one: string | undefined, other: string | undefined) => one?.toLowerCase() === other?.toLowerCase()

function toLine({ kind, text, lang }: Line): HTMLElement {
  const line = document.createElement('p')
  line.className = `lower-third-${kind}`
  line.textContent = text
  if (lang) line.lang = lang
  return line
}

function lowerThirdsOf(deck: HTMLElement): HTMLElement[] {
  return [...deck.querySelectorAll<HTMLElement>('.lower-third')]
}
