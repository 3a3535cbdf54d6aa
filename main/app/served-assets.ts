import type { AssetName } from '../../shared/asset-name.ts'
import type { ReadDb } from '../sqlite/open.ts'
import { isTakenDown } from '../sqlite/taken-down.ts'
import type { AssetFiles } from './asset-store.ts'

/** What the page may read of the assets on disk: not a byte of what was taken down, even if it still asks for it. */
export const servedAssets =
  (db: ReadDb, files: Pick<AssetFiles, 'openAsset'>): AssetFiles['openAsset'] =>
  async (asset: AssetName) =>
    isTakenDown(db, asset) ? undefined : files.openAsset(asset)
