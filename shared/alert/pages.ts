import type { CapAlert, CapInfo } from './cap.ts'

/** What is drawn for one language: `lead` large, `body` below it or on pages of its own, `foot` small. */
export type AlertText = {
  readonly language: string
  readonly direction: 'ltr' | 'rtl'
  readonly label: string
  readonly lead: string
  readonly body: string
  /** Where, until when, and from whom: none of these is broken into lines if it fits into one. */
  readonly foot: readonly string[]
  readonly colours: { readonly ground: string; readonly text: string }
  /** Drawn across the top when it is no real alert. */
  readonly banner: string | undefined
}

/** Contrast of each is at least 7:1 (WCAG 2.2, 1.4.6). */
const colours = {
  red: { ground: '#9b0010', text: '#ffffff' },
  amber: { ground: '#ffb300', text: '#000000' },
  blue: { ground: '#0b3d91', text: '#ffffff' },
}

const coloursOf: Readonly<Record<CapInfo['severity'], AlertText['colours']>> = {
  Extreme: colours.red,
  Severe: colours.red,
  Moderate: colours.amber,
  Minor: colours.blue,
  Unknown: colours.blue,
}

/** The texts of a message for the wall, one for each `info`, in the message's order: what is the matter, what to do, where, until when. */
export function alertTexts({ status, sender, infos }: CapAlert, timeZone: string): AlertText[] {
  return infos.map((info) => ({
    language: info.language,
    direction: directionOf(info.language),
    label: info.event,
    lead: info.headline ?? info.event,
    body: info.instruction ?? info.description ?? '',
    foot: [info.areas.join(', '), untilText(info, timeZone), info.senderName ?? sender].filter((one) => one !== ''),
    colours: coloursOf[info.severity],
    banner: status === 'Actual' ? undefined : bannerOf(status, info.language),
  }))
}

/** Languages that are written from right to left, by ISO 639. */
const fromTheRight = ['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi']

const directionOf = (language: string): AlertText['direction'] =>
  fromTheRight.includes(language.toLowerCase().split('-')[0] ?? '') ? 'rtl' : 'ltr'

const banners: Readonly<Record<string, string>> = {
  en: 'EXERCISE',
  zh: '演习',
  ja: '訓練',
  ko: '훈련',
  de: 'ÜBUNG',
  fr: 'EXERCICE',
  es: 'SIMULACRO',
}

const bannerOf = (status: string, language: string): string =>
  banners[language.slice(0, 2).toLowerCase()] ?? status.toUpperCase()

/** In the reader's own form of date and time; the arrow needs no translation. */
function untilText({ expires, language }: CapInfo, timeZone: string): string {
  if (expires === undefined) return ''
  const format = new Intl.DateTimeFormat(language, { timeZone, dateStyle: 'medium', timeStyle: 'short' })
  const arrow = directionOf(language) === 'rtl' ? '←' : '→'
  return `${arrow} ${format.format(Date.parse(expires))}`
}
