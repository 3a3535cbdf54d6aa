import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/** A mark in the environment that every process started under it inherits, whoever its parent is later. */
export type Mark = { readonly environment: Readonly<Record<string, string>> }

const variable = 'PLAZACAST_TEST_MARK'

/** A mark that no other process has. */
export const newMark = (): Mark => ({ environment: { [variable]: randomUUID() } })

/** A running process: its number and its command line. */
export type RunningProcess = { readonly pid: number; readonly commandLine: string }

/** Every process under a mark, as Linux tells in /proc; those that have ended but were not collected are left out. */
export function markedProcesses(mark: Mark): readonly RunningProcess[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
      if (!environment.includes(`${variable}=${mark.environment[variable]}`)) return []
      return [{ pid: Number(pid), commandLine: readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ') }]
    } catch {
      // It ended while we looked.
      return []
    }
  })
}
