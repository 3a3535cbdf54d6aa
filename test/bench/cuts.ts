import { parseArgs } from 'node:util'
import { bandArea } from '../oracle/band.ts'
import { measureCuts } from '../oracle/cuts.ts'
import { type Sample, startGrab } from '../oracle/grab.ts'
import { startDisplay } from '../support/display.ts'
import { describeGoals, type Figures, figuresOf, type LabelledCut, outOfOrder, toTable } from './cut-figures.ts'
import { makeScene, type Scene, type SceneName, sceneNames } from './cut-scenes.ts'
import { startPlazacast } from './plazacast.ts'
import { startJoined } from './rivals/joined.ts'
import { hasMpv, startMpv } from './rivals/mpv.ts'
import { startOneVideo, startTwoVideos } from './rivals/pages.ts'
import type { StartWall } from './wall.ts'

const help = `npm run bench:cuts -- [options]
Shows loops of marked clips on an X display of its own, grabs what is really on it, and prints what every cut looked like.
  --cuts N          cuts of each kind, 100 unless told (about ${'`'}N × 6${'`'} seconds a player for all kinds)
  --only LIST       of plazacast, a (one video, src changes), b (two elements swapped on ended), c (mpv), and, if asked for, floor:
                    the loop joined into one film beforehand, which shows what the machine itself adds
  --pairs LIST      of ${sceneNames.join(', ')}; hls (films and HLS sets in turn), sets (sets and photos)
                    and sound (films and sets that are heard) are plazacast's alone
  --size WxH        of the display, 1280x720 unless told
  --hz N            samples a second, 120 unless told: at 60 a picture that stands for one refresh can slip through
  --host NAME       what plazacast runs in: chromium (unless told) or electron
  --json            the figures as JSON on stdout`

const players = ['plazacast', 'a', 'b', 'c', 'floor'] as const
type PlayerName = (typeof players)[number]

type Settings = {
  readonly cuts: number
  readonly only: readonly PlayerName[]
  readonly pairs: readonly SceneName[]
  readonly size: { readonly width: number; readonly height: number }
  readonly hz: number
  readonly host: 'chromium' | 'electron'
}

type Result = { readonly rows: readonly Figures[]; readonly cuts: readonly LabelledCut[] }

const patienceMs = 15_000

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '100' },
    only: { type: 'string', default: 'plazacast,a,b,c' },
    pairs: { type: 'string', default: sceneNames.join(',') },
    size: { type: 'string', default: '1280x720' },
    hz: { type: 'string', default: '120' },
    host: { type: 'string', default: 'chromium' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) process.stdout.write(`${help}\n`)
else await run()

async function run(): Promise<void> {
  const settings = readSettings()
  const results: Result[] = []
  for (const pair of settings.pairs) {
    const scene = await makeScene(pair, settings.size)
    for (const player of settings.only) results.push(await measure(player, scene, settings))
  }
  const rows = results.flatMap((result) => result.rows)
  const cuts = results.flatMap((result) => result.cuts)
  if (values.json) process.stdout.write(`${JSON.stringify({ settings, rows, cuts }, null, 2)}\n`)
  else process.stdout.write(`${toTable(rows)}\n${describeGoals(rows)}\n`)
}

function readSettings(): Settings {
  const [width = 0, height = 0] = values.size.split('x').map(Number)
  const cuts = Number(values.cuts)
  const hz = Number(values.hz)
  if (!(cuts > 0 && hz > 0 && width > 0 && height > 0)) throw new Error(`not a number above 0 in the options\n${help}`)
  const host = oneOf(['chromium', 'electron'] as const, values.host)
  const only = values.only.split(',').map((name) => oneOf(players, name))
  const pairs = values.pairs.split(',').map((name) => oneOf(sceneNames, name))
  return { cuts, only, pairs, size: { width, height }, hz, host }
}

function oneOf<Name extends string>(names: readonly Name[], wanted: string): Name {
  const found = names.find((name) => name === wanted)
  if (found === undefined) throw new Error(`${wanted} is none of ${names.join(', ')}\n${help}`)
  return found
}

async function measure(player: PlayerName, scene: Scene, settings: Settings): Promise<Result> {
  const hasSets = scene.items.some(({ stream }) => stream)
  const start = hasSets && player !== 'plazacast' ? undefined : await startOf(player)
  if (start === undefined) return { rows: [], cuts: [] }
  if (!process.stderr.isTTY) say(`measuring ${player}, loop ${scene.name}`)
  const { samples, stalled } = await record(start, scene, settings, `${player}, ${scene.name}`)
  const { cuts, framesLostElsewhere } = measureCuts(samples, scene.expected)
  const labelled = cuts.map((cut) => ({ player, pair: scene.kindOf(cut.from, cut.to) ?? outOfOrder, ...cut }))
  return { rows: figuresOf(player, labelled, { framesLostElsewhere, stalled }), cuts: labelled }
}

async function startOf(player: PlayerName): Promise<StartWall | undefined> {
  switch (player) {
    case 'plazacast':
      return startPlazacast
    case 'a':
      return startOneVideo
    case 'b':
      return startTwoVideos
    case 'floor':
      return startJoined
    case 'c':
      if (hasMpv()) return startMpv
      say('c: mpv is not installed (on Debian: apt-get install mpv); left out')
      return undefined
  }
}

/** Records the display while the player runs, until every kind of cut of the scene has been there often enough. */
async function record(start: StartWall, scene: Scene, settings: Settings, label: string) {
  const started: { stop(): Promise<void> }[] = []
  try {
    const display = await startDisplay(settings.size)
    started.push(display)
    const grab = await startGrab({ display: display.display, ...bandArea(settings.size), hz: settings.hz })
    started.push(grab)
    const samples: Sample[] = []
    grab.on((sample) => samples.push(sample))
    started.push(await start({ display: display.display, ...settings.size, items: scene.items, host: settings.host }))
    const stalled = await watch(grab.on, scene, settings.cuts, label)
    const begun = samples.findIndex((sample) => sample.seen.kind === 'frame')
    return { samples: samples.slice(Math.max(0, begun)), stalled }
  } finally {
    for (const part of started.toReversed()) await part.stop()
  }
}

/** Resolves when the cuts have been there, or with true when the items stopped changing. */
function watch(on: (listener: (sample: Sample) => void) => () => void, scene: Scene, wanted: number, label: string) {
  const counts = new Map<string, number>()
  const kinds = new Set(
    scene.expected.map(({ item }, at) =>
      scene.kindOf(item, scene.expected.at(at + 1 - scene.expected.length)?.item ?? item),
    ),
  )
  let last: number | undefined
  let changedAtMs = performance.now()
  return new Promise<boolean>((resolve) => {
    const off = on(({ seen, atMs }) => {
      const isDone = [...kinds].every((kind) => kind === undefined || (counts.get(kind) ?? 0) > wanted)
      const isStalled = atMs - changedAtMs > patienceMs
      if (isDone || isStalled) {
        off()
        resolve(isStalled)
      }
      if (seen.kind !== 'frame' || seen.item === last) return
      const kind = last === undefined ? undefined : scene.kindOf(last, seen.item)
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
      last = seen.item
      changedAtMs = atMs
      report(label, counts)
    })
  })
}

function report(label: string, counts: ReadonlyMap<string, number>): void {
  if (!process.stderr.isTTY) return
  const text = [...counts].map(([kind, count]) => `${kind}: ${count}`).join('  ')
  process.stderr.write(`\r\u001b[K${label}  ${text}`)
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}
