import { z } from 'zod'
import { type AssetName, assetName } from '../../shared/asset-name.ts'
import type { ReadDb, WriteDb } from './connection.ts'

const row = z.object({ asset: assetName })

/** Every asset that was ever taken down, whatever the newest list says. */
export const takenDownAssets = (db: ReadDb): AssetName[] =>
  db.all(row, 'SELECT asset FROM taken_down ORDER BY asset').map(({ asset }) => asset)

export const isTakenDown = (db: ReadDb, asset: AssetName): boolean =>
  db.get(row, 'SELECT asset FROM taken_down WHERE asset = $asset', { asset }) !== undefined

/** Adds to them, for ever; returns how many were new. `at`: milliseconds since 1970. */
export function takeDown(db: WriteDb, assets: readonly AssetName[], at: number): number {
  const sql = `INSERT OR IGNORE INTO taken_down (asset, at) SELECT value, $at FROM json_each($assets)`
  return db.run(sql, { at, assets: JSON.stringify(assets) }).changes
}
