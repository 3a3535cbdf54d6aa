import { randomUUID } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { takedowns } from '../../shared/documents/takedowns.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import type { TakenDown } from '../../shared/operator/takedown-list.ts'

const memory = z.strictObject({ assets: takedowns.shape.assets })

const pathIn = (keysFolder: string): string => join(keysFolder, 'takedowns.json')

/** All that this machine has ever taken down or seen taken down. Kept beside the keys: a broker may forget, or be made to. */
export async function rememberedTakedowns(keysFolder: string): Promise<TakenDown[]> {
  const path = pathIn(keysFolder)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{"assets":[]}'
    throw error
  })
  try {
    return memory.parse(JSON.parse(text)).assets
  } catch {
    throw new OperatorError(`${path} is damaged: expected what was taken down. Repair it, or remove it.`)
  }
}

/** Written whole and synced before the list is pushed. */
export async function rememberTakedowns(keysFolder: string, assets: readonly TakenDown[]): Promise<void> {
  const draft = `${pathIn(keysFolder)}.${randomUUID()}.part`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({ assets }, undefined, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, pathIn(keysFolder))
}
