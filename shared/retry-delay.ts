/** A back-off: its first delay and its cap, in milliseconds. */
export type BackOff = { readonly firstMs: number; readonly capMs: number }

/**
 * How long to wait before a try, after `failures` of them (1 or more): doubling, capped, and spread over the upper half of
 * the span so that a street of walls does not knock in step. `random` is in [0, 1).
 */
export function retryDelayMs(failures: number, random: number, { firstMs, capMs }: BackOff): number {
  const spanMs = Math.min(capMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)))
  return spanMs / 2 + (spanMs / 2) * random
}
