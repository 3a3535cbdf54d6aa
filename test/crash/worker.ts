// Run as a worker thread: replays its share of a recording.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { loadRecording } from './record.ts'
import { replay } from './replay.ts'

const { folder, seed, states, share, memoryDir } = z
  .object({
    folder: z.string(),
    seed: z.int(),
    states: z.int(),
    share: z.tuple([z.int(), z.int()]),
    memoryDir: z.string(),
  })
  .parse(workerData)

const workDir = mkdtempSync(join(memoryDir, 'plazacast-crash-'))
try {
  const recording = loadRecording(folder)
  const progress = (done: number, failures: number) => parentPort?.postMessage({ kind: 'progress', done, failures })
  const replayed = await replay({ recording, seed, states, share, workDir, progress })
  parentPort?.postMessage({ kind: 'done', ...replayed })
} finally {
  rmSync(workDir, { recursive: true, force: true })
}
