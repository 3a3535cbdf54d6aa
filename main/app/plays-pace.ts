/** How records are handed on. Times in milliseconds. */
export type PlaysPace = {
  /** A record waits this long for others to come along. */
  readonly lingerMs: number
  /** So many batches may be on their way to whoever acknowledges: a broker holds only so much for one that is away. */
  readonly window: number
  /** After this long without an acknowledgement nobody seems to give any, and what is new is sent all the same, slowly. */
  readonly patienceMs: number
  readonly unansweredEveryMs: number
  /** What was not acknowledged is offered again after this long, each time twice as long, up to the longest. */
  readonly againMs: number
  readonly longestAgainMs: number
  /** Whoever acknowledges may ask for it before that, so often. */
  readonly askedEveryMs: number
}
export const playsPace: PlaysPace = {
  lingerMs: 10_000,
  window: 4,
  patienceMs: 30_000,
  unansweredEveryMs: 1_000,
  againMs: 60_000,
  longestAgainMs: 6 * 60 * 60_000,
  askedEveryMs: 5_000,
}
