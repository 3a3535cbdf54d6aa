/** What the page tells of how well it plays. Times are monotonic, in ms. */
export type PlayingSign =
  /** A showing ended, with its frames: those presented, and those that came too late to be. */
  | { readonly kind: 'ended'; readonly presentedFrames: number; readonly droppedFrames: number }
  /** About once a second: all frames presented since the page began, and the showing that is on. */
  | { readonly kind: 'beat'; readonly presentedFrames: number; readonly on: string | null }

/** Whether downloads are held, and until when they then may run whatever happens. */
export type Stutter = {
  readonly heldUntilMs: number
  readonly freeUntilMs: number
  readonly beat: Beat | undefined
}
type Beat = {
  readonly on: string
  readonly atMs: number
  readonly frames: number
  /** The most frames a second that this showing has had. */
  readonly best: number
  /** Beats in a row with much less. */
  readonly slow: number
}

export const smooth: Stutter = { heldUntilMs: 0, freeUntilMs: 0, beat: undefined }

/** How long downloads are held, and how long they then run at least: a wall that always stutters still gets its content. */
export const holdMs = 20_000
export const freeMs = 40_000

export const isHeld = (state: Stutter, nowMs: number): boolean => nowMs < state.heldUntilMs

/** Takes in what the page says. Frames that were lost while downloads ran hold them; while they are held nothing is learned. */
export function afterSign(state: Stutter, sign: PlayingSign, nowMs: number): Stutter {
  const beat = sign.kind === 'beat' ? beatAfter(state.beat, sign, nowMs) : state.beat
  const lost = sign.kind === 'ended' ? isLossy(sign) : (beat?.slow ?? 0) >= slowBeats
  if (!lost || nowMs < state.freeUntilMs) return { ...state, beat }
  const heldUntilMs = nowMs + holdMs
  return { heldUntilMs, freeUntilMs: heldUntilMs + freeMs, beat: beat && { ...beat, slow: 0 } }
}

/** One frame in fifty, and more than a start or an end may cost. */
const isLossy = ({ presentedFrames, droppedFrames }: { presentedFrames: number; droppedFrames: number }): boolean =>
  droppedFrames >= 5 && droppedFrames * 50 > presentedFrames + droppedFrames

/** A film that lost a third of its frames for this many seconds is short of something. */
const slowBeats = 3
const slowShare = 0.67

function beatAfter(
  before: Beat | undefined,
  { presentedFrames, on }: { presentedFrames: number; on: string | null },
  atMs: number,
): Beat | undefined {
  if (on === null) return undefined
  if (before?.on !== on || presentedFrames < before.frames || atMs <= before.atMs) {
    return { on, atMs, frames: presentedFrames, best: 0, slow: 0 }
  }
  const perSecond = ((presentedFrames - before.frames) * 1000) / (atMs - before.atMs)
  const isFilm = before.best >= 10
  const slow = isFilm && perSecond < before.best * slowShare ? before.slow + 1 : 0
  return { on, atMs, frames: presentedFrames, best: Math.max(before.best, Math.min(perSecond, 120)), slow }
}
