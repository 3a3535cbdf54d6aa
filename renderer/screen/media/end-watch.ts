import type { Clock } from '../clock.ts'

/** What a swap to another element takes: it is begun so much before the last frame has had its time. */
const swapLeadMs = 40

/** Tells when a film's last frame has had its time, less what a swap takes. */
export type EndWatch = {
  /** A frame near the end is lit at `expectedMs` of performance.now(), and the film ends so many seconds after it began. */
  lastFrames(restSeconds: number, expectedMs: number): void
  cancel(): void
}

/** Calls `over` at the end, judged by the last frame that was told of. */
export function watchForEnd(clock: Clock, over: () => void): EndWatch {
  let cancel = () => {}
  return {
    lastFrames: (restSeconds, expectedMs) => {
      const restMs = expectedMs - performance.now() + restSeconds * 1000
      cancel()
      cancel = clock.after(restMs - swapLeadMs, over)
    },
    cancel: () => cancel(),
  }
}
