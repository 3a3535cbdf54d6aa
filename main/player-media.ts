import { type AssetName, assetNameOf } from '../shared/asset-name.ts'
import type { HlsAssets } from '../shared/hls/hls-asset.ts'
import type { Crypto } from '../shared/trust/crypto.ts'
import { createAssetFiles, type DamagedPiece } from './adapters/asset-files.ts'
import { watchAssetFiles } from './adapters/asset-watch.ts'
import { createHttpSource } from './adapters/http-source.ts'
import { createLiveRelay } from './adapters/live-relay.ts'
import { startLoopback } from './adapters/loopback-server.ts'
import { systemClock } from './adapters/system-clock.ts'
import { usbFolders, withSticks } from './adapters/usb-folder.ts'
import { startCache } from './app/cache.ts'
import type { Configuration } from './app/configuration.ts'
import type { Log } from './app/log.ts'
import type { PlayerParts } from './app/player-parts.ts'
import type { Reporter } from './app/reporter.ts'
import { servedAssets, servedSetFiles } from './app/served-assets.ts'
import type { WatchAssetFiles } from './app/touched-assets.ts'
import { startUsb } from './app/usb.ts'
import { withNeighbours } from './player-neighbours.ts'
import type { WriteDb } from './sqlite/open.ts'

/** The assets of a player: where they come from, where they lie, and the server that its page reads them from. */
export type PlayerMedia = Pick<PlayerParts, 'startCache' | 'startUsb'> & {
  /** Where the page is to be had. */
  readonly address: string
  /** Says from now on which live streams may be relayed, and from where. */
  relayFrom(addressOf: (asset: AssetName) => string | undefined): void
  stop(): Promise<void>
}

export type PlayerMediaOptions = {
  readonly configuration: Configuration
  readonly db: WriteDb
  readonly crypto: Crypto
  readonly log: Log
  /** The renderer's bundle. */
  readonly screenDir: string
}

/** Starts the server of the page; nothing is fetched before `startCache`. */
export async function startPlayerMedia(options: PlayerMediaOptions): Promise<PlayerMedia> {
  const { configuration, db, crypto, log, screenDir } = options
  // What each of these is for is made later than who calls it.
  let onDamaged = (_damage: DamagedPiece): void => {}
  let onStickFailed = (_hex: string, _reason: string): void => {}
  let hls = (): HlsAssets => new Map()
  let onStream = (_asset: AssetName, _failure: string | undefined): void => {}
  let streamAddress = (_asset: AssetName): string | undefined => undefined
  const stickFailed = (hex: string, reason: string) => onStickFailed(hex, reason)
  const files = createAssetFiles({
    dataDir: configuration.dataDir,
    db,
    clock: systemClock,
    onDamaged: (damage) => onDamaged(damage),
  })
  const served = servedAssets(db, files)
  const loopback = await startLoopback({
    screenDir,
    openAsset: (hex) => served(assetNameOf(hex)),
    openSetFile: servedSetFiles(db, files, () => hls()),
    relay: createLiveRelay({
      clock: systemClock,
      addressOf: (hex) => streamAddress(assetNameOf(hex)),
      onChange: (hex, failure) => onStream(assetNameOf(hex), failure),
    }),
    onDamaged: (hex, cause) => log('warning', `sha256:${hex} was cut off: ${String(cause)}`),
  })

  return {
    address: loopback.address,
    stop: loopback.stop,
    relayFrom(addressOf) {
      streamAddress = addressOf
    },
    startCache(changed, reporter) {
      onStream = streamReports(reporter)
      return withNeighbours({
        configuration,
        db,
        crypto,
        openAsset: served,
        reporter: hearing(reporter, stickFailed),
        start(before, heard) {
          const source = withSticks(before(createHttpSource({ clock: systemClock })), stickFailed)
          const watchFiles: WatchAssetFiles = (touched) => watchAssetFiles(configuration.dataDir, touched)
          const parts = { db, files, source, clock: systemClock, random: Math.random, watchFiles }
          const cache = startCache(parts, changed, heard)
          onDamaged = cache.damaged
          hls = cache.hls
          return cache
        },
      })
    },
    startUsb:
      configuration.usb.length === 0
        ? undefined
        : (player, reporter) => {
            const usb = startUsb({ sticks: usbFolders, clock: systemClock, reporter, player })
            onStickFailed = (hex, reason) => usb.failed(assetNameOf(hex), reason)
            return usb
          },
  }
}

const streamReports =
  (reporter: Reporter) =>
  (asset: AssetName, failure: string | undefined): void =>
    failure === undefined
      ? reporter.event('stream-back', `${asset} can be had again`, { asset })
      : reporter.event('stream-failed', `${asset} cannot be had: ${failure}`, { asset, reason: failure })

/** The reporter of the downloads: a file on a stick that is not what its name says is told to who reads sticks. */
const hearing = (reporter: Reporter, failed: (hex: string, reason: string) => void): Reporter => ({
  ...reporter,
  event(code, message, about = {}) {
    const [, hex] = /^stick:.*\/([0-9a-f]{64})$/.exec(String(about.url)) ?? []
    if (code === 'asset-hash-mismatch' && hex !== undefined) failed(hex, String(about.reason))
    reporter.event(code, message, about)
  },
})
