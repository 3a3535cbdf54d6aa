import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Glance } from '../sync/eye.ts'
import { fadeDifferencesMs } from '../sync/fade-figures.ts'
import { cutDifferencesMs, cutsOf, darkIn, figuresOf, lockedAtMs, type Pair, pairsOf } from '../sync/step-figures.ts'
import { type Street, setStreet } from '../sync/street.ts'
import type { StreetItem } from '../sync/street-media.ts'

const help = `Several real players, each on a display of its own, one playlist of films, a photo and a stream: are they in step?

  npm run bench:sync -- [--walls 2] [--cuts 500] [--seconds 1.5] [--hz 60] [--kinds film,film,film,photo,stream]
                        [--offline 60] [--rival 40] [--fade 0] [--sizes 320x180,640x360] [--trace FILE]

All displays are looked at in one grab, through the memory in which their X servers draw, and the numbers burnt into the
pictures are compared: by how many frames of 1/30 s the walls differ (p50, p99, max), from the first wall to each other one,
by kind of item and by distance from the cut. Half way one player is killed and started again. Then the broker is ended for
--offline seconds, and the same player is killed and started again without it. Last, the same walls play the same loop each for
itself. With --fade, items fade into each other for so many milliseconds, and the brightness of the walls is compared too.

Goal: p99 of one frame, and in step again 3 s after its first picture. 500 cuts take about 16 minutes.`

