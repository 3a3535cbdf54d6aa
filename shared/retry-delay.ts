const firstWaitMs = 1000

/** The longest wait of a back-off that is not told another. */
export const longestWaitMs = 60_000

/**
 * How long to wait before round `round` (1 is the first repetition), in ms: exponential, capped, and with half of it drawn
 * by lot (`random` in [0, 1)), so that a street of walls does not knock in step.
 */
export function retryDelayMs(round: number, random: number, capMs: number = longestWaitMs): number {
  const full = Math.min(firstWaitMs * 2 ** Math.min(Math.max(round, 1) - 1, 30), capMs)
  return full / 2 + (random * full) / 2
}
