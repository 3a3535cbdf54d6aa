import type { AssetName } from '../../shared/asset-name.ts'
import { findAsset, heldAssets } from '../sqlite/assets.ts'
import type { ReadDb } from '../sqlite/open.ts'
import type { AssetFiles } from './asset-store.ts'
import type { Clock } from './ports.ts'

/** What reading all that is held has found. */
export type CacheCheck = {
  readonly assets: number
  readonly bytes: number
  /** Were not what they are named after; they are dropped, and fetched again. */
  readonly damaged: readonly AssetName[]
}

/** Told while it goes on: how many of all files, and how many bytes of all. */
export type CacheCheckProgress = {
  readonly assets: number
  readonly ofAssets: number
  readonly bytes: number
  readonly ofBytes: number
  readonly damaged: number
}

export type CheckCache = (progress: (value: CacheCheckProgress) => void, signal: AbortSignal) => Promise<CacheCheck>

/**
 * Reads and hashes every held file now, the longest unverified first, and rests as long as it reads, so that what plays keeps
 * its disk. Rejects when it is given up.
 */
export function cacheCheck(options: {
  readonly db: ReadDb
  readonly files: AssetFiles
  readonly clock: Clock
}): CheckCache {
  const { db, files, clock } = options
  return async (progress, signal) => {
    const held = heldAssets(db)
    const ofBytes = held.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const damaged: AssetName[] = []
    let bytes = 0
    let assets = 0
    const tell = () => progress({ assets, ofAssets: held.length, bytes, ofBytes, damaged: damaged.length })
    const pause = resting(clock, signal, tell)
    for (const { asset, sizeBytes } of held) {
      // What was evicted meanwhile is not damaged.
      if (findAsset(db, asset) && !(await files.verify(asset, pause))) damaged.push(asset)
      bytes += sizeBytes
      assets += 1
      tell()
    }
    return { assets, bytes, damaged }
  }
}

/** Called after each piece of a file: rests as long as was worked since the last rest; rejects once it is given up. */
function resting(clock: Clock, signal: AbortSignal, tell: () => void): () => Promise<void> {
  let sinceMs = clock.monotonicMs()
  return async () => {
    const workedMs = clock.monotonicMs() - sinceMs
    await new Promise<void>((resolve) => clock.after(workedMs, resolve))
    signal.throwIfAborted()
    tell() // a long film is no silence
    sinceMs = clock.monotonicMs()
  }
}