const { values } = parseArgs({
  options: {
    walls: { type: 'string', default: '2' },
    cuts: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '1.5' },
    hz: { type: 'string', default: '60' },
    kinds: { type: 'string', default: 'film,film,film,photo,stream' },
    offline: { type: 'string', default: '60' },
    rival: { type: 'string', default: '40' },
    fade: { type: 'string', default: '0' },
    sizes: { type: 'string', default: '320x180' },
    trace: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const justCutMs = 300
const parts: readonly (readonly [string, (pair: Pair) => boolean])[] = [
  ['all', () => true],
  ['films', ({ kind }) => kind === 'film'],
  ['streams', ({ kind }) => kind === 'stream'],
  ['photos', ({ kind }) => kind === 'photo'],
  [`first ${justCutMs} ms`, ({ kind, sinceCutMs }) => kind !== 'photo' && (sinceCutMs ?? justCutMs) < justCutMs],
  ['later', ({ kind, sinceCutMs }) => kind !== 'photo' && (sinceCutMs ?? 0) >= justCutMs],
]

if (values.help) console.log(help)
else await run(Number(values.walls), Number(values.cuts), Number(values.rival))

async function run(walls: number, cuts: number, rivalCuts: number): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  const context = { after: (one: () => Promise<void>) => void undo.push(one) }
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
  try {
    const fadeMs = Number(values.fade)
    const options = { walls, items: items(), inStep: true, hz: Number(values.hz), sizes: sizes() }
    const street = await setStreet(context, { ...options, ...(fadeMs > 0 && { fadeMs }) })
    await inStep(street, cuts, interrupted.signal)
    if (Number(values.offline) > 0) await withoutNetwork(street, Number(values.offline), interrupted.signal)
    if (values.trace) await writeFile(values.trace, JSON.stringify({ loop: street.loop, glances: street.glances }))
    if (rivalCuts > 0 && !interrupted.signal.aborted) await eachForItself(street, rivalCuts, interrupted.signal)
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

/** Of different lengths, so that a wall that is off by an item is seen to be. */
function items(): StreetItem[] {
  const kinds = { film: 'film', photo: 'photo', stream: 'stream' } as const
  return (values.kinds ?? '').split(',').map((name, index) => {
    const kind = Object.values(kinds).find((one) => one === name) ?? 'film'
    const seconds = Number(values.seconds) * (kind === 'photo' ? 0.6 : ([1, 1.2, 0.9][index % 3] ?? 1))
    return { kind, seconds: Math.round(seconds * 30) / 30 }
  })
}

function sizes(): { width: number; height: number }[] {
  return (values.sizes ?? '').split(',').map((size) => {
    const [width = 320, height = 180] = size.split('x').map(Number)
    return { width, height }
  })
}

async function inStep(street: Street, cuts: number, signal: AbortSignal): Promise<void> {
  await untilCuts(street, 0, 8, signal, 'settling')
  const fromMs = performance.now()
  await untilCuts(street, fromMs, cuts / 2, signal, 'in step')
  const last = street.walls.at(-1)
  const killedMs = await last?.powerOff()
  await last?.start()
  if (killedMs === undefined) return
  const againMs = (await relock(street, killedMs, signal)) ?? performance.now()
  await untilCuts(street, againMs, cuts / 2, signal, 'in step again')
  const [before, after] = [between(street, fromMs, killedMs), between(street, againMs)]
  tell('before the kill', street, before)
  tell('after the kill', street, after)
  tell('both', street, [...before, ...after])
  const took = figuresOf(street.glances.map(({ tookMs }) => tookMs))
  console.log(`one grab of all displays took ${took.p50} ms (p99 ${took.p99}, max ${took.max})`)
}

/** The broker, and with it the fleet's clock, is away; a player that is started anew goes by what it has saved. */
async function withoutNetwork(street: Street, forSeconds: number, signal: AbortSignal): Promise<void> {
  await street.broker.kill()
  const fromMs = performance.now()
  await untilTime(fromMs + forSeconds * 1000, signal, 'without the network')
  tell(`${forSeconds} s without the network`, street, between(street, fromMs))
  const last = street.walls.at(-1)
  const killedMs = await last?.powerOff()
  await last?.start()
  const againMs = killedMs === undefined ? undefined : await relock(street, killedMs, signal)
  if (againMs !== undefined) {
    await untilCuts(street, againMs, 10, signal, 'started without the network')
    tell('started without the network', street, between(street, againMs))
  }
  await street.broker.start()
}

async function untilTime(untilMs: number, signal: AbortSignal, what: string): Promise<void> {
  while (performance.now() < untilMs && !signal.aborted) {
    process.stderr.write(`\r${what}: ${seconds(untilMs - performance.now())} left   `)
    await pause(500)
  }
  process.stderr.write('\n')
}

async function eachForItself(street: Street, cuts: number, signal: AbortSignal): Promise<void> {
  await street.keepInStep(false)
  const last = street.walls.at(-1)
  await last?.powerOff() // two loops that began at different times
  await last?.start()
  const fromMs = performance.now() + 5_000
  await untilCuts(street, fromMs, cuts, signal, 'each for itself')
  tell('each for itself', street, between(street, fromMs))
}

function between({ glances }: Street, fromMs: number, untilMs = Number.POSITIVE_INFINITY): Glance[] {
  return glances.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs)
}

/** From the first picture after the kill to the last time they differed by more than a frame; when that was. */
async function relock(street: Street, killedMs: number, signal: AbortSignal): Promise<number | undefined> {
  const last = street.walls.length - 1
  if (last === 0) return undefined
  const deadlineMs = performance.now() + 60_000
  while (!signal.aborted && performance.now() < deadlineMs) {
    await pause(500)
    const since = between(street, killedMs + 100)
    const dark = since.findIndex(({ looks }) => looks[last]?.seen.kind === 'black')
    const picture = since.slice(dark).find(({ looks }) => looks[last]?.seen.kind === 'frame')
    const locked = picture && lockedAtMs(pairsOf(since, [last, 0], street.loop), picture.atMs)
    if (dark < 0 || !picture || locked === undefined) continue
    const firstAfter = seconds(picture.atMs - killedMs)
    console.log(`killed: first picture after ${firstAfter}, in step ${seconds(locked - picture.atMs)} after that`)
    return locked
  }
  console.log('killed: not in step again within a minute')
  return undefined
}

function tell(what: string, { walls, loop }: Street, glances: readonly Glance[]): void {
  for (let other = 1; other < walls.length; other++) {
    const pairs = pairsOf(glances, [other, 0], loop)
    const [mine, first] = [cutsOf(glances, other), cutsOf(glances, 0)]
    const cuts = figuresOf(cutDifferencesMs(mine, first))
    const black = darkIn(glances, other)
    console.log(`${what}: wall ${other + 1} to wall 1, ${mine.length} cuts, ${pairs.length} grabs, ${black} black`)
    for (const [name, belongs] of parts) {
      const { p50, p99, max, count } = figuresOf(pairs.filter(belongs).map(({ frames }) => frames))
      const over = pairs.filter((pair) => belongs(pair) && pair.frames > 1).length
      const share = `${((100 * over) / count).toFixed(2)} % over 1`
      if (count > 0)
        console.log(`  ${name.padEnd(14)} p50 ${p50}  p99 ${p99}  max ${max} frames  ${share}  (${count} grabs)`)
    }
    console.log(`  ${'cuts'.padEnd(14)} p50 ${ms(cuts.p50)}  p99 ${ms(cuts.p99)}  max ${ms(cuts.max)} apart`)
    const fades = figuresOf(fadeDifferencesMs(glances, [other, 0], loop, Number(values.fade)))
    const apart = `p50 ${ms(fades.p50)}  p99 ${ms(fades.p99)}  max ${ms(fades.max)} apart`
    if (fades.count > 0) console.log(`  ${'within fades'.padEnd(14)} ${apart}  (${fades.count} grabs)`)
  }
}

async function untilCuts(street: Street, fromMs: number, cuts: number, signal: AbortSignal, what: string) {
  const beganMs = performance.now()
  for (;;) {
    const since = between(street, fromMs)
    const least = Math.min(...street.walls.map((_, wall) => cutsOf(since, wall).length))
    process.stderr.write(`\r${what}: ${least} of ${Math.ceil(cuts)} cuts, ${seconds(performance.now() - beganMs)}   `)
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

function ms(value: number): string {
  return `${value.toFixed(0)} ms`
}
