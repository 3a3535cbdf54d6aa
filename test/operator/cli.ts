import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../../build/plazacast.mjs')

export type CliRun = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** A `plazacast` that runs as a process of its own, as an operator starts it. */
export type Cli = {
  readonly child: ChildProcess
  /** Everything on stdout so far. */
  stdout(): string
  /** Resolves with the first complete line of stdout that fits; rejects if the process ends without it. */
  line(fits: (line: string) => boolean): Promise<string>
  readonly ended: Promise<CliRun>
}

/** Starts `plazacast` with these arguments and no settings but those in `env`. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>>): Cli {
  const path = { PATH: process.env.PATH ?? '', HOME: env.HOME ?? '/nonexistent' }
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
    for (const look of waiting) look()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const ended = once(child, 'close').then(([code]): CliRun => ({ code: code as number | null, stdout, stderr }))
  const line = (fits: (line: string) => boolean) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = stdout.split('\n').slice(0, -1).find(fits)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      ended.then(
        (run) => reject(new Error(`ended with ${run.code} before the line came: ${run.stdout}${run.stderr}`)),
        reject,
      )
      look()
    })
  return { child, stdout: () => stdout, line, ended }
}

/** Runs `plazacast` to its end. */
export const runCli = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliRun> =>
  startCli(args, env).ended
