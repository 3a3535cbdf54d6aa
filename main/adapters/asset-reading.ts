import { lstat } from 'node:fs/promises'
import type { AssetName } from '../../shared/asset-name.ts'
import { slicesOf } from '../../shared/cache/pieces.ts'
import { DamagedPiece, type OpenedAsset } from '../app/asset-store.ts'
import type { HeldAssetWithPieces } from '../sqlite/assets.ts'
import { hashOf, openRegular, readPiece } from './piece-hashes.ts'

/**
 * An asset's file as it is read. Undefined if its size says already that it is another one; `damaged` is called then, and
 * awaited before a reader gets the DamagedPiece that it met.
 */
export async function openSound(
  row: HeldAssetWithPieces,
  path: string,
  damaged: (damage: DamagedPiece) => Promise<void>,
): Promise<OpenedAsset | undefined> {
  const found = await lstat(path).catch(() => undefined)
  if (found?.isFile() && found.size === row.sizeBytes) {
    const { mediaType, sizeBytes } = row
    return { mediaType, sizeBytes, read: (start, end) => read(row, path, damaged, start, end) }
  }
  await damaged(new DamagedPiece(row.asset, undefined, sizeProblem(found?.size, row.sizeBytes)))
  return undefined
}

async function* read(
  row: HeldAssetWithPieces,
  path: string,
  damaged: (damage: DamagedPiece) => Promise<void>,
  start: number,
  endExclusive: number,
): AsyncGenerator<Uint8Array> {
  if (!(start >= 0 && start <= endExclusive && endExclusive <= row.sizeBytes)) {
    throw new RangeError(`bytes ${start} to ${endExclusive} of ${row.sizeBytes}`)
  }
  try {
    yield* readSound(row, path, start, endExclusive)
  } catch (error) {
    const damage = damageIn(row.asset, error)
    if (!damage) throw error
    await damaged(damage)
    throw damage
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

/** What is wrong with a file of this size; undefined: there is none. */
export const sizeProblem = (found: number | undefined, expected: number): string =>
  found === undefined ? 'the file is missing' : `the file has ${found} bytes instead of ${expected}, or is no file`

/** What a failed read says about the file; undefined if it says nothing, as when too many files are open. */
function damageIn(asset: AssetName, error: unknown): DamagedPiece | undefined {
  if (error instanceof DamagedPiece) return error
  return isFileError(error) ? new DamagedPiece(asset, undefined, String(error)) : undefined
}

/** Errors that tell of this one file (missing, a link, a folder, unreadable sectors, not ours to read), not of the machine's state. */
export const isFileError = (error: unknown): boolean =>
  ['ENOENT', 'ELOOP', 'EISDIR', 'EINVAL', 'EIO', 'ENXIO', 'ENOTDIR', 'EACCES', 'EPERM'].includes(
    (error as NodeJS.ErrnoException).code ?? '',
  )
