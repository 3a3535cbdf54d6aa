import { lstatSync } from 'node:fs'
import { lstat, rm, statfs } from 'node:fs/promises'
import { type AssetName, assetNameOf, hexOf } from '../../shared/asset-name.ts'
import type { StoredFile } from '../../shared/cache/garbage.ts'
import {
  type AssetFactsToKeep,
  type AssetFiles,
  DamagedPiece,
  type Kept,
  type OpenedAsset,
} from '../app/asset-store.ts'
import type { Clock } from '../app/ports.ts'
import { findAsset, type HeldAsset, heldAssets, noteVerified, putAsset, removeAsset } from '../sqlite/assets.ts'
import { halfDownloads, removeDownload } from '../sqlite/downloads.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import { assetFoldersIn, storedIn, strangersIn, strayHalvesIn } from './asset-folders.ts'
import { createNaming } from './asset-naming.ts'
import { isFileError, openSound, sizeProblem } from './asset-reading.ts'
import { makeKeptFolder } from './kept-folder.ts'
import { createPartialFiles } from './partial-files.ts'
import { hashFile, hashOf, syncPath } from './piece-hashes.ts'

export { DamagedPiece } from '../app/asset-store.ts'

/** `onDamaged` is called after a damaged asset was dropped from what is held: it is to be reported and fetched again. */
export type AssetFilesOptions = {
  readonly dataDir: string
  readonly db: WriteDb
  readonly clock: Clock
  readonly onDamaged: (damage: DamagedPiece) => void
}

const noPause = async (): Promise<void> => {}

/** Assets as files named by their content, with the rows that promise them; `asset-folders.ts` says where they lie. */
export function createAssetFiles({ dataDir, db, clock, onDamaged }: AssetFilesOptions): AssetFiles {
  const folders = assetFoldersIn(dataDir)
  const { assetsDir, folderOf, pathOf } = folders
  makeKeptFolder(assetsDir)
  const partials = createPartialFiles(folders)
  const name = createNaming({ db, clock, ...folders })

  /** The row goes first: a file without a row is only spare, a row without a file would be a lie. */
  async function remove(asset: AssetName): Promise<void> {
    removeAsset(db, asset)
    await rm(pathOf(asset), { force: true })
  }

  /** Whether the file that this was known of is still the one that counts, and not one that came since. */
  const isStill = ({ asset, cachedAt }: HeldAsset): boolean => findAsset(db, asset)?.cachedAt === cachedAt

  async function dropDamaged(damage: DamagedPiece, row: HeldAsset): Promise<void> {
    if (!isStill(row)) return
    removeAsset(db, damage.asset)
    await rm(pathOf(damage.asset), { force: true, recursive: true }).catch(() => {}) // what stays is hashed before it is adopted
    onDamaged(damage)
  }

  async function openAsset(asset: AssetName): Promise<OpenedAsset | undefined> {
    const row = findAsset(db, asset)
    return row && openSound(row, pathOf(asset), (damage) => dropDamaged(damage, row))
  }

  /** The order is what a power cut cannot break: bytes, then their name, then the folder, then the row that promises them. */
  async function keep(asset: AssetName, facts: AssetFactsToKeep): Promise<Kept> {
    const { sha256, pieces, sizeBytes } = await partials.takeHash(asset).finish()
    if (sha256 !== hexOf(asset) || sizeBytes !== facts.sizeBytes) {
      await partials.remove(asset)
      return { kind: 'mismatch', found: assetNameOf(sha256) }
    }
    await name({ asset, facts, pieces })
    return { kind: 'kept' }
  }

  function writeRow(asset: AssetName, facts: AssetFactsToKeep, pieces: Uint8Array<ArrayBuffer>): void {
    const at = clock.now()
    transaction(db, () => {
      putAsset(db, { asset, ...facts, pieces, cachedAt: at, lastVerifiedAt: at, lastNeededAt: at })
      removeDownload(db, asset)
    })
  }

  async function adopt(asset: AssetName, facts: AssetFactsToKeep): Promise<boolean> {
    const found = await lstat(pathOf(asset)).catch(() => undefined)
    if (!found) return false
    const hashes = found.isFile() ? await hashFile(pathOf(asset), noPause).catch(() => undefined) : undefined
    if (hashes?.sha256 !== hexOf(asset) || hashes.sizeBytes !== facts.sizeBytes) {
      await rm(pathOf(asset), { force: true, recursive: true })
      return false
    }
    await syncPath(pathOf(asset))
    await syncPath(folderOf(asset))
    writeRow(asset, facts, hashes.pieces)
    return true
  }

  async function verify(asset: AssetName, pause: () => Promise<void>): Promise<boolean> {
    const row = findAsset(db, asset)
    if (!row) return false
    const hashes = await hashFile(pathOf(asset), pause).catch((error: unknown) => {
      if (!isFileError(error)) throw error
      return undefined // unreadable is damaged
    })
    if (!isStill(row)) return true // evicted, or fetched anew: what was read says nothing of it
    if (hashes?.sha256 !== hexOf(asset)) {
      const why = `holds ${hashes ? hashes.sha256 : 'what cannot be read'}`
      await dropDamaged(new DamagedPiece(asset, undefined, why), row)
      return false
    }
    if (!hashOf(row.pieces).equals(hashOf(hashes.pieces))) putAsset(db, { ...row, pieces: hashes.pieces })
    noteVerified(db, asset, clock.now())
    return true
  }

  function checkSizes(): void {
    for (const row of heldAssets(db)) {
      const { asset, sizeBytes } = row
      const found = lstatSync(pathOf(asset), { throwIfNoEntry: false })
      if (found?.isFile() && found.size === sizeBytes) continue
      const damage = new DamagedPiece(asset, undefined, sizeProblem(found?.size, sizeBytes))
      dropDamaged(damage, row).catch(() => {}) // a full disk: met again when it is read
    }
  }

  const stored = (): Promise<StoredFile[]> =>
    storedIn(folders, {
      held: new Map(heldAssets(db).map((one) => [one.asset, one.lastNeededAt])),
      half: new Map(halfDownloads(db).map((one) => [one.asset, one.touchedAt])),
    })

  async function removeStrayPartials(): Promise<void> {
    const known = new Set(halfDownloads(db).map((one) => one.asset))
    await Promise.all((await strayHalvesIn(folders, known)).map(partials.remove))
    for (const path of await strangersIn(folders)) await rm(path, { force: true, recursive: true })
  }

  async function volume() {
    const { bavail, blocks, bsize } = await statfs(dataDir)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }
  const freeBytes = async () => (await volume()).freeBytes

  async function removeAll(asset: AssetName): Promise<void> {
    await remove(asset)
    removeDownload(db, asset)
    await partials.remove(asset)
  }

  return {
    openAsset,
    openPartial: partials.open,
    removePartial: partials.remove,
    keep,
    adopt,
    verify,
    checkSizes,
    remove: removeAll,
    removeStrayPartials,
    stored,
    freeBytes,
    volume,
  }
}
