import { z } from 'zod'
import { type AssetName, assetName } from '../../shared/asset-name.ts'
import type { ReadDb, WriteDb } from './connection.ts'

const halfDownload = z.object({
  asset: assetName,
  url: z.string(),
  validator: z.string().nullable(),
  doneBytes: z.int(),
  attempts: z.int(),
  nextAttemptAt: z.int(),
  touchedAt: z.int(),
})

/**
 * A download that is not finished. `doneBytes` are on disk for certain; `validator` is what the server at `url` named
 * that version of the file; `attempts` failed in a row; times are milliseconds since 1970.
 */
export type HalfDownload = z.infer<typeof halfDownload>

const columns = `asset, url, validator, done_bytes AS doneBytes, attempts, next_attempt_at AS nextAttemptAt,
  touched_at AS touchedAt`

export function halfDownloads(db: ReadDb): HalfDownload[] {
  return db.all(halfDownload, `SELECT ${columns} FROM downloads ORDER BY asset`)
}

export function findDownload(db: ReadDb, asset: AssetName): HalfDownload | undefined {
  return db.get(halfDownload, `SELECT ${columns} FROM downloads WHERE asset = $asset`, { asset })
}

export function putDownload(db: WriteDb, download: HalfDownload): void {
  db.run(
    `INSERT OR REPLACE INTO downloads (asset, url, validator, done_bytes, attempts, next_attempt_at, touched_at)
     VALUES ($asset, $url, $validator, $doneBytes, $attempts, $nextAttemptAt, $touchedAt)`,
    download,
  )
}

/** Returns whether there was one. */
export function removeDownload(db: WriteDb, asset: AssetName): boolean {
  return db.run('DELETE FROM downloads WHERE asset = $asset', { asset }).changes > 0
}
