/** What the last round of questions brought. `coming`: the elected one fetches it and has so many bytes; `busy`: somebody has it. */
export type Prospect =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'coming'; readonly doneBytes: number }
  | { readonly kind: 'busy' }

/** How long somebody has waited for a neighbour, and when there was last a reason to (monotonic ms). */
export type Patience = {
  readonly sinceMs: number
  readonly hopeMs: number
  readonly doneBytes: number
  readonly limits: { readonly nothingMs: number; readonly standstillMs: number }
}

/** However good the prospects: an asset that a neighbour always promises must still arrive. */
export const longestPatienceMs = 300_000

/**
 * Begins to wait. The limits are drawn by lot (`random` in [0, 1)), so that those who give up do not ask the origin in step:
 * 3 to 6 s for somebody who does not fetch it at all, 10 to 15 s for somebody who does not get on.
 */
export const beginWaiting = (nowMs: number, random: number): Patience => ({
  sinceMs: nowMs,
  hopeMs: nowMs,
  doneBytes: -1,
  limits: { nothingMs: 3000 + random * 3000, standstillMs: 10_000 + random * 5000 },
})

/** Whether to wait on; undefined: go to the origin. */
export function waitOn(patience: Patience, prospect: Prospect, nowMs: number): Patience | undefined {
  const next = hoping(patience, prospect, nowMs)
  const limitMs = prospect.kind === 'nothing' ? patience.limits.nothingMs : patience.limits.standstillMs
  if (nowMs - next.hopeMs >= limitMs || nowMs - next.sinceMs >= longestPatienceMs) return undefined
  return next
}

function hoping(patience: Patience, prospect: Prospect, nowMs: number): Patience {
  if (prospect.kind === 'busy') return { ...patience, hopeMs: nowMs }
  if (prospect.kind === 'coming' && prospect.doneBytes > patience.doneBytes) {
    return { ...patience, hopeMs: nowMs, doneBytes: prospect.doneBytes }
  }
  return patience
}
