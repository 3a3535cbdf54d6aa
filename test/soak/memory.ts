import { readFileSync } from 'node:fs'
import { descendantsOf } from '../support/processes.ts'

/** The processes of a wall. */
const processKinds = ['page', 'gpu', 'browser', 'helpers', 'main'] as const
type ProcessKind = (typeof processKinds)[number]

/**
 * What is followed of a wall. `page` and so on: what a process holds of its own, which is its resident memory without the
 * pages of files, since those the system shares between programs, drops and reads again as it likes. `… resident`: all of
 * it. `… heap`: JavaScript, after a collection.
 */
export const parts = [
  ...processKinds,
  ...processKinds.map((kind) => `${kind} resident` as const),
  'page heap',
  'main heap',
] as const
export type Part = (typeof parts)[number]

/** Memory in MiB; what could not be read is left out. */
export type Memory = Readonly<Partial<Record<Part, number>>>

/**
 * RssAnon + RssShmem, and VmRSS (proc_pid_status(5)), of a wall's processes, by what they are for. Not the proportional set size:
 * that grows when another program that runs the same binary ends. Under Electron `browser` is the main program itself. `pid`: the
 * player, or who watches over it, which is then one of the helpers.
 */
export function residentMemory(pid: number): Memory {
  const sizes: Partial<Record<Part, number>> = {}
  const below = descendantsOf(pid)
  const isWatcher = below.some(({ command }) => partOf(command) === 'main')
  for (const { pid: one, command } of [{ pid, command: 'node' }, ...below]) {
    const part = one === pid && isWatcher ? 'helpers' : partOf(command)
    const found = memoryOf(one)
    if (!found) continue
    sizes[part] = (sizes[part] ?? 0) + found.ownMib
    sizes[`${part} resident`] = (sizes[`${part} resident`] ?? 0) + found.residentMib
  }
  return sizes
}

function partOf(command: string): ProcessKind {
  const type = /--type=([a-z-]+)/.exec(command)?.[1]
  if (type === 'renderer' && !command.includes('--extension-process')) return 'page'
  if (type === 'gpu-process') return 'gpu'
  if (type !== undefined || /crashpad/.test(command)) return 'helpers'
  return /--user-data-dir|electron/.test(command) ? 'browser' : 'main'
}

function memoryOf(pid: number): { ownMib: number; residentMib: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
    const [ownMib, residentMib] = [mib('RssAnon') + mib('RssShmem'), mib('VmRSS')]
    return Number.isNaN(ownMib + residentMib) ? undefined : { ownMib, residentMib }
  } catch {
    return undefined // it ended while we looked
  }
}

/** What JavaScript holds after a collection, in MiB, of all pages (or the program) of an inspector on this port: one of them may only stand by. */
export async function heapOf(port: number | undefined): Promise<number | undefined> {
  if (port === undefined) return undefined
  try {
    const targets: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()
    const addresses = (Array.isArray(targets) ? targets : [])
      .filter(isPage)
      .map((one) => String(one.webSocketDebuggerUrl))
    if (addresses.length === 0) return undefined
    return (await Promise.all(addresses.map(collectedHeap))).reduce((sum, heap) => sum + heap)
  } catch {
    return undefined // a wall that is being repaired has no inspector for a moment
  }
}

const isPage = (target: { type?: unknown }) => target.type === 'page' || target.type === 'node'

/** A connection for each look: one that stays would itself gather what the page says. */
function collectedHeap(address: string): Promise<number> {
  const socket = new WebSocket(address)
  const methods = ['HeapProfiler.enable', 'HeapProfiler.collectGarbage', 'HeapProfiler.disable', 'Runtime.getHeapUsage']
  return new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the inspector does not answer')), 10_000)
    socket.onopen = () => methods.forEach((method, id) => void socket.send(JSON.stringify({ id, method })))
    socket.onerror = () => reject(new Error('no inspector'))
    socket.onmessage = ({ data }) => {
      const answer = JSON.parse(String(data))
      if (answer.id !== methods.length - 1) return
      clearTimeout(timer)
      resolve(Number(answer.result.usedSize) / 1024 ** 2)
    }
  }).finally(() => socket.close())
}

/** The port of the inspector that a browser below this process listens on, if it was told to have one. */
export function browserInspector(pid: number): number | undefined {
  const browser = descendantsOf(pid).find(({ command }) => partOf(command) === 'browser')
  const profile = /--user-data-dir=(\S+)/.exec(browser?.command ?? '')?.[1]
  if (profile === undefined) return undefined
  try {
    return Number(readFileSync(`${profile}/DevToolsActivePort`, 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}
