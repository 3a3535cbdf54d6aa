import type { Language } from '../texts/bilingual.ts'
import type { Words } from './texts.ts'

const units = ['B', 'KB', 'MB', 'GB', 'TB']

export const countText = (count: number, language: Language): string =>
  new Intl.NumberFormat(localeOf(language)).format(count)

/** Powers of 1,000, as disks are sold. */
export function sizeText(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)}\u00a0${units[step]}`
}

/** Two days, three hours, …: the largest unit that gives at least two of it, so that little is lost. */
export function spanText(seconds: number, words: Words): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 120) return words.span.seconds(whole)
  if (whole < 7200) return words.span.minutes(Math.floor(whole / 60))
  if (whole < 172_800) return words.span.hours(Math.floor(whole / 3600))
  return words.span.days(Math.floor(whole / 86_400))
}

const localeOf = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en-GB')

/** The time of day on the wall's clock. */
export const clockText = (ms: number, timeZone: string, language: Language): string =>
  new Intl.DateTimeFormat(localeOf(language), {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(ms)

/** With the day when it is not of the last twelve hours. */
export function timeText(ms: number, timeZone: string, language: Language, nowMs: number): string {
  if (Math.abs(nowMs - ms) < 12 * 3_600_000) return clockText(ms, timeZone, language)
  const day = { timeZone, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const
  return new Intl.DateTimeFormat(localeOf(language), day).format(ms)
}
