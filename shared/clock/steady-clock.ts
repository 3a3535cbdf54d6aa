/** How far a smooth clock stands from the one it follows, and when that was looked at; milliseconds. */
export type Steering = { readonly correctionMs: number; readonly atMs: number }

export const noSteering: Steering = { correctionMs: 0, atMs: 0 }

/** More than this is no drift: somebody has set the clock. */
const jumpMs = 500
/** What walls may follow without anybody seeing it: half a millisecond a second. */
const slewRate = 500e-6

/**
 * A clock that others follow must not twitch with NTP's corrections: it goes after the system's clock by at most half a
 * millisecond a second, and jumps only if that has been set. `aheadMs`: how far the system's clock is ahead of the monotonic one.
 */
export function steer(before: Steering, aheadMs: number, atMs: number): Steering {
  const offMs = aheadMs - before.correctionMs
  if (before === noSteering || Math.abs(offMs) > jumpMs) return { correctionMs: aheadMs, atMs }
  const mostMs = slewRate * (atMs - before.atMs)
  return { correctionMs: before.correctionMs + Math.max(-mostMs, Math.min(mostMs, offMs)), atMs }
}
