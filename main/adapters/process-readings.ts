import { readdir, readFile } from 'node:fs/promises'
import { type ProcessReading, processKinds } from '../../shared/health/health.ts'

type Kind = ProcessReading['kind']
type Known = { readonly pid: number; readonly kind: Kind; memoryBytes: number; ticks: number; percent: number }

/** How often the whole tree and its memory are looked at; how busy its processes are is looked at each time. */
const treeEveryMs = 30_000
/** sysconf(_SC_CLK_TCK) is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** Reads what each part of the player takes, from /proc. Where there is none, this process alone. */
export function createProcessReader(procDir: string, pid: number): () => Promise<ProcessReading[]> {
  let known: Known[] = []
  let treeAtMs = Number.NEGATIVE_INFINITY
  let readAtMs = performance.now()

  return async () => {
    const nowMs = performance.now()
    const isDue = nowMs - treeAtMs > treeEveryMs
    if (isDue) {
      treeAtMs = nowMs
      known = await tree(procDir, pid, known)
    }
    const seconds = (nowMs - readAtMs) / 1000
    readAtMs = nowMs
    const alive = await Promise.all(known.map((one) => measure(procDir, one, seconds)))
    if (alive.includes(false)) treeAtMs = Number.NEGATIVE_INFINITY // one has ended, and another may have taken its place
    return known.length > 0 ? byKind(known) : [ofThisProcess()]
  }
}

/** Adds up how busy a process was; false if it has ended. */
async function measure(procDir: string, one: Known, seconds: number): Promise<boolean> {
  const stat = await statOf(procDir, one.pid)
  if (!stat) return false
  one.percent = one.ticks === 0 || seconds <= 0 ? 0 : (100 * (stat.ticks - one.ticks)) / ticksPerSecond / seconds
  one.ticks = stat.ticks
  return true
}

async function tree(procDir: string, root: number, before: readonly Known[]): Promise<Known[]> {
  const names = (await readdir(procDir).catch(() => [])).filter((name) => /^\d+$/.test(name))
  const stats = (await Promise.all(names.map((name) => statOf(procDir, Number(name))))).filter(
    (one) => one !== undefined,
  )
  const childrenOf = (parent: number) => stats.filter((one) => one.parent === parent)
  const below = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap((child) => below(child.pid))]
  const pids = stats.some(({ pid }) => pid === root) ? below(root) : []
  return Promise.all(
    pids.map(async (pid) => {
      const kind = pid === root ? 'main' : kindOf(await textIn(`${procDir}/${pid}/cmdline`))
      const ticks = before.find((one) => one.pid === pid)?.ticks ?? 0
      return { pid, kind, memoryBytes: await memoryOf(procDir, pid), ticks, percent: 0 }
    }),
  )
}

function kindOf(commandLine: string): Kind {
  const type = /--type=([\w-]+)/.exec(commandLine)?.[1]
  if (type === 'renderer') return 'page'
  if (type === 'gpu-process') return 'gpu'
  return type === undefined && commandLine.includes('--remote-debugging-pipe') ? 'browser' : 'other'
}

/** Name, state, parent, … and at 14 and 15 the ticks in user and system mode (proc_pid_stat(5)); the name may hold spaces. */
async function statOf(
  procDir: string,
  pid: number,
): Promise<{ pid: number; parent: number; ticks: number } | undefined> {
  const text = await textIn(`${procDir}/${pid}/stat`)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  if (text === '' || fields[0] === 'Z') return undefined
  return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }
}

/** The proportional set size; the resident one where the kernel does not tell or does not let us see. */
async function memoryOf(procDir: string, pid: number): Promise<number> {
  const [, proportional] = /^Pss: +(\d+) kB/m.exec(await textIn(`${procDir}/${pid}/smaps_rollup`)) ?? []
  if (proportional !== undefined) return Number(proportional) * 1024
  const [, resident] = /^VmRSS:\s+(\d+) kB/m.exec(await textIn(`${procDir}/${pid}/status`)) ?? []
  return Number(resident ?? 0) * 1024
}

/** Empty when the process has ended meanwhile, or is another user's. */
const textIn = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')

function byKind(known: readonly Known[]): ProcessReading[] {
  return processKinds.flatMap((kind) => {
    const these = known.filter((one) => one.kind === kind)
    if (these.length === 0) return []
    const sum = (value: (one: Known) => number) => these.reduce((total, one) => total + value(one), 0)
    const cpuPercent = Math.max(
      0,
      sum((one) => one.percent),
    )
    return [{ kind, processes: these.length, memoryBytes: sum((one) => one.memoryBytes), cpuPercent }]
  })
}

function ofThisProcess(): ProcessReading {
  return { kind: 'main', processes: 1, memoryBytes: process.memoryUsage.rss(), cpuPercent: 0 }
}
