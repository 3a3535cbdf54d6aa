/**
 * What a round of questions brought. `coming`: who is waited for fetches it, or waits for it itself, and so many bytes of it
 * are there (`queued`: it waits itself, or its turn has not come); `busy`: somebody has it and gives to others just now; `none`: who is waited for wants nothing of it, or does not
 * get it; `silent`: it did not answer in time.
 */
export type Prospect =
  | { readonly kind: 'coming'; readonly doneBytes: number; readonly queued?: boolean }
  | { readonly kind: 'busy' }
  | { readonly kind: 'none' }
  | { readonly kind: 'silent' }

/**
 * How long somebody has waited for an asset, by rounds of questions (ms). A round counts for little more than a round takes
 * on a quiet machine, whatever the clock says: a machine that lags must not take its own lag for a neighbour's.
 */
export type Patience = {
  readonly waitedMs: number
  /** When there was last a new reason to wait, on the same count. */
  readonly hopeMs: number
  readonly doneBytes: number
  readonly silentRounds: number
  /** How many were waited for, said that it was coming, and did not get on. */
  readonly stalls: number
  readonly limits: Limits
}

type Limits = {
  readonly graceMs: number
  readonly standstillMs: number
  readonly queuedMs: number
  readonly busyMs: number
  readonly longestMs: number
}

/** To wait on; to take the next in line for the one that was waited for, since it is `idle`, `silent` or knows nothing of it (`none`); to ask the origin. */
export type Verdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'pass-over'; readonly why: 'idle' | 'silent' | 'none' }
  | { readonly kind: 'give-up' }

/** What one round counts for at most. */
export const longestRoundMs = 2500
const mostSilentRounds = 3
const mostStalls = 3

/**
 * Begins to wait. Limits are drawn by lot (`random` in [0, 1)), so that those who give up do not do so in step. `knownForMs`: how
 * long it has been wanted; others may have heard of it 3 to 6 s later. Nothing new for 20 to 30 s is a standstill,
 * 60 to 90 s of who waits itself. Somebody who is
 * busy is waited for as long as the asset takes at 1 MiB/s and 60 to 90 s more; who gets on, at 16 KiB/s (half an hour at most) and
 * 3 to 4 minutes more: whoever lies about that is believed for so long, and for the third time not at all.
 */
export function beginWaiting(sizeBytes: number, knownForMs: number, random: number): Patience {
  const limits: Limits = {
    graceMs: 3000 + random * 3000 - knownForMs,
    standstillMs: 20_000 + random * 10_000,
    queuedMs: 60_000 + random * 30_000,
    busyMs: 60_000 + random * 30_000 + sizeBytes / 1049,
    longestMs: 180_000 + random * 60_000 + Math.min(sizeBytes / 16.4, 1_800_000),
  }
  return { waitedMs: 0, hopeMs: 0, doneBytes: -1, silentRounds: 0, stalls: 0, limits }
}

/** What a round of questions leads to that took `roundMs`, the pause before it included. */
export function afterRound(before: Patience, prospect: Prospect, roundMs: number): [Patience, Verdict] {
  const patience = hoping(before, prospect, before.waitedMs + Math.min(roundMs, longestRoundMs))
  const { waitedMs, silentRounds, limits } = patience
  const idleMs = waitedMs - patience.hopeMs
  if (waitedMs >= limits.longestMs) return [patience, { kind: 'give-up' }]
  switch (prospect.kind) {
    case 'busy':
      return [patience, { kind: idleMs < limits.busyMs ? 'wait' : 'give-up' }]
    case 'none':
      return waitedMs < limits.graceMs ? [patience, { kind: 'wait' }] : passOver(patience, 'none')
    case 'silent':
      return silentRounds < mostSilentRounds ? [patience, { kind: 'wait' }] : passOver(patience, 'silent')
    case 'coming':
      return idleMs < (prospect.queued ? limits.queuedMs : limits.standstillMs)
        ? [patience, { kind: 'wait' }]
        : passOver(patience, 'idle')
  }
}

function hoping(patience: Patience, prospect: Prospect, waitedMs: number): Patience {
  const silentRounds = prospect.kind === 'silent' ? patience.silentRounds + 1 : 0
  const next = { ...patience, waitedMs, silentRounds }
  // Fewer bytes than before are news too: somebody else has begun it.
  if (prospect.kind !== 'coming' || prospect.doneBytes === patience.doneBytes) return next
  return { ...next, hopeMs: waitedMs, doneBytes: prospect.doneBytes }
}

function passOver(patience: Patience, why: 'idle' | 'silent' | 'none'): [Patience, Verdict] {
  const stalls = patience.stalls + (why === 'idle' ? 1 : 0)
  if (stalls >= mostStalls) return [patience, { kind: 'give-up' }]
  const next = { ...patience, hopeMs: patience.waitedMs, doneBytes: -1, silentRounds: 0, stalls }
  return [next, { kind: 'pass-over', why }]
}
