import { parseArgs } from 'node:util'
import { cutsIn, darkIn, lockedAtMs, pairsOf, stepFigures } from '../sync/step-figures.ts'
import { type Street, setStreet } from '../sync/street.ts'

const help = `Several real players, each on a display of its own, one playlist: are they in step?

  npm run bench:sync -- [--walls 2] [--cuts 500] [--seconds 3] [--size 320x180] [--hz 60]

All displays are grabbed at once, and the numbers burnt into the films' frames are compared: the difference of the walls in
frames (p50, p99, max), from the first wall to each other one. Half way one player is killed and started again. Then the
same walls play the same loop each for itself. Goal: p99 of one frame, and in step again 3 s after its first picture.`

const { values } = parseArgs({
  options: {
    walls: { type: 'string', default: '2' },
    cuts: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '3' },
    hz: { type: 'string', default: '60' },
    help: { type: 'boolean' },
  },
})
if (values.help) console.log(help)
else await run(Number(values.walls), Number(values.cuts), Number(values.seconds), Number(values.hz))

async function run(walls: number, cuts: number, seconds: number, hz: number): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  const context = { after: (one: () => Promise<void>) => void undo.push(one) }
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
  try {
    const filmSeconds = [seconds, seconds * 1.2, seconds * 0.9]
    const street = await setStreet(context, { walls, filmSeconds, photoSeconds: seconds / 2, inStep: true, hz })
    await inStep(street, cuts, interrupted.signal)
    await street.keepInStep(false)
    const last = street.walls.at(-1)
    await last?.restart() // two loops that began at different times
    const fromMs = performance.now() + 5_000
    await untilCuts(street, fromMs, Math.min(40, cuts), interrupted.signal, 'each for itself')
    tell('each for itself', street, fromMs)
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

async function inStep(street: Street, cuts: number, signal: AbortSignal): Promise<void> {
  await untilCuts(street, 0, 8, signal, 'settling')
  const fromMs = performance.now()
  await untilCuts(street, fromMs, cuts / 2, signal, 'in step')
  const last = street.walls.at(-1)
  const killedMs = await last?.restart()
  if (killedMs !== undefined) await tellRelock(street, killedMs, signal)
  const againMs = performance.now()
  await untilCuts(street, againMs, cuts / 2, signal, 'in step again')
  tell('in step', street, fromMs, killedMs)
  tell('in step again', street, againMs)
}

/** From the first picture after the kill to the last time they differed by more than a frame. */
async function tellRelock(street: Street, killedMs: number, signal: AbortSignal): Promise<void> {
  const [first, last] = [street.walls[0], street.walls.at(-1)]
  if (!first || !last || first === last) return
  const deadlineMs = performance.now() + 60_000
  while (!signal.aborted && performance.now() < deadlineMs) {
    await pause(500)
    const after = last.samples.filter(({ atMs }) => atMs > killedMs + 100)
    const dark = after.findIndex(({ seen }) => seen.kind !== 'frame')
    const picture = after.slice(dark).find(({ seen }) => seen.kind === 'frame')
    const locked = picture && lockedAtMs(pairsOf(last.samples, first.samples, street.loop), picture.atMs)
    if (dark < 0 || !picture || locked === undefined) continue
    console.log(
      `killed: first picture after ${seconds(picture.atMs - killedMs)}, in step ${seconds(locked - picture.atMs)} after that`,
    )
    return
  }
  console.log('killed: not in step again within a minute')
}

function tell(what: string, { walls, loop }: Street, fromMs: number, untilMs = Number.POSITIVE_INFINITY): void {
  const within = walls.map(({ samples }) => samples.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs))
  const [first = [], ...others] = within
  for (const [index, other] of others.entries()) {
    const { p50, p99, max, pairs } = stepFigures(pairsOf(other, first, loop))
    const cuts = `${cutsIn(other)} cuts, ${pairs} pairs of grabs, ${darkIn(other)} black`
    console.log(`${what.padEnd(16)} wall ${index + 2} to wall 1: p50 ${p50}  p99 ${p99}  max ${max} frames  (${cuts})`)
  }
}

async function untilCuts({ walls }: Street, fromMs: number, cuts: number, signal: AbortSignal, what: string) {
  for (;;) {
    const least = Math.min(...walls.map(({ samples }) => cutsIn(samples.filter(({ atMs }) => atMs >= fromMs))))
    process.stderr.write(`\r${what}: ${least} of ${Math.ceil(cuts)} cuts   `)
    if (least >= cuts || signal.aborted) break
    await pause(1000)
  }
  process.stderr.write('\n')
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}
