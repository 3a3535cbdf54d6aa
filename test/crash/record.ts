import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { type AssetName, assetNameOf, hexOf } from '../../shared/asset-name.ts'
import { publicJwk } from '../../shared/documents/jws.ts'
import { chanceOf } from '../attack/chance.ts'
import { makeCity, rootKeysOf } from '../support/documents.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { observe } from '../support/observer.ts'
import { startOrigin } from '../support/origin.ts'
import type { World } from './check.ts'
import { createDay, type Day } from './day.ts'
import { Disk } from './disk.ts'
import type { Facts, Published } from './expected.ts'
import { type Mark, readMark } from './marks.ts'
import { type Heard, overhear } from './overheard.ts'
import { type DiskCall, readTrace, tracedCalls } from './trace.ts'

export type Broken = 'no' | 'synchronous-normal' | 'files-not-synced'
export type RecordOptions = {
  readonly seed: number
  readonly rounds: number
  readonly broken: Broken
  /** Pages of the database's log before it is written back. Few: many more such moments, and states that are laid out faster. */
  readonly logPages: number
  readonly progress: (line: string) => void
}

/** A wall's system calls and everything that is to be known of them, all in one folder. */
export type Recording = {
  readonly folder: string
  readonly calls: readonly DiskCall[]
  readonly facts: Facts
  readonly world: World
}

const program = fileURLToPath(new URL('./wall.ts', import.meta.url))
const context = z.object({
  port: z.int(),
  rootKeys: z.array(publicJwk),
  published: z.array(z.custom<Published>()),
  connections: z.array(z.custom<Heard>()),
})

/** Runs the player under strace through a busy day and keeps what it did in a folder, whose path is returned. */
export async function record({ seed, rounds, broken, logPages, progress }: RecordOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-crash-'))
  for (const name of ['disk', 'media', 'screen']) mkdirSync(join(folder, name))
  const undo: (() => Promise<unknown>)[] = []
  try {
    const city = await makeCity()
    const broker = await startMosquitto()
    undo.push(() => broker.stop())
    const wire = await overhear(broker.port)
    undo.push(() => wire.stop())
    const origin = await startOrigin()
    undo.push(() => origin.stop())
    const observer = await observe(broker.url)
    undo.push(() => observer.stop())
    const wall = startWall(folder, {
      brokerUrl: `mqtt://127.0.0.1:${wire.port}`,
      rootKeys: rootKeysOf(city),
      broken,
      logPages,
    })
    undo.push(() => ended(wall, 'SIGKILL'))
    const step = (name: string) => void wall.stdin?.write(`${name}\n`)
    const day = createDay({
      city,
      origin,
      observer,
      step,
      chance: chanceOf(seed),
      mediaDir: join(folder, 'media'),
      quotaBytes: 12_000_000,
      awaits: 'all',
    })
    let isOver = false
    const early = once(wall, 'exit').then(() => {
      if (!isOver) throw new Error('the player ended by itself')
    })
    await Promise.race([early, wholeDay(day, rounds, progress, () => step('restart'))])
    isOver = true
    step('stop')
    await ended(wall)
    writeFileSync(
      join(folder, 'context.json'),
      JSON.stringify({
        port: wire.port,
        rootKeys: rootKeysOf(city),
        published: day.published,
        connections: wire.connections,
      }),
    )
    return folder
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  } finally {
    for (const one of undo.toReversed()) await one()
  }
}

async function wholeDay(
  day: Day,
  rounds: number,
  progress: (line: string) => void,
  restart: () => void,
): Promise<void> {
  await day.found()
  await day.push('alley', 2)
  await day.push('bridge', 1, 4_600_000)
  await day.takeDown()
  for (let round = 0; round < rounds; round++) {
    progress(`recording, round ${round + 1} of ${rounds}`)
    await day.push('alley', 2)
    await day.push('bridge', 1)
    await day.push('cable-car', 2)
    await day.takeDown()
    await day.trust()
    await day.cutDownload()
    if (round % 2 === 0) restart()
    await day.push('alley', 1)
    await day.withdraw('cable-car')
    await day.site(200_000)
    await day.push('alley', 0)
    await day.site()
  }
}

