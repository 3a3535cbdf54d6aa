import type { AssetName } from '../../shared/asset-name.ts'
import { findAsset } from '../sqlite/assets.ts'
import type { ReadDb } from '../sqlite/open.ts'
import type { AssetFiles } from './asset-store.ts'
import type { Clock, Undo } from './ports.ts'

/** Several notices of one change come within this time. */
const settleMs = 300
/** A file that was hashed so lately was put there by the player itself. */
const ownMs = 2_000

/** Calls for each asset whose file somebody touches; returns the undo. */
export type WatchAssetFiles = (touched: (asset: AssetName) => void) => Undo

/**
 * Hashes a held file anew when it was touched, so that one edited by hand is found out at once and not when it is read next.
 * What is damaged, the files themselves drop and report.
 */
export function checkTouchedAssets(db: ReadDb, files: AssetFiles, clock: Clock, watch: WatchAssetFiles): Undo {
  const waiting = new Map<AssetName, Undo>()
  const unwatch = watch((asset) => {
    waiting.get(asset)?.()
    waiting.set(
      asset,
      clock.after(settleMs, () => check(asset)),
    )
  })
  function check(asset: AssetName): void {
    waiting.delete(asset)
    const held = findAsset(db, asset)
    if (!held || clock.now() - held.lastVerifiedAt < ownMs) return
    files.verify(asset, async () => {}).catch(() => {}) // the machine is short of something: pieces are compared as they are read
  }
  return () => {
    unwatch()
    for (const cancel of waiting.values()) cancel()
  }
}
