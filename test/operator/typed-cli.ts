import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../../build/plazacast.mjs')

/** A `plazacast` on a terminal of its own, as somebody at a keyboard starts it. */
export type TypedCli = {
  type(text: string): void
  /** Waits until this stands on the terminal behind what was waited for before. */
  sees(text: string): Promise<void>
  text(): string
  /** The exit code. */
  readonly ended: Promise<number | null>
}

/** Starts it under util-linux's `script`, which gives it a pseudo-terminal and passes the exit code on. */
export function startTyped(args: readonly string[], env: Readonly<Record<string, string>>): TypedCli {
  const quoted = [process.execPath, program, ...args].map((one) => `'${one}'`).join(' ')
  const child = spawn('script', ['-qefc', quoted, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', HOME: '/nonexistent', TERM: 'dumb', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  let seenUntil = 0
  const waiting = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    for (const look of waiting) look()
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  return {
    type: (text) => void child.stdin.write(text),
    sees: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const at = shown.indexOf(text, seenUntil)
          if (at < 0) return
          seenUntil = at + text.length
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        ended.then(() => reject(new Error(`ended without "${text}": ${shown}`)), reject)
        look()
      }),
    text: () => shown,
    ended,
  }
}
