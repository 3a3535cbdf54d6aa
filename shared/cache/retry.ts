import { longestWaitMs, retryDelayMs } from '../retry-delay.ts'

/** An address that serves wrong bytes needs somebody to mend it, and each try costs the whole asset: at most a quarter of an hour. */
export const longestWaitAfterMismatchMs = 900_000

/** What must have come for a broken download to count as progress, so that a server that gives a byte a try is not hammered. */
const progressBytes = 64 * 1024

/** Where the tries of an asset stand: the address to try, and how many tries failed in a row. */
export type Attempts = { readonly url: string; readonly attempts: number }

/**
 * How a try failed: `cut` after so many new bytes; `refused`, perhaps with a time before which the server does not want to
 * be asked again; `mismatch`: the whole came from this address, and has another hash.
 */
export type FailedTry =
  | { readonly kind: 'cut'; readonly newBytes: number }
  | { readonly kind: 'refused'; readonly retryAfterMs?: number | undefined }
  | { readonly kind: 'mismatch' }

/** How long each address is to be left alone, in ms; those that are not in it may be asked now. */
export type Rests = ReadonlyMap<string, number>

/**
 * What to try next, and after how long. An address that gave something is asked for the rest; one that did not hands over
 * to the next that does not rest, at once, until all have failed in this round. No status is for ever: an address that was
 * forbidden or gone is asked again in its turn.
 */
export function afterFailure(
  before: Attempts,
  failed: FailedTry,
  urls: readonly string[],
  random: number,
  rests: Rests = new Map(),
): Attempts & { readonly waitMs: number } {
  if (failed.kind === 'cut' && failed.newBytes >= progressBytes) {
    return { url: before.url, attempts: 0, waitMs: retryDelayMs(1, random) }
  }
  const place = urls.indexOf(before.url)
  const [first] = urls
  if (place === -1 && first !== undefined) return { url: first, attempts: 0, waitMs: rests.get(first) ?? 0 }
  const attempts = before.attempts + 1
  const turns = [...urls.slice(place + 1), ...urls.slice(0, place + 1)]
  const url = firstAwake(turns, rests) ?? before.url
  const restMs = rests.get(url) ?? 0
  const round = attempts / Math.max(urls.length, 1)
  if (!Number.isInteger(round)) return { url, attempts, waitMs: restMs }
  const capMs = failed.kind === 'mismatch' ? longestWaitAfterMismatchMs : longestWaitMs
  return { url, attempts, waitMs: Math.max(restMs, retryDelayMs(round, random, capMs)) }
}

/** The first that may be asked now, else the one that may be asked soonest. */
const firstAwake = (urls: readonly string[], rests: Rests): string | undefined =>
  urls.toSorted((a, b) => (rests.get(a) ?? 0) - (rests.get(b) ?? 0))[0]

/** How long an address is left alone for how it failed, in ms; `mismatches`: how often it served wrong bytes, this time included. */
export function restAfter(failed: FailedTry, mismatches: number, random: number): number {
  if (failed.kind === 'refused') return Math.min(failed.retryAfterMs ?? 0, longestWaitAfterMismatchMs)
  return failed.kind === 'mismatch' ? retryDelayMs(mismatches, random, longestWaitAfterMismatchMs) : 0
}

/**
 * Where the tries stand after a document came with other addresses: one that is new is tried at once, in a round of its
 * own, so that fresh signatures end the wait of those that expired. Undefined: none is new.
 */
export function afterNewAddresses(
  { attempts }: Attempts,
  former: readonly string[],
  urls: readonly string[],
): Attempts | undefined {
  const fresh = urls.find((url) => !former.includes(url))
  if (fresh === undefined) return undefined
  return { url: fresh, attempts: Math.floor(attempts / Math.max(former.length, 1)) * urls.length }
}

/** The address to begin with: the one that was to be tried before a restart if it is still one of them; empty if there is none. */
export const firstAddress = (urls: readonly string[], former: string | undefined): string =>
  urls.find((url) => url === former) ?? urls[0] ?? ''

/** What is left of a wait that was written down before a restart; none if the clock was stepped in between. */
export function waitLeftMs(nextAttemptAt: number, now: number): number {
  const left = nextAttemptAt - now
  return left > 0 && left <= longestWaitAfterMismatchMs ? left : 0
}
