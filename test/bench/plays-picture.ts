import { mkdir, writeFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { type PrivateJwk, publicPart } from '../../main/operator/signing.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { playsChain } from '../../main/sqlite/plays-chain.ts'
import { openForReading } from '../../main/sqlite/read-only.ts'
import { startCli } from '../operator/cli.ts'
import { measureCuts } from '../oracle/cuts.ts'
import type { Sample } from '../oracle/grab.ts'
import { addEndedPlays, sealAll } from '../plays/backlog.ts'
import { type Kiosk, type Stage, setStage, startKiosk } from '../support/stage.ts'
import { makeScene, type Scene } from './cut-scenes.ts'

/** One stretch of a wall that plays: what its display showed, and how late its player's event loop was, in milliseconds. */
type Stretch = {
  readonly seconds: number
  readonly cuts: number
  readonly worstGapMs: number
  readonly framesLost: number
  readonly foreign: number
  readonly loop: readonly LoopSecond[]
}
/** What loop-delay.ts said of one second. */
type LoopSecond = { readonly p99Ms: number; readonly maxMs: number; readonly share: number }

const size = { width: 640, height: 360 }
const quietSeconds = 25

/**
 * Lets a wall play joined films with a backlog that nobody takes, then with a receiver that takes all of it, and prints what
 * the display showed in each. The receiver runs at the lowest priority: elsewhere it is another machine.
 */
export async function showPicture(
  context: { after(undo: () => Promise<void>): void },
  records: number,
  print: (line: string) => void,
  progress: (text: string) => void,
): Promise<void> {
  const scene = await makeScene('same', size)
  const stage = await setStage(context, size, 60)
  await fillBacklog(join(stage.dataDir, 'player.db'), records, progress)
  await stage.found()
  const environment = { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'loop-delay.ts')}` }
  const kiosk = await startKiosk(join(stage.dataDir, 'kiosk.json'), 'chromium', stage.display.display, environment)
  context.after(() => kiosk.powerOff())
  await stage.push(await Promise.all(scene.items.map(({ file, mediaType }) => stage.origin.add(file, mediaType))))
  for (const { item } of [...scene.expected, ...scene.expected]) await stage.sees(item, 60_000)
  const beganMs = performance.now()
  const quiet = await watch(stage, kiosk, scene, () => performance.now() - beganMs > quietSeconds * 1000)
  await startCollector(context, stage)
  const reader = openForReading(join(stage.dataDir, 'player.db'))
  context.after(async () => reader.close())
  const busy = await watch(stage, kiosk, scene, () => {
    const { acknowledgedThrough } = playsChain(reader.db)
    progress(`${acknowledgedThrough} acknowledged while films play`)
    return acknowledgedThrough >= records
  })
  print(`the picture while ${records} records go out, ${Math.round(records / busy.seconds)} a second:`)
  print(`  without: ${sentence(quiet)}`)
  print(`  with:    ${sentence(busy)}`)
}

async function fillBacklog(file: string, records: number, progress: (text: string) => void): Promise<void> {
  const { db, close } = openDatabase(file)
  for (let made = 0; made < records; made += 20_000) {
    addEndedPlays(db, Math.min(20_000, records - made), made)
    sealAll(db)
    progress(`making records: ${made}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
  close()
}

async function startCollector(context: { after(undo: () => Promise<void>): void }, stage: Stage): Promise<void> {
  const keys = join(stage.dataDir, 'keys')
  await putKey(keys, stage.city.operator)
  const db = join(stage.dataDir, 'plays.db')
  const collector = startCli(['collect', '--db', db, '--broker', stage.broker.url, '--keys', keys, '--json'], {
    HOME: stage.dataDir,
  })
  setPriority(collector.child.pid ?? 0, 19)
  context.after(async () => {
    collector.child.kill('SIGKILL')
    await collector.ended
  })
  await collector.line((line) => line.includes('"connected"'))
}

async function putKey(folder: string, key: PrivateJwk): Promise<void> {
  await mkdir(folder)
  await writeFile(join(folder, 'operator.json'), JSON.stringify(key), { mode: 0o600 })
  await writeFile(join(folder, 'operator.public.json'), JSON.stringify(publicPart(key)))
}

const longestSeconds = 3_600

/** Looks at the display until it is enough. */
async function watch(stage: Stage, kiosk: Kiosk, scene: Scene, isEnough: () => boolean): Promise<Stretch> {
  const samples: Sample[] = []
  const said = kiosk.output().length
  const beganMs = performance.now()
  let lookedMs = 0
  const off = stage.grab.on((sample) => samples.push(sample))
  try {
    await stage.grab.waitFor(() => {
      if (performance.now() - lookedMs < 200) return false
      lookedMs = performance.now()
      return isEnough()
    }, longestSeconds * 1000)
  } finally {
    off()
  }
  const { cuts, framesLostElsewhere } = measureCuts(samples, scene.expected)
  const judged = cuts.filter((cut) => cut.judged)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    seconds: (performance.now() - beganMs) / 1000,
    cuts: judged.length,
    worstGapMs: Math.max(0, ...judged.map(({ gapMs }) => gapMs)),
    framesLost: framesLostElsewhere + sum(judged.map((cut) => cut.framesLost)),
    foreign: sum(judged.flatMap(({ foreign }) => Object.values(foreign))),
    loop: loopSeconds(kiosk.output().slice(said)),
  }
}

const loopSeconds = (output: string): LoopSecond[] =>
  [...output.matchAll(/^loop-delay (\S+) (\S+) (\S+)$/gm)].map(([, p99, max, share]) => ({
    p99Ms: Number(p99),
    maxMs: Number(max),
    share: Number(share),
  }))

function sentence({ seconds, cuts, worstGapMs, framesLost, foreign, loop }: Stretch): string {
  const frames = Math.round(seconds * 30)
  const worst = loop.map(({ maxMs }) => maxMs).toSorted((a, b) => a - b)
  const at = (share: number) => (worst[Math.min(worst.length - 1, Math.floor(worst.length * share))] ?? 0).toFixed(1)
  const share = loop.reduce((total, one) => total + one.share, 0) / Math.max(1, loop.length)
  return [
    `${seconds.toFixed(0)} s, about ${frames} frames, ${framesLost} never seen`,
    `${cuts} cuts, the longest gap ${worstGapMs.toFixed(1)} ms, ${foreign} foreign looks`,
    `main busy ${(share * 100).toFixed(1)} %, its worst delay of each second p50 ${at(0.5)}, p90 ${at(0.9)}, max ${at(1)} ms`,
  ].join('; ')
}
