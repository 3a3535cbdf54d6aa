import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import type { Replayed } from './replay.ts'

const memory = '/dev/shm'
/** Where states are laid out: in memory where the system has such a folder. */
export const memoryDir = (): string => (existsSync(memory) ? memory : tmpdir())

const failure = z.object({
  call: z.int(),
  variant: z.int(),
  step: z.string(),
  model: z.enum(['ext4', 'posix']),
  problems: z.array(z.string()),
})
const message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), done: z.int(), failures: z.int() }),
  z.object({
    kind: z.literal('done'),
    states: z.int(),
    disks: z.int(),
    databases: z.int(),
    bySteps: z.record(z.string(), z.int()),
    failures: z.array(failure),
  }),
])

export type RigOptions = {
  readonly folder: string
  readonly seed: number
  readonly states: number
  readonly threads: number
  readonly progress: (states: number, failures: number) => void
}

/** Replays a recorded folder on several threads, each with its share of the calls. */
export async function replayOnThreads({ folder, seed, states, threads, progress }: RigOptions): Promise<Replayed> {
  const done = new Array<{ done: number; failures: number }>(threads).fill({ done: 0, failures: 0 })
  const parts = Array.from({ length: threads }, (_, index) => {
    const workerData = {
      folder,
      seed,
      states: Math.ceil(states / threads),
      share: [index, threads],
      memoryDir: memoryDir(),
    }
    return inWorker(workerData, (one) => {
      done[index] = one
      progress(
        done.reduce((sum, of) => sum + of.done, 0),
        done.reduce((sum, of) => sum + of.failures, 0),
      )
    })
  })
  return joined(await Promise.all(parts))
}

/** Room for what a state leaves behind: the heap's default has it collected several times a state. */
const resourceLimits = { maxYoungGenerationSizeMb: 64 }

function inWorker(workerData: unknown, progress: (one: { done: number; failures: number }) => void): Promise<Replayed> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, resourceLimits })
    worker.on('error', reject)
    worker.on('exit', () => reject(new Error('a thread ended early')))
    worker.on('message', (raw) => {
      const one = message.parse(raw)
      if (one.kind === 'progress') progress(one)
      else resolve(one)
    })
  })
}

function joined(parts: readonly Replayed[]): Replayed {
  const bySteps: Record<string, number> = {}
  for (const part of parts)
    for (const [step, count] of Object.entries(part.bySteps)) bySteps[step] = (bySteps[step] ?? 0) + count
  return {
    states: parts.reduce((sum, one) => sum + one.states, 0),
    disks: parts.reduce((sum, one) => sum + one.disks, 0),
    databases: parts.reduce((sum, one) => sum + one.databases, 0),
    bySteps,
    failures: parts.flatMap((one) => one.failures),
  }
}
