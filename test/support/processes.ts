import { readdirSync, readFileSync } from 'node:fs'

/** A process of this machine: its parent and its command line. */
type Process = { readonly pid: number; readonly parent: number; readonly command: string }

/** The processes that descend from this one, as Linux lists them now. */
export function descendantsOf(pid: number): Process[] {
  const all = readdirSync('/proc').flatMap((name) => processOf(name))
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)])
  return below(pid)
}

/** Kills at once, or stops for good, every descendant of this kind (Chromium's `--type=`); returns how many there were. */
export function killDescendants(
  pid: number,
  type: 'renderer' | 'gpu-process',
  signal: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL',
): number {
  const found = descendantsOf(pid).filter(({ command }) => command.includes(`--type=${type}`))
  for (const one of found) sendSignal(one.pid, signal)
  return found.length
}

/** How much of the processor a process has used, in ticks of a hundredth of a second; 0 when it has ended. */
export function processorTicks(pid: number): number {
  try {
    const [user = 0, system = 0] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '')
      .split(' ')
      .slice(11, 13)
      .map(Number)
    return user + system
  } catch {
    return 0
  }
}

function processOf(name: string): Process[] {
  if (!/^\d+$/.test(name)) return []
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return [{ pid: Number(name), parent, command: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }]
  } catch {
    return [] // it ended while we looked
  }
}

/** Sends a signal to a process that may have ended by itself since it was listed, as a browser's spare ones do. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
