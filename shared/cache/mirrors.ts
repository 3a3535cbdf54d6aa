import { type FailedTry, longestWaitAfterMismatchMs } from './retry.ts'

/**
 * How web servers did of late, by their origin (RFC 6454): failures in a row, whatever file they were for, and until when they
 * are asked after others (monotonic, ms). Nobody waits for that: it only changes which of several addresses is tried first.
 */
export type Mirrors = ReadonlyMap<string, { readonly failures: number; readonly untilMs: number }>

const firstRestMs = 30_000
const mostRemembered = 256

/** What came of a try at this address. Once may be chance, and one that gave much before it broke off is not judged by that. */
export function afterMirror(mirrors: Mirrors, url: string, came: FailedTry | 'came', nowMs: number): Mirrors {
  const origin = originOf(url)
  if (origin === undefined || (came !== 'came' && came.kind === 'cut')) return mirrors
  const others = [...mirrors].filter(([name]) => name !== origin).slice(1 - mostRemembered)
  if (came === 'came') return new Map(others)
  const failures = (mirrors.get(origin)?.failures ?? 0) + 1
  const restMs = failures < 2 ? 0 : Math.min(firstRestMs * 2 ** Math.min(failures - 2, 20), longestWaitAfterMismatchMs)
  return new Map([...others, [origin, { failures, untilMs: nowMs + restMs }]])
}

/** The address to try when it is this one's turn: the next one whose server does well, if this one's does not. */
export function preferredAddress(url: string, urls: readonly string[], mirrors: Mirrors, nowMs: number): string {
  const rests = (one: string) => (mirrors.get(originOf(one) ?? '')?.untilMs ?? nowMs) > nowMs
  if (!rests(url)) return url
  const place = urls.indexOf(url)
  return [...urls.slice(place + 1), ...urls.slice(0, Math.max(place, 0))].find((one) => !rests(one)) ?? url
}

const originOf = (url: string): string | undefined => /^https?:\/\/[^/]+/i.exec(url)?.[0].toLowerCase()