function startWall(folder: string, options: Record<string, unknown>): ChildProcess {
  const given = {
    ...options,
    dataDir: join(folder, 'disk', 'data'),
    marks: join(folder, 'marks'),
    screenDir: join(folder, 'screen'),
    showingMs: 60,
    reads: false,
  }
  const flags = [
    '-f',
    '--seccomp-bpf',
    '-xx',
    '-s',
    '8000000',
    '-e',
    tracedCalls,
    '-e',
    'signal=none',
    '-o',
    join(folder, 'strace.log'),
  ]
  return spawn('strace', [...flags, process.execPath, program, JSON.stringify(given)], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}

async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  if (signal) child.kill(signal)
  await exit
}

/** Reads a recorded folder back. */
export function loadRecording(folder: string): Recording {
  const { port, rootKeys, published, connections } = context.parse(
    JSON.parse(readFileSync(join(folder, 'context.json'), 'utf8')),
  )
  const calls = readTrace(join(folder, 'strace.log'), {
    root: join(folder, 'disk'),
    notes: join(folder, 'marks'),
    port,
  })
  explains(calls, join(folder, 'disk'))
  const marks = calls.flatMap((call): Mark[] =>
    call.kind === 'note' ? call.text.split('\n').filter(Boolean).map(readMark) : [],
  )
  const media = new Map<AssetName, Buffer>()
  const bytesOf = (asset: AssetName): Buffer => {
    const known = media.get(asset) ?? readFileSync(join(folder, 'media', hexOf(asset)))
    media.set(asset, known)
    return known
  }
  const world: World = {
    rootKeys,
    published,
    programmes: marks.flatMap((one) => (one.kind === 'programme' ? [one.lanes.flatMap((lane) => lane.showings)] : [])),
    shown: marks.flatMap((one) => (one.kind === 'shown' ? [one] : [])),
    bytesOf,
    halvesMayVanish: false,
    judgesLoop: true,
    mostUnheard: 1,
  }
  return { folder, calls, world, facts: { published, connections, evictedFrom: evictionsIn(calls) } }
}

/** The calls must lead to what is really on the disk, to the byte: else something was written by a way that was not recorded. */
function explains(calls: readonly DiskCall[], root: string): void {
  const disk = new Disk()
  for (const [index, call] of calls.entries()) disk.apply(call, index)
  const { files } = disk.after('ext4', 'all-kept', chanceOf(0))
  for (const { path, size, pieces } of files) {
    const content = Buffer.alloc(size)
    for (const { at, data } of pieces) data.copy(content, at)
    if (!readFileSync(join(root, path)).equals(content)) throw new Error(`the calls do not explain ${path}`)
  }
  const names = new Set(files.map(({ path }) => path))
  for (const one of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(one.parentPath, one.name))
    if (one.isFile() && !path.endsWith('-shm') && !names.has(path)) throw new Error(`the calls do not explain ${path}`)
  }
}

/** The row of an evicted asset goes before its file: how many commits before is up to the machine, so the last forty syncs do not count. */
function evictionsIn(calls: readonly DiskCall[]): Map<AssetName, number[]> {
  const evictions = new Map<AssetName, number[]>()
  const syncs: number[] = []
  calls.forEach((call, index) => {
    if (call.kind === 'sync') syncs.push(index)
    const hex = call.kind === 'unlink' ? /assets\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(call.path)?.[1] : undefined
    if (hex === undefined) return
    const asset = assetNameOf(hex)
    evictions.set(asset, [...(evictions.get(asset) ?? []), syncs.at(-40) ?? 0])
  })
  return evictions
}
