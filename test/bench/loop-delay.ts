// Loaded into a player with --import: says every second how late its event loop was at the worst, and how long it worked.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

const resolutionMs = 2
const delay = monitorEventLoopDelay({ resolution: resolutionMs })
delay.enable()
let before = performance.eventLoopUtilization()
setInterval(() => {
  const since = performance.eventLoopUtilization(before)
  before = performance.eventLoopUtilization()
  const ms = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs).toFixed(1)
  process.stdout.write(`loop-delay ${ms(delay.percentile(99))} ${ms(delay.max)} ${since.utilization.toFixed(3)}\n`)
  delay.reset()
}, 1000).unref()
