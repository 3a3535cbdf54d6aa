import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/** A mark in the environment that every process started under it inherits, whoever its parent is later. */
export type Mark = { readonly environment: Readonly<Record<string, string>> }

const variable = 'PLAZACAST_TEST_MARK'

/** A mark that no other process has. */
export const newMark = (): Mark => ({ environment: { [variable]: randomUUID() } })

/** A running process: its number and its command line. */
export type RunningProcess = { readonly pid: number; readonly commandLine: string }

/**
 * Every process under a mark, as Linux tells in /proc: those that carry it and those that descend from one that does, as
 * Chromium writes its processes' titles over their environment.
 */
export function markedProcesses(mark: Mark): readonly RunningProcess[] {
  const wanted = `${variable}=${mark.environment[variable]}`
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readProcess(name) : []))
  const found = new Set(all.filter(({ environment }) => environment.includes(wanted)).map(({ pid }) => pid))
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  return all.filter(({ pid }) => found.has(pid))
}

type ReadProcess = RunningProcess & { readonly parent: number; readonly environment: string }

function readProcess(name: string): readonly ReadProcess[] {
  try {
    const [, state, parent] = /\) (\S) (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? []
    // Ended, and not yet collected by its parent.
    if (state === 'Z') return []
    const environment = readFileSync(`/proc/${name}/environ`, 'latin1')
    const commandLine = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ')
    return [{ pid: Number(name), parent: Number(parent), environment, commandLine }]
  } catch {
    // It ended while we looked, or it is another user's and so none of ours.
    return []
  }
}
