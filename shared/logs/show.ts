import { type LogLevel, type LogLine, logLevels } from './line.ts'

/** Which lines somebody wants to see. */
export type LogFilter = {
  /** This and what is graver. */
  readonly level: LogLevel
  /** Milliseconds since 1970; lines before are passed over. */
  readonly sinceMs: number | undefined
  /** Text in the message or the details, whatever its case. */
  readonly grep: string | undefined
}

export function isWanted(line: LogLine, { level, sinceMs, grep }: LogFilter): boolean {
  if (logLevels.indexOf(line.level) < logLevels.indexOf(level)) return false
  if (sinceMs !== undefined && Date.parse(line.at) < sinceMs) return false
  if (grep === undefined) return true
  return `${line.message} ${detailsOf(line)}`.toLowerCase().includes(grep.toLowerCase())
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `15m`, `2h`, `1d` before now, or an instant such as `2026-11-22T08:00:00Z`; undefined for anything else. */
export function sinceMs(text: string, nowMs: number): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim()) ?? []
  if (amount !== undefined) return nowMs - Number(amount) * (units[unit] ?? 0)
  const instant = Date.parse(text)
  return /^\d{4}-\d\d-\d\d/.test(text) && Number.isFinite(instant) ? instant : undefined
}

const colours: Readonly<Record<LogLevel, string>> = { debug: '2', info: '0', warning: '33', error: '31' }

/** A line for people: local time, level where it is not plain information, message, details. */
export function logText(line: LogLine, timeZone: string, colour: boolean): string {
  const time = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(
    new Date(line.at),
  )
  const text = `${time}  ${saidText(line)}`
  return colour ? `\u001b[${colours[line.level]}m${text}\u001b[0m` : text
}

/** What a line says: level where it is not plain information, message, details that the message leaves out. */
export function saidText(line: Omit<LogLine, 'at'>): string {
  const level = line.level === 'info' ? '' : `${line.level}: `
  const times = line.times === undefined ? '' : line.times === 1 ? ' (once more)' : ` (${line.times} times more)`
  const details = detailsOf({ about: unsaid(line) })
  const text = `${level}${line.message}${times}${details === '' ? '' : `  ${details}`}`
  return shortNames(text).replace(/[\p{Cc}\p{Bidi_Control}]/gu, '·')
}

/** What the message says already is not said again. */
const unsaid = ({ message, about = {} }: Pick<LogLine, 'message' | 'about'>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(about).filter(([, value]) => typeof value !== 'string' || !message.includes(value)))

/** The first digits tell files apart for people; `--json` has them whole. */
const shortNames = (text: string): string => text.replaceAll(/\b(sha256:)?([0-9a-f]{8})[0-9a-f]{56}\b/g, '$1$2…')

const detailsOf = ({ about }: Pick<LogLine, 'about'>): string =>
  about && Object.keys(about).length > 0 ? JSON.stringify(about) : ''
