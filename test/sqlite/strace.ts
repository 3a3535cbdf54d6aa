import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a program wrote, and the system calls it made, one a line and in order. */
export type Traced = { readonly stdout: string; readonly calls: readonly string[] }

/** Runs a TypeScript file in a Node of its own under strace; `expressions` are strace's `-e`, `more` its other flags. Needs strace: apt-get install strace. */
export async function traced(
  folder: string,
  expressions: readonly string[],
  program: string,
  args: readonly string[],
  more: readonly string[] = [],
): Promise<Traced> {
  const log = join(folder, 'strace.log')
  const flags = [
    '-f',
    '-y',
    '-s',
    '300',
    '-o',
    log,
    ...expressions.flatMap((expression) => ['-e', expression]),
    ...more,
  ]
  const { stdout } = await run('strace', [...flags, process.execPath, program, ...args], { timeout: 120_000 })
  return { stdout, calls: readFileSync(log, 'utf8').split('\n') }
}
