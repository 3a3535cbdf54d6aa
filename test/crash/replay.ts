import { createHash } from 'node:crypto'
import { closeSync, constants, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chanceOf } from '../attack/chance.ts'
import { checkDisk } from './check.ts'
import { type CheckMemory, createMemory } from './check-world.ts'
import { Disk, type DiskState, type Model } from './disk.ts'
import { type Style, styles } from './disk-chance.ts'
import type { StateFile } from './disk-inode.ts'
import { createExpected } from './expected.ts'
import type { Recording } from './record.ts'

/** Names one state of a recording: the cut came after this call, and chance did this with what was not safe. */
export type StateName = { readonly call: number; readonly variant: number }
export type Failure = StateName & { readonly step: string; readonly model: Model; readonly problems: readonly string[] }
/** `states`: laid out and opened, each different on disk or in what was promised. `databases`: what SQLite made of them, with the files beside. */
export type Replayed = {
  readonly states: number
  readonly disks: number
  readonly databases: number
  readonly bySteps: Record<string, number>
  readonly failures: Failure[]
}

export type ReplayOptions = {
  readonly recording: Recording
  readonly seed: number
  /** This many different states, if there are so many; what is the same on disk and in what was promised counts once. */
  readonly states: number
  /** This share of the calls only: `[0, 2]` is every even one. */
  readonly share: readonly [number, number]
  /** An empty folder, in memory best. */
  readonly workDir: string
  readonly progress: (states: number, failures: number) => void
  readonly only?: StateName
}

const mostFailures = 50
const modelOf = (variant: number): Model => (variant % 2 === 0 ? 'ext4' : 'posix')
const styleOf = (variant: number): Style => styles[Math.floor(variant / 2) % styles.length] ?? 'any'

/** Goes through a recording as often as it takes, cuts the power after every call, and checks what is left. */
export async function replay(options: ReplayOptions): Promise<Replayed> {
  const { recording, share, only } = options
  const seen = new Set<string>()
  const disks = new Set<string>()
  const bySteps: Record<string, number> = {}
  const failures: Failure[] = []
  const memory = createMemory()
  const checker = createChecker(options, memory)
  const replayed = () => ({ states: seen.size, disks: disks.size, databases: memory.verdicts.size, bySteps, failures })
  // Few states: some of the calls. Many: every call as often, the first pass already counts for most of them.
  const { length } = recording.calls
  const every = Math.max(1, Math.floor((length / options.states / share[1]) * 2))
  const perPass = Math.min(styles.length * 2, Math.max(4, Math.ceil((options.states * share[1] * 1.5) / length)))
  for (let pass = 0, before = -1; seen.size < options.states && seen.size > before; pass++) {
    before = seen.size
    const disk = new Disk()
    const follow = createExpected(recording.facts)
    for (const [index, call] of recording.calls.entries()) {
      disk.apply(call, index)
      follow.next(call, index)
      if (
        only
          ? only.call !== index
          : Math.floor(index / every) % share[1] !== share[0] || index % every !== 0 || (pass > 0 && disk.isSettled)
      )
        continue
      for (let variant = pass * perPass; variant < (pass + 1) * perPass; variant++) {
        if (only && only.variant !== variant) continue
        const style = styleOf(variant)
        const model = modelOf(variant)
        const state = disk.after(model, style, chanceOf(options.seed * 7919 + index * 104_729 + variant))
        const name = digest(`${state.key}\n${follow.version()}`)
        if (seen.has(name)) continue
        seen.add(name)
        disks.add(digest(state.key))
        const { expected } = follow
        bySteps[expected.step] = (bySteps[expected.step] ?? 0) + 1
        const problems = await checker(state, follow.version(), expected, model)
        if (problems.length > 0) failures.push({ call: index, variant, step: expected.step, model, problems })
        if (seen.size % 100 === 0) options.progress(seen.size, failures.length)
        if (seen.size >= options.states || failures.length >= mostFailures) return replayed()
      }
    }
    if (only && pass >= only.variant / perPass) break
    if (only) before = -1
  }
  return replayed()
}

const digest = (text: string): string => createHash('sha1').update(text).digest('base64').slice(0, 16)

type Checker = (
  state: DiskState,
  version: number,
  expected: Parameters<typeof checkDisk>[1],
  model: Model,
) => Promise<readonly string[]>

/** Lays a state out in the work folder and checks it. */
function createChecker({ recording, workDir }: ReplayOptions, memory: CheckMemory): Checker {
  const root = join(workDir, 'disk')
  const layOut = createLayout(root)
  return async (state, version, expected, model) => {
    layOut(state)
    const known = new Map(state.files.map((file) => [file.path, file.key]))
    const world = { ...recording.world, halvesMayVanish: model === 'posix' }
    const others = [...known].filter(([path]) => isLeftAlone(path)).map((one) => one.join('='))
    const beside = digest([version, model, ...others.toSorted()].join(' '))
    return checkDisk(join(root, 'data'), expected, world, memory, { of: (path) => known.get(`data/${path}`), beside })
  }
}

const isLeftAlone = (path: string): boolean =>
  /^(data\/(assets\/[0-9a-f]{2}|partial)\/[0-9a-f]{64}|data-seal\/.*)$/.test(path)
/** What a check writes, or makes. */
const touched = ['data/player.db', 'data/player.db-wal', 'data/player.db-shm', 'data/player.db-journal']

/** Lays one state after another out in a folder: only what changed is written. Files that nobody but the rig touches stay as they lie. */
function createLayout(root: string): (state: DiskState) => void {
  const lying = new Map<string, string>()
  const made = new Set<string>()
  const makeFolder = (path: string) => {
    if (made.has(path)) return
    mkdirSync(path, { recursive: true })
    made.add(path)
  }
  return ({ folders, files }) => {
    const wanted = new Map(files.map((file) => [file.path, file.key]))
    for (const [path, key] of lying) {
      if (wanted.get(path) === key) continue
      rmSync(join(root, path), { force: true })
      lying.delete(path)
    }
    for (const name of touched) if (!wanted.has(name)) rmSync(join(root, name), { force: true })
    for (const folder of folders) makeFolder(join(root, folder))
    for (const file of files) {
      if (lying.get(file.path) === file.key) continue
      makeFolder(dirname(join(root, file.path)))
      writeFile(join(root, file.path), file)
      if (isLeftAlone(file.path)) lying.set(file.path, file.key)
    }
  }
}

function writeFile(path: string, { size, pieces }: StateFile): void {
  // Not emptied first: memory that is there need not be given back and asked for again.
  const handle = openSync(path, constants.O_RDWR | constants.O_CREAT)
  ftruncateSync(handle, pieces[0]?.data.length ?? 0)
  for (const { at, data } of pieces) if (data.length > 0) writeSync(handle, data, 0, data.length, at)
  ftruncateSync(handle, size)
  closeSync(handle)
}
