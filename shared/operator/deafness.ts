import type { PlayerView } from './fleet.ts'

/** A player says how it is each minute: whoever has said nothing for three is deaf, or its messages go nowhere. */
export const deafAfterMs = 180_000

/** When an operator's tool last heard of a player, and since when it listens without a gap; by a clock that never steps. */
export type Hearing = {
  /** Of messages as they were sent; what the broker kept says nothing about now. */
  readonly heardMs: number | undefined
  readonly listeningSinceMs: number
  readonly nowMs: number
}

/**
 * Whether a player is online by its presence and yet says nothing. Players that never send their health are not judged.
 * Before the tool itself has listened for long enough only a player whose own clock is trusted is judged, by what it said last;
 * `wallClockMs` is milliseconds since 1970.
 */
export function isDeaf({ presence, health, state }: PlayerView, hearing: Hearing, wallClockMs: number): boolean {
  if (presence?.online !== true || !health) return false
  const { heardMs, listeningSinceMs, nowMs } = hearing
  if (nowMs - Math.max(heardMs ?? listeningSinceMs, listeningSinceMs) > deafAfterMs) return true
  if (heardMs !== undefined || state?.clock !== 'trusted') return false
  const lastMs = Math.max(Date.parse(health.at), Date.parse(presence.since))
  return wallClockMs - lastMs > deafAfterMs
}
