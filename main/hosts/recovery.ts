/** What is made anew to bring a lost picture back, from the cheapest to the dearest. */
export type Remedy = 'page' | 'browser' | 'fresh-browser'

/** When the picture was lost before: milliseconds of a clock that never steps, oldest first. */
export type Losses = readonly number[]

/** How long a loss counts against what comes after it. */
const memoryMs = 60_000

/** Losses that still count at this instant, the one that just happened included. */
export const withLoss = (losses: Losses, nowMs: number): Losses =>
  [...losses, nowMs].filter((atMs) => nowMs - atMs < memoryMs).slice(-32)

/**
 * Climbs a ladder and never stops: the first losses cost a new page each, at once; then a new browser; then a new browser
 * with an empty profile. Waits grow to two seconds so that a wall that cannot be helped does not burn its processor, and
 * no longer, since a cap on attempts is a black wall for ever.
 */
export function remedyFor(
  losses: Losses,
  lost: 'page' | 'browser',
): { readonly remedy: Remedy; readonly waitMs: number } {
  const count = losses.length
  const waitMs = count <= 3 ? 0 : Math.min(2000, 50 * 2 ** (count - 4))
  if (lost === 'page' && count % 5 !== 0) return { remedy: 'page', waitMs }
  return { remedy: count < 4 ? 'browser' : 'fresh-browser', waitMs }
}
