import { randomUUID } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { type Trust, trust } from '../../shared/documents/trust.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'

const pathIn = (keysFolder: string): string => join(keysFolder, 'trust.json')

/**
 * The trust document that was signed here last. A broker that forgets, or gives back an older one, must not have us sign
 * a new one in which a revoked key counts again.
 */
export async function rememberedTrust(keysFolder: string): Promise<Trust | undefined> {
  const path = pathIn(keysFolder)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return trust.parse(JSON.parse(text))
  } catch {
    throw new OperatorError(`${path} is damaged: expected the trust document that was signed here last.`)
  }
}

/** Written whole and synced before the document is pushed. */
export async function rememberTrust(keysFolder: string, document: Trust): Promise<void> {
  const draft = `${pathIn(keysFolder)}.${randomUUID()}.part`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(document, undefined, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, pathIn(keysFolder))
}
