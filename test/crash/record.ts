import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { type AssetName, assetNameOf, hexOf } from '../../shared/asset-name.ts'
import { publicJwk } from '../../shared/documents/jws.ts'
import { chanceOf } from '../attack/chance.ts'
import type { World } from './check-world.ts'
import type { Day } from './day.ts'
import { Disk } from './disk.ts'
import type { Facts, Published } from './expected.ts'
import { type Mark, readMark } from './marks.ts'
import type { Heard } from './overheard.ts'
import { setScene, wallProgram } from './scene.ts'
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

const context = z.object({
  port: z.int(),
  rootKeys: z.array(publicJwk),
  published: z.array(z.custom<Published>()),
  connections: z.array(z.custom<Heard>()),
})

/** Runs the player under strace through a busy day and keeps what it did in a folder, whose path is returned. */
export async function record({ seed, rounds, broken, logPages, progress }: RecordOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-crash-'))
  mkdirSync(join(folder, 'disk'))
  const undo: (() => unknown)[] = []
  try {
    const step = (name: string) => void wall.stdin?.write(`${name}\n`)
    const chance = chanceOf(seed)
    const scene = await setScene(folder, { chance, step, quotaBytes: 12_000_000, awaits: 'all' }, undo)
    const { wire, day, rootKeys } = scene
    const dataDir = join(folder, 'disk', 'data')
    const wall = startWall(folder, { ...scene.given, dataDir, showingMs: 60, broken, logPages })
    undo.push(() => ended(wall, 'SIGKILL'))
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
        rootKeys,
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

function startWall(folder: string, given: Readonly<Record<string, unknown>>): ChildProcess {
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
  return spawn('strace', [...flags, process.execPath, wallProgram, JSON.stringify(given)], {
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
