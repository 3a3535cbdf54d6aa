import { readFile, statfs } from 'node:fs/promises'
import { cpus, freemem, totalmem, uptime } from 'node:os'
import type { MachineReadings, ReadMachine } from '../app/health-parts.ts'
import { readNetwork } from './network-readings.ts'
import { createProcessReader } from './process-readings.ts'
import { createTemperatureReader } from './temperature-readings.ts'

export type SystemReadingsOptions = {
  /** The volume of this folder is looked at. */
  readonly dataDir: string
  /** Where Linux tells of itself. */
  readonly procDir?: string
  readonly sysDir?: string
  /** The player's first process. */
  readonly pid?: number
}

/**
 * Reads the machine: /proc, /sys and the volume under Linux, elsewhere what Node can tell. Every file is read off this thread.
 * The first reading of how busy something is says nothing yet: it takes two to compare.
 */
export function createSystemReadings(options: SystemReadingsOptions): ReadMachine {
  const { dataDir, procDir = '/proc', sysDir = '/sys', pid = process.pid } = options
  const processes = createProcessReader(procDir, pid)
  const temperatures = createTemperatureReader(sysDir)
  let before: Times | undefined

  return async (): Promise<MachineReadings> => {
    const [memory, times, parts, heat, disk, network] = await Promise.all([
      readMemory(procDir),
      readTimes(procDir),
      processes(),
      temperatures(),
      readDisk(dataDir),
      readNetwork(procDir, sysDir),
    ])
    const systemPercent = before && busyPercent(before, times)
    before = times
    return {
      cpu:
        systemPercent === undefined
          ? null
          : { cores: cpus().length || 1, systemPercent, playerPercent: sumOf(parts.map((one) => one.cpuPercent)) },
      memory: { ...memory, playerBytes: sumOf(parts.map((one) => one.memoryBytes)), processes: parts },
      temperatures: heat,
      disk,
      network,
      systemSeconds: uptime(),
    }
  }
}

const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)

/** Time of all cores since the start, in any unit. */
type Times = { readonly busy: number; readonly all: number }

function busyPercent(before: Times, after: Times): number {
  const all = after.all - before.all
  return all <= 0 ? 0 : Math.min(100, Math.max(0, (100 * (after.busy - before.busy)) / all))
}

/** The first line of /proc/stat: user nice system idle iowait irq softirq steal … (proc_stat(5)). */
async function readTimes(procDir: string): Promise<Times> {
  const line = (await readFile(`${procDir}/stat`, 'utf8').catch(() => '')).split('\n', 1)[0] ?? ''
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number)
  const busy = user + nice + system + irq + softirq + steal
  return line.startsWith('cpu ') ? { busy, all: busy + idle + wait } : timesOfNode()
}

function timesOfNode(): Times {
  const times = cpus().map((core) => core.times)
  const idle = sumOf(times.map((one) => one.idle))
  const busy = sumOf(times.map((one) => one.user + one.nice + one.sys + one.irq))
  return { busy, all: busy + idle }
}

async function readMemory(procDir: string): Promise<{ totalBytes: number; availableBytes: number }> {
  const text = await readFile(`${procDir}/meminfo`, 'utf8').catch(() => '')
  const bytesOf = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) * 1024
  const totalBytes = bytesOf('MemTotal')
  const availableBytes = bytesOf('MemAvailable')
  return Number.isFinite(totalBytes + availableBytes)
    ? { totalBytes, availableBytes }
    : { totalBytes: totalmem(), availableBytes: freemem() }
}

async function readDisk(dataDir: string): Promise<MachineReadings['disk']> {
  try {
    const { bsize, blocks, bavail, files, ffree } = await statfs(dataDir)
    return { totalBytes: bsize * blocks, freeBytes: bsize * bavail, totalInodes: files, freeInodes: ffree }
  } catch {
    return null // the folder is gone, or the system does not tell
  }
}
