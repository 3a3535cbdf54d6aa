import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Seen } from '../oracle/band.ts'

/** What one display showed: its band, and how bright each of the band's blocks was where it is a mixture of two. */
export type Look = { readonly seen: Seen; readonly levels?: readonly number[] }

/** One look at all displays: when, by this process's `performance.now()`, and what each showed. */
export type Glance = {
  readonly atMs: number
  /** How long the look took, from the first display to the last, in milliseconds. */
  readonly tookMs: number
  readonly looks: readonly Look[]
}

/** An eye on several displays. */
export type Eye = {
  on(listener: (glance: Glance) => void): () => void
  stop(): Promise<void>
}

/** What the eye's process prints, line by line. */
export const glance = z.object({
  at: z.number(),
  took: z.number(),
  /** For each display `[item, frame]`, 0 for black, or the brightness of the blocks. */
  looks: z.array(z.union([z.tuple([z.int(), z.int()]), z.literal(0), z.array(z.int()).min(3)])),
})

/**
 * Looks at several displays at once, through the memory in which each X server (Xvfb with -fbdir) draws: one row of pixels of
 * each, some ten microseconds after the other. Asking the X servers instead would cost each of them work and take turns.
 *
 * `file` is a framebuffer in XWD format, `row` the row of pixels that is read. Looks are written down with the time they were taken at, so that a look that
 * comes late is no error.
 */
export async function openEye(
  displays: readonly { readonly file: string; readonly row: number }[],
  hz: number,
): Promise<Eye> {
  const program = join(import.meta.dirname, 'eye-process.ts')
  const args = [program, `${hz}`, ...displays.map(({ file, row }) => `${row}:${file}`)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    if (child.pid !== undefined) setPriority(child.pid, -15)
  } catch {
    // Only root may raise a priority; the looks carry their true times either way.
  }
  const listeners = new Set<(one: Glance) => void>()
  let opened = () => {}
  const first = new Promise<void>((resolve) => (opened = resolve))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { at, took, looks } = glance.parse(JSON.parse(line))
    const one = { atMs: at - performance.timeOrigin, tookMs: took, looks: looks.map(lookOf) }
    opened()
    for (const listener of listeners) listener(one)
  })
  const closed = ended.then(() => Promise.reject(new Error('the eye did not open')))
  closed.catch(() => {}) // it closes in the end
  await Promise.race([first, closed])
  return {
    on: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}

function lookOf(told: z.infer<typeof glance>['looks'][number]): Look {
  if (told === 0) return { seen: { kind: 'black' } }
  const [item = 0, frame = 0] = told
  return told.length === 2 ? { seen: { kind: 'frame', item, frame } } : { seen: { kind: 'unknown' }, levels: told }
}
