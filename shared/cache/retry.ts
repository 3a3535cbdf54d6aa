import { longestWaitMs, retryDelayMs } from '../retry-delay.ts'

/** An address that serves wrong bytes needs somebody to mend it, and each try costs the whole asset: at most a quarter of an hour. */
export const longestWaitAfterMismatchMs = 900_000

/** What must have come for a broken download to count as progress, so that a server that gives a byte a try is not hammered. */
const progressBytes = 64 * 1024

/** Where the tries of an asset stand: the address to try, and how many tries failed in a row. */
export type Attempts = { readonly url: string; readonly attempts: number }

/** How a try failed: `cut` after so many new bytes; `mismatch`: the whole came from this address, and has another hash. */
export type FailedTry =
  | { readonly kind: 'cut'; readonly newBytes: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'mismatch' }

/**
 * What to try next, and after how long. An address that gave something is asked for the rest; one that did not hands over
 * to the next at once, until all have failed in this round.
 */
export function afterFailure(
  before: Attempts,
  failed: FailedTry,
  urls: readonly string[],
  random: number,
): Attempts & { readonly waitMs: number } {
  if (failed.kind === 'cut' && failed.newBytes >= progressBytes) {
    return { url: before.url, attempts: 0, waitMs: retryDelayMs(1, random) }
  }
  const attempts = before.attempts + 1
  const url = urls[(urls.indexOf(before.url) + 1) % urls.length] ?? before.url
  const round = attempts / Math.max(urls.length, 1)
  if (!Number.isInteger(round)) return { url, attempts, waitMs: 0 }
  const capMs = failed.kind === 'mismatch' ? longestWaitAfterMismatchMs : longestWaitMs
  return { url, attempts, waitMs: retryDelayMs(round, random, capMs) }
}

/** The address to begin with: the one that was to be tried before a restart if it is still one of them; empty if there is none. */
export const firstAddress = (urls: readonly string[], former: string | undefined): string =>
  urls.find((url) => url === former) ?? urls[0] ?? ''

/** What is left of a wait that was written down before a restart; none if the clock was stepped in between. */
export function waitLeftMs(nextAttemptAt: number, now: number): number {
  const left = nextAttemptAt - now
  return left > 0 && left <= longestWaitAfterMismatchMs ? left : 0
}
