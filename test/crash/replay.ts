import { createHash } from 'node:crypto'
import { closeSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chanceOf } from '../attack/chance.ts'
import { type CheckMemory, checkDisk, createMemory } from './check.ts'
import { Disk, type DiskState, type Model, type StateFile, type Style, styles } from './disk.ts'
import { createExpected } from './expected.ts'
import type { Recording } from './record.ts'

/** Names one state of a recording: the cut came after this call, and chance did this with what was not safe. */
export type StateName = { readonly call: number; readonly variant: number }
export type Failure = StateName & { readonly step: string; readonly model: Model; readonly problems: readonly string[] }
export type Replayed = {
  readonly states: number
  readonly disks: number
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
  const checker = createChecker(options)
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
        const problems = await checker(state, expected, model)
        if (problems.length > 0) failures.push({ call: index, variant, step: expected.step, model, problems })
        if (seen.size % 100 === 0) options.progress(seen.size, failures.length)
        if (seen.size >= options.states || failures.length >= mostFailures)
          return { states: seen.size, disks: disks.size, bySteps, failures }
      }
    }
    if (only && pass >= only.variant / perPass) break
    if (only) before = -1
  }
  return { states: seen.size, disks: disks.size, bySteps, failures }
}

const digest = (text: string): string => createHash('sha1').update(text).digest('base64').slice(0, 16)

type Checker = (state: DiskState, expected: Parameters<typeof checkDisk>[1], model: Model) => Promise<string[]>

/** Lays a state out in the work folder and checks it. Files that nobody but the rig touches are left where they are. */
function createChecker({ recording, workDir }: ReplayOptions): Checker {
  const memory: CheckMemory = createMemory()
  const lying = new Map<string, string>()
  const root = join(workDir, 'disk')
  mkdirSync(root, { recursive: true })
  return async (state, expected, model) => {
    layOut(root, state, lying)
    const keys = new Map(state.files.map((file) => [file.path, file.key]))
    const world = { ...recording.world, halvesMayVanish: model === 'posix' }
    const problems = await checkDisk(join(root, 'data'), expected, world, memory, (path) => keys.get(`data/${path}`))
    return problems
  }
}

const isLeftAlone = (path: string): boolean => /^data\/(assets\/[0-9a-f]{2}|partial)\/[0-9a-f]{64}$/.test(path)

function layOut(root: string, { folders, files }: DiskState, lying: Map<string, string>): void {
  const wanted = new Map(files.map((file) => [file.path, file.key]))
  for (const [path, key] of lying) {
    if (wanted.get(path) === key) continue
    rmSync(join(root, path), { force: true })
    lying.delete(path)
  }
  for (const name of [
    'data/player.db',
    'data/player.db-wal',
    'data/player.db-shm',
    'data/player.db-journal',
    'data-seal',
  ])
    rmSync(join(root, name), { recursive: true, force: true })
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true })
  for (const file of files) {
    if (lying.get(file.path) === file.key) continue
    writeFile(join(root, file.path), file)
    if (isLeftAlone(file.path)) lying.set(file.path, file.key)
  }
}

function writeFile(path: string, { size, pieces }: StateFile): void {
  mkdirSync(dirname(path), { recursive: true })
  const handle = openSync(path, 'w')
  for (const { at, data } of pieces) if (data.length > 0) writeSync(handle, data, 0, data.length, at)
  ftruncateSync(handle, size)
  closeSync(handle)
}
