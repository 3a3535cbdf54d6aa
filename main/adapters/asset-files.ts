import { constants, lstatSync } from 'node:fs'
import { lstat, open, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { type AssetName, assetNameOf, hexOf } from '../../shared/asset-name.ts'
import type { StoredFile } from '../../shared/cache/garbage.ts'
import { slicesOf } from '../../shared/cache/pieces.ts'
import {
  type AssetFactsToKeep,
  type AssetFiles,
  DamagedPiece,
  type Kept,
  type OpenedAsset,
  type PartialFile,
} from '../app/asset-store.ts'
import type { Clock } from '../app/ports.ts'
import {
  findAsset,
  type HeldAssetWithPieces,
  heldAssets,
  noteVerified,
  putAsset,
  removeAsset,
} from '../sqlite/assets.ts'
import { halfDownloads, removeDownload } from '../sqlite/downloads.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import { createNaming } from './asset-naming.ts'
import { type FollowingHash, followFile } from './following-hash.ts'
import { makeKeptFolder } from './kept-folder.ts'
import { hashFile, hashOf, openRegular, readPiece, syncPath } from './piece-hashes.ts'

export { DamagedPiece } from '../app/asset-store.ts'

/** `onDamaged` is called after a damaged asset was dropped from what is held: it is to be reported and fetched again. */
export type AssetFilesOptions = {
  readonly dataDir: string
  readonly db: WriteDb
  readonly clock: Clock
  readonly onDamaged: (damage: DamagedPiece) => void
}

const noPause = async (): Promise<void> => {}

/**
 * Assets as files named by their content, `assets/<2 hex>/<64 hex>`, and half downloads in `partial/<64 hex>`, all below
 * one data folder, so that a rename never crosses file systems.
 */
export function createAssetFiles({ dataDir, db, clock, onDamaged }: AssetFilesOptions): AssetFiles {
  const assetsDir = join(dataDir, 'assets')
  const partialDir = join(dataDir, 'partial')
  const folderOf = (asset: AssetName) => join(assetsDir, hexOf(asset).slice(0, 2))
  const pathOf = (asset: AssetName) => join(folderOf(asset), hexOf(asset))
  const partialOf = (asset: AssetName) => join(partialDir, hexOf(asset))
  /** Half downloads are hashed from disk while they grow; the hashes are used once, for the file they were made of. */
  const followed = new Map<AssetName, FollowingHash>()
  makeKeptFolder(assetsDir)
  makeKeptFolder(partialDir)

  /** The row goes first: a file without a row is only spare, a row without a file would be a lie. */
  async function remove(asset: AssetName): Promise<void> {
    removeAsset(db, asset)
    await rm(pathOf(asset), { force: true })
  }

  async function dropDamaged(damage: DamagedPiece): Promise<void> {
    if (!removeAsset(db, damage.asset)) return
    await rm(pathOf(damage.asset), { force: true, recursive: true }).catch(() => {}) // what stays is hashed before it is adopted
    onDamaged(damage)
  }

  async function openAsset(asset: AssetName): Promise<OpenedAsset | undefined> {
    const row = findAsset(db, asset)
    if (!row) return undefined
    const found = await lstat(pathOf(asset)).catch(() => undefined)
    if (found?.isFile() && found.size === row.sizeBytes) {
      return { mediaType: row.mediaType, sizeBytes: row.sizeBytes, read: (start, end) => read(row, start, end) }
    }
    await dropDamaged(new DamagedPiece(asset, undefined, sizeProblem(found?.size, row.sizeBytes)))
    return undefined
  }

  async function* read(row: HeldAssetWithPieces, start: number, endExclusive: number): AsyncGenerator<Uint8Array> {
    if (!(start >= 0 && start <= endExclusive && endExclusive <= row.sizeBytes)) {
      throw new RangeError(`bytes ${start} to ${endExclusive} of ${row.sizeBytes}`)
    }
    try {
      yield* readSound(row, pathOf(row.asset), start, endExclusive)
    } catch (error) {
      const damage = damageIn(row.asset, error)
      if (!damage) throw error
      await dropDamaged(damage)
      throw damage
    }
  }

  const name = createNaming({ db, clock, assetsDir, folderOf, pathOf, partialOf })

  async function openPartial(asset: AssetName, keepBytes: number): Promise<{ file: PartialFile; sizeBytes: number }> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW
    const handle = await open(partialOf(asset), flags, 0o644).catch((error: unknown) => {
      if (!isMissing(error)) throw error
      makeKeptFolder(partialDir) // somebody has removed it while the player ran
      return open(partialOf(asset), flags, 0o644)
    })
    const found = (await handle.stat()).size
    const sizeBytes = Math.min(found, keepBytes)
    if (found > sizeBytes) await handle.truncate(sizeBytes)
    let written = sizeBytes
    const following = followFile(partialOf(asset))
    followed.set(asset, following)
    const write = async (chunk: Uint8Array) => {
      for (let from = 0; from < chunk.byteLength; ) {
        const { bytesWritten } = await handle.write(chunk, from, chunk.byteLength - from, written)
        from += bytesWritten
        written += bytesWritten
        following.grown(written)
      }
    }
    const close = async () => {
      await following.rest()
      await handle.close()
    }
    return { file: { write, sync: () => handle.sync(), close }, sizeBytes }
  }

  /** The order is what a power cut cannot break: bytes, then their name, then the folder, then the row that promises them. */
  async function keep(asset: AssetName, facts: AssetFactsToKeep): Promise<Kept> {
    const following = followed.get(asset) ?? followFile(partialOf(asset))
    followed.delete(asset)
    const { sha256, pieces, sizeBytes } = await following.finish()
    if (sha256 !== hexOf(asset) || sizeBytes !== facts.sizeBytes) {
      await removePartial(asset)
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

  async function removePartial(asset: AssetName): Promise<void> {
    followed.delete(asset)
    await rm(partialOf(asset), { force: true })
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
    if (hashes?.sha256 !== hexOf(asset)) {
      await dropDamaged(new DamagedPiece(asset, undefined, `holds ${hashes ? hashes.sha256 : 'what cannot be read'}`))
      return false
    }
    if (!hashOf(row.pieces).equals(hashOf(hashes.pieces))) putAsset(db, { ...row, pieces: hashes.pieces })
    noteVerified(db, asset, clock.now())
    return true
  }

  function checkSizes(): void {
    for (const { asset, sizeBytes } of heldAssets(db)) {
      const found = lstatSync(pathOf(asset), { throwIfNoEntry: false })
      if (found?.isFile() && found.size === sizeBytes) continue
      dropDamaged(new DamagedPiece(asset, undefined, sizeProblem(found?.size, sizeBytes))).catch(() => {}) // a full disk: met again when it is read
    }
  }

  async function stored(): Promise<StoredFile[]> {
    const held = new Map(heldAssets(db).map((one) => [one.asset, one.lastNeededAt]))
    const half = new Map(halfDownloads(db).map((one) => [one.asset, one.touchedAt]))
    const folders = (await entriesOf(assetsDir)).filter(isAssetFolder).map(({ name }) => name)
    const files = await Promise.all(folders.map((folder) => filesIn(join(assetsDir, folder), held)))
    return [...files.flat(), ...(await filesIn(partialDir, half))]
  }

  async function removeStrayPartials(): Promise<void> {
    const known = new Set(halfDownloads(db).map((one) => one.asset))
    const stray = (await filesIn(partialDir, new Map())).filter((one) => !known.has(one.asset))
    await Promise.all(stray.map((one) => removePartial(one.asset)))
    for (const path of await strangersIn(assetsDir, partialDir)) await rm(path, { force: true, recursive: true })
  }

  async function volume() {
    const { bavail, blocks, bsize } = await statfs(dataDir)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }
  const freeBytes = async () => (await volume()).freeBytes

  async function removeAll(asset: AssetName): Promise<void> {
    await remove(asset)
    removeDownload(db, asset)
    await removePartial(asset)
  }

  return {
    openAsset,
    openPartial,
    removePartial,
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

/** Whole pieces are read and compared before a byte of them is given away: what was hashed is what is handed out. */
async function* readSound(
  row: HeldAssetWithPieces,
  path: string,
  start: number,
  endExclusive: number,
): AsyncGenerator<Uint8Array> {
  const { handle, sizeBytes } = await openRegular(path)
  try {
    if (sizeBytes !== row.sizeBytes) throw new DamagedPiece(row.asset, undefined, sizeProblem(sizeBytes, row.sizeBytes))
    for (const { index, from, until } of slicesOf(start, endExclusive)) {
      const piece = await readPiece(handle, index, sizeBytes)
      if (!hashOf(piece).equals(row.pieces.subarray(index * 32, index * 32 + 32))) {
        throw new DamagedPiece(row.asset, index, 'does not have the hash it was approved with')
      }
      yield piece.subarray(from, until)
    }
  } finally {
    await handle.close()
  }
}

const sizeProblem = (found: number | undefined, expected: number): string =>
  found === undefined ? 'the file is missing' : `the file has ${found} bytes instead of ${expected}, or is no file`

/** What a failed read says about the file; undefined if it says nothing, as when too many files are open. */
function damageIn(asset: AssetName, error: unknown): DamagedPiece | undefined {
  if (error instanceof DamagedPiece) return error
  return isFileError(error) ? new DamagedPiece(asset, undefined, String(error)) : undefined
}

/** Errors that tell of this one file (missing, a link, a folder, unreadable sectors, not ours to read), not of the machine's state. */
const isFileError = (error: unknown): boolean =>
  ['ENOENT', 'ELOOP', 'EISDIR', 'EINVAL', 'EIO', 'ENXIO', 'ENOTDIR', 'EACCES', 'EPERM'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  )

/** What is in the two folders and is neither an asset nor half of one: left by a tool, an editor or a copy that broke off. */
async function strangersIn(assetsDir: string, partialDir: string): Promise<string[]> {
  const isName = (name: string) => /^[0-9a-f]{64}$/.test(name)
  const halves = (await entriesOf(partialDir)).filter(({ name }) => !isName(name))
  const folders = await entriesOf(assetsDir)
  const [good, bad] = [folders.filter(isAssetFolder), folders.filter((one) => !isAssetFolder(one))]
  const within = good.map(async ({ name: folder }) => {
    const files = await entriesOf(join(assetsDir, folder))
    return files
      .filter(({ name }) => !isName(name) || !name.startsWith(folder))
      .map(({ name }) => join(assetsDir, folder, name))
  })
  const strangers = halves.map(({ name }) => join(partialDir, name))
  return [...strangers, ...bad.map(({ name }) => join(assetsDir, name)), ...(await Promise.all(within)).flat()]
}

const isAssetFolder = (one: { name: string; isDirectory(): boolean }): boolean =>
  one.isDirectory() && /^[0-9a-f]{2}$/.test(one.name)

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** What is in a folder; nothing, if somebody has removed it. */
const entriesOf = (folder: string) =>
  readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })

async function filesIn(folder: string, times: ReadonlyMap<AssetName, number>): Promise<StoredFile[]> {
  const names = (await entriesOf(folder)).map(({ name }) => name).filter((name) => /^[0-9a-f]{64}$/.test(name))
  return Promise.all(
    names.map(async (name) => {
      const asset = assetNameOf(name)
      const sizeBytes = (await lstat(join(folder, name)).catch(() => undefined))?.size ?? 0
      return { asset, sizeBytes, lastNeededAt: times.get(asset) ?? 0 }
    }),
  )
}
