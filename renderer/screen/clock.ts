/** Time as the screen sees it: one clock that never goes back, and timers. */
export type Clock = {
  /** Milliseconds since 1970: the system's clock as it was when the page began, and monotonic from then on. */
  nowMs(): number
  /** Runs once after at least this long; returns the undo. */
  after(ms: number, run: () => void): () => void
}

/** The page's own clock and timers. */
export const pageClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}
