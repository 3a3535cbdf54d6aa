/** Time as the app sees it: one clock to read, one that only moves forward, and timers. */
export type Clock = {
  /** Milliseconds since 1970 by the system's clock; may step. */
  now(): number
  /** Milliseconds since some instant; never steps, never goes back. */
  monotonicMs(): number
  /** Runs once after at least this long, however long that is; returns the undo. */
  after(ms: number, run: () => void): () => void
}

/** Whatever was started, ended. */
export type Undo = () => void

/** A number in [0, 1), as Math.random gives it. */
export type Random = () => number
