// `npm run bench:health`: what it costs to look at the machine and at the picture.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { createProcessReader } from '../../main/adapters/process-readings.ts'
import { createSystemReadings } from '../../main/adapters/system-readings.ts'
import { type Judgement, judge, nothingFound, reasonsOf } from '../../shared/health/judge.ts'
import { untilHeard, untilWell } from './faults.ts'
import { wellReadings } from './readings.ts'
import { setWatchedWall } from './watched-wall.ts'

const help = `npm run bench:health [-- --seconds 60]

Measures what it costs to read the machine (CPU per look, longest hold-up of the event loop) and to judge it; then what it costs
to look at the picture: a whole wall plays for so many seconds with looks and without, in turns, and the CPU of its processes and
the frames that it dropped are printed for both.`

const { values } = parseArgs({ options: { help: { type: 'boolean' }, seconds: { type: 'string', default: '60' } } })
if (values.help) {
  console.log(help)
  process.exit(0)
}
const seconds = Number(values.seconds)
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const looks = 100
const read = createSystemReadings({ dataDir: '/tmp' })
await read()
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
const before = process.cpuUsage()
for (let look = 0; look < looks; look++) await read()
const { user, system } = process.cpuUsage(before)
delay.disable()
const perLookMs = (user + system) / looks / 1000
console.log(
  `reading the machine: ${perLookMs.toFixed(2)} ms of CPU a look, ${(perLookMs / 20).toFixed(2)} % of one core`,
)
console.log(`event loop held up: p99 ${(delay.percentile(99) / 1e6 - 1).toFixed(1)} ms`)

let judgement: Judgement = nothingFound
const readings = wellReadings()
const judgeFrom = performance.now()
for (let look = 0; look < 10_000; look++) {
  judgement = judge(judgement, readings, { monotonicMs: look * 2_000, atMs: look * 2_000 })
  reasonsOf(judgement)
}
console.log(`judging: ${((performance.now() - judgeFrom) / 10).toFixed(1)} µs a look`)

for (const withLooks of [false, true]) {
  const undo: (() => Promise<void>)[] = []
  try {
    const wall = await setWatchedWall({ after: (one) => undo.push(one) }, { looks: withLooks })
    await untilWell(wall, 'the wall is well')
    const readProcesses = createProcessReader('/proc', wall.pid)
    await readProcesses()
    await readProcesses()
    console.log(`${withLooks ? 'with' : 'without'} looks: ${seconds} s`)
    await wait(seconds * 1000)
    const parts = await readProcesses()
    const from = wall.heard.length
    wall.heat(97) // what changes is told at once, with all readings
    const isHot = ({ reasons }: { reasons: readonly { code: string }[] }) =>
      reasons.some(({ code }) => code === 'cpu-hot')
    const { picture } = (await untilHeard(wall, 'the readings', from, isHot, 20_000)).readings
    const each = parts.map(({ kind, cpuPercent }) => `${kind} ${cpuPercent.toFixed(1)} %`).join(', ')
    const sum = parts.reduce((total, { cpuPercent }) => total + cpuPercent, 0)
    const { presentedFrames, droppedFrames } = picture
    console.log(
      `  CPU ${sum.toFixed(1)} % of one core (${each}); ${droppedFrames} of ${presentedFrames + droppedFrames} frames dropped`,
    )
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}
