import { z } from 'zod'
import { type AssetName, assetName } from '../../shared/asset-name.ts'
import { mediaType } from '../../shared/documents/playlist.ts'
import type { ReadDb, WriteDb } from './connection.ts'

const heldAsset = z.object({
  asset: assetName,
  sizeBytes: z.int(),
  mediaType,
  cachedAt: z.int(),
  lastVerifiedAt: z.int(),
  lastNeededAt: z.int(),
})
const heldAssetWithPieces = heldAsset.extend({ pieces: z.instanceof(Uint8Array) })

/** An asset whose file is there and was hashed. Times are milliseconds since 1970. */
export type HeldAsset = z.infer<typeof heldAsset>

/** `pieces`: the SHA-256 of each MiB of the file, 32 bytes each, in order. */
export type HeldAssetWithPieces = z.infer<typeof heldAssetWithPieces>

const columns = `asset, size_bytes AS sizeBytes, media_type AS mediaType, cached_at AS cachedAt,
  last_verified_at AS lastVerifiedAt, last_needed_at AS lastNeededAt`

/** Every asset held, the longest unverified first; without the pieces, which can be long. */
export function heldAssets(db: ReadDb): HeldAsset[] {
  return db.all(heldAsset, `SELECT ${columns} FROM assets ORDER BY last_verified_at, asset`)
}

export function findAsset(db: ReadDb, asset: AssetName): HeldAssetWithPieces | undefined {
  return db.get(heldAssetWithPieces, `SELECT ${columns}, pieces FROM assets WHERE asset = $asset`, { asset })
}

/** Says that the file is there, hashed and durable: the last step of keeping an asset, never the first. */
export function putAsset(db: WriteDb, asset: HeldAssetWithPieces): void {
  db.run(
    `INSERT OR REPLACE INTO assets (asset, size_bytes, media_type, pieces, cached_at, last_verified_at, last_needed_at)
     VALUES ($asset, $sizeBytes, $mediaType, $pieces, $cachedAt, $lastVerifiedAt, $lastNeededAt)`,
    asset,
  )
}

/** Returns whether there was one. */
export function removeAsset(db: WriteDb, asset: AssetName): boolean {
  return db.run('DELETE FROM assets WHERE asset = $asset', { asset }).changes > 0
}

/** The whole file was read and has the hash it is named by. */
export function noteVerified(db: WriteDb, asset: AssetName, at: number): void {
  db.run('UPDATE assets SET last_verified_at = $at WHERE asset = $asset', { asset, at })
}

/** These are needed now: the longest unneeded goes first when the disk is full. One write, and none within the same hour. */
export function noteNeeded(db: WriteDb, assets: readonly AssetName[], at: number): void {
  db.run(
    `UPDATE assets SET last_needed_at = $at
     WHERE abs($at - last_needed_at) > 3600000 AND asset IN (SELECT value FROM json_each($assets))`,
    { at, assets: JSON.stringify(assets) },
  )
}

/** What assets and half downloads take, as far as the database knows. */
export const heldBytes = (db: ReadDb): number =>
  db.get(
    z.object({ bytes: z.int() }),
    'SELECT (SELECT coalesce(sum(size_bytes), 0) FROM assets) + (SELECT coalesce(sum(done_bytes), 0) FROM downloads) AS bytes',
  )?.bytes ?? 0
