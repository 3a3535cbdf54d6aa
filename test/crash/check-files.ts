import { createHash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAssetFiles } from '../../main/adapters/asset-files.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { heldAssets } from '../../main/sqlite/assets.ts'
import { halfDownloads } from '../../main/sqlite/downloads.ts'
import type { ReadDb, WriteDb } from '../../main/sqlite/open.ts'
import { type AssetName, hexOf } from '../../shared/asset-name.ts'
import type { CheckMemory, World } from './check-world.ts'

/** What counts as held is there and right, to the last byte, before anything was repaired. */
export async function unsound(
  dataDir: string,
  db: WriteDb,
  { sound }: CheckMemory,
  keyOf: (path: string) => string | undefined,
): Promise<string[]> {
  const files = createAssetFiles({ dataDir, db, clock: systemClock, onDamaged: () => {} })
  const problems: string[] = []
  for (const { asset } of heldAssets(db)) {
    const hex = hexOf(asset)
    const key = keyOf(`assets/${hex.slice(0, 2)}/${hex}`)
    const known = key === undefined ? undefined : `${asset} ${key}`
    if (known === undefined || !sound.has(known)) {
      const problem = await wrongBytes(files, asset)
      if (known === undefined) {
        if (problem) problems.push(problem)
        continue
      }
      sound.set(known, problem)
    }
    const problem = sound.get(known)
    if (problem) problems.push(problem)
  }
  return problems
}

async function wrongBytes(files: ReturnType<typeof createAssetFiles>, asset: AssetName): Promise<string | undefined> {
  try {
    const opened = await files.openAsset(asset)
    if (!opened) return `${asset} counts as held and is not there`
    const hash = createHash('sha256')
    for await (const bytes of opened.read(0, opened.sizeBytes)) hash.update(bytes)
    const found = hash.digest('hex')
    return found === hexOf(asset) ? undefined : `${asset} counts as held and its bytes are those of ${found}`
  } catch (error) {
    return `${asset} counts as held and cannot be read: ${String(error)}`
  }
}

/** What is noted as done of a half download is on disk and right. */
export function halves(
  dataDir: string,
  db: ReadDb,
  { bytesOf, halvesMayVanish }: World,
  { sound }: CheckMemory,
  keyOf: (path: string) => string | undefined,
): string[] {
  return halfDownloads(db).flatMap(({ asset, doneBytes }) => {
    if (doneBytes === 0) return []
    const file = join(dataDir, 'partial', hexOf(asset))
    if (!lstatSync(file, { throwIfNoEntry: false })) {
      const isWhole =
        lstatSync(join(dataDir, 'assets', hexOf(asset).slice(0, 2), hexOf(asset)), { throwIfNoEntry: false }) !==
        undefined
      return isWhole || halvesMayVanish ? [] : [`the half download of ${asset} is gone, ${doneBytes} bytes`]
    }
    const known = `${asset} ${doneBytes} ${keyOf(`partial/${hexOf(asset)}`)}`
    if (keyOf(`partial/${hexOf(asset)}`) !== undefined && sound.has(known)) return []
    const right = readFileSync(file).subarray(0, doneBytes).equals(bytesOf(asset).subarray(0, doneBytes))
    if (right) sound.set(known, undefined)
    return right ? [] : [`of the half download of ${asset}, ${doneBytes} bytes are not all right`]
  })
}
