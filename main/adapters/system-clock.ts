import { performance } from 'node:perf_hooks'
import type { Clock } from '../app/ports.ts'

/** Longest delay setTimeout keeps: beyond 2^31-1 ms it fires at once. */
const longestTimerMs = 2 ** 31 - 1

/** The machine's own clocks and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, run) {
    let timer: NodeJS.Timeout
    const arm = (leftMs: number) => {
      const stepMs = Math.min(leftMs, longestTimerMs)
      timer = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs)
    }
    arm(Math.max(0, ms))
    return () => clearTimeout(timer)
  },
}
