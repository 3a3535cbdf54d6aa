import { randomUUID } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { OperatorError } from '../../shared/operator/operator-error.ts'

const ledger = z.record(z.string(), z.int().min(1))

/** The highest revision this machine has ever pushed on a topic; 0 if none. Kept beside the keys. */
export async function lastRevision(keysFolder: string, topic: string): Promise<number> {
  return (await readLedger(keysFolder))[topic] ?? 0
}

/** Remembers a revision before it is pushed, so that no two documents ever carry the same one, whatever the broker forgets. */
export async function rememberRevision(keysFolder: string, topic: string, revision: number): Promise<void> {
  const path = pathIn(keysFolder)
  const before = await readLedger(keysFolder)
  const after = { ...before, [topic]: Math.max(before[topic] ?? 0, revision) }
  const draft = `${path}.${randomUUID()}.part`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(after, undefined, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}

const pathIn = (keysFolder: string): string => join(keysFolder, 'revisions.json')

async function readLedger(keysFolder: string): Promise<Record<string, number>> {
  const path = pathIn(keysFolder)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}'
    throw error
  })
  try {
    return ledger.parse(JSON.parse(text))
  } catch {
    throw new OperatorError(
      `${path} is damaged: expected revisions by topic. Repair it, or remove it and use --revision.`,
    )
  }
}
