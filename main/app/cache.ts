import type { AssetName } from '../../shared/asset-name.ts'
import { heldAssets } from '../sqlite/assets.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { startAssetCheck } from './asset-check.ts'
import type { AssetSource } from './asset-source.ts'
import type { AssetFiles, DamagedPiece } from './asset-store.ts'
import { cacheCheck } from './cache-check.ts'
import { createDownloads } from './downloads.ts'
import { createHlsSets } from './hls-sets.ts'
import type { Cache } from './player-parts.ts'
import type { Clock, Random, Undo } from './ports.ts'
import type { Reporter } from './reporter.ts'
import { createSpace } from './space.ts'
import { checkTouchedAssets, type WatchAssetFiles } from './touched-assets.ts'

export type CacheOptions = {
  readonly db: WriteDb
  readonly files: AssetFiles
  readonly source: AssetSource
  readonly clock: Clock
  readonly random: Random
  readonly watchFiles: WatchAssetFiles
  /** Room that assets never fill; by default a share of the disk. */
  readonly reserveBytes?: number
}

/** The cache as the player sees it, and what to call when a file on disk turns out to be damaged. */
export type RunningCache = Cache & Required<Pick<Cache, 'hls'>> & { damaged(damage: DamagedPiece): void }

/** Fetches what is wanted, checks what is held, and reports what is wrong with either. */
export function startCache(options: CacheOptions, changed: () => void, reporter: Reporter): RunningCache {
  const { db } = options
  const sets = createHlsSets({
    files: options.files,
    changed,
    onUnplayable: (asset, reason) =>
      reporter.event('hls-unplayable', `${asset} cannot be played: ${reason}`, { asset }),
  })
  let disarm: Undo | undefined
  /** A film of ten thousand pieces does not make ten thousand loops. */
  const changedSoon = () => {
    disarm ??= options.clock.after(500, () => {
      disarm = undefined
      changed()
    })
  }
  let changedAtMs = Number.NEGATIVE_INFINITY
  /** The first one shows at once; a rush of small files does not make a loop each. */
  const changedInTurn = () => {
    const nowMs = options.clock.monotonicMs()
    if (nowMs - changedAtMs < 500) return changedSoon()
    changedAtMs = nowMs
    changed()
  }
  const held = () => new Set(heldAssets(db).map(({ asset }) => asset))
  const space = createSpace({ ...options, reporter, changed, roomAgain: () => downloads.retryNow() })
  const downloads = createDownloads({
    ...options,
    space,
    onCached(asset) {
      if (sets.isPart(asset)) return changedSoon()
      reporter.event('asset-cached', `${asset} is on disk`, { asset })
      changedInTurn()
    },
    onTrouble({ code, message, about }) {
      reporter.event(code, message, { ...about })
      changed()
    },
  })
  const stopCheck = startAssetCheck(options)
  const stopTouched = checkTouchedAssets(db, options.files, options.clock, options.watchFiles)
  return {
    want(assets, conditions) {
      space.wanted(assets)
      downloads.want(assets, conditions)
      sets.look(assets, held())
    },
    rules: space.rules,
    shortOf: space.shortOf,
    held,
    hls: sets.known,
    settled: () =>
      new Set(
        heldAssets(db).flatMap(({ asset, mediaType }) =>
          mediaType !== 'application/vnd.apple.mpegurl' || sets.isSettled(asset) ? [asset] : [],
        ),
      ),
    late: () =>
      new Set(
        downloads
          .progress()
          .flatMap(({ asset, state, reason }): AssetName[] =>
            state === 'waiting' && reason !== undefined ? [asset] : [],
          ),
      ),
    progress: downloads.progress,
    playing: downloads.playing,
    retryNow: () => downloads.retryNow(),
    check: cacheCheck(options),
    damaged(damage) {
      reporter.event('asset-damaged', damage.message, { asset: damage.asset })
      changed()
    },
    async stop() {
      disarm?.()
      stopCheck()
      stopTouched()
      await space.stop()
      await downloads.stop()
    },
  }
}
