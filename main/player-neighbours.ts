import { createHash } from 'node:crypto'
import { assetName } from '../shared/asset-name.ts'
import { afterSign, isHeld, smooth } from '../shared/cache/stutter.ts'
import { fleetMark } from '../shared/neighbours/fleet-mark.ts'
import type { Crypto } from '../shared/trust/crypto.ts'
import { mdnsDiscovery } from './adapters/mdns.ts'
import { createNeighbourClient } from './adapters/neighbour-client.ts'
import { startNeighbourServer } from './adapters/neighbour-server.ts'
import { systemClock } from './adapters/system-clock.ts'
import type { AssetSource } from './app/asset-source.ts'
import type { AssetFiles } from './app/asset-store.ts'
import type { Configuration } from './app/configuration.ts'
import { createNeighbours } from './app/neighbours.ts'
import type { Cache } from './app/player-parts.ts'
import type { Reporter } from './app/reporter.ts'
import type { WriteDb } from './sqlite/open.ts'

export type PlayerNeighboursOptions = {
  readonly configuration: Configuration
  readonly db: WriteDb
  readonly crypto: Crypto
  readonly openAsset: AssetFiles['openAsset']
  readonly reporter: Reporter
  /** Starts the cache with a source that asks neighbours first, and a reporter that says who gave an asset. */
  readonly start: (before: (origin: AssetSource) => AssetSource, reporter: Reporter) => Cache
}

/**
 * A cache that asks neighbours first. They are asked and answered while the signed site document and `kiosk.json` both allow it,
 * and never without root keys: without those nothing could be wanted.
 */
export function withNeighbours(options: PlayerNeighboursOptions): Cache {
  const { configuration, db, crypto, reporter } = options
  const { playerId, rootKeys, topicPrefix, neighbours: setting } = configuration
  const place = typeof setting === 'object' ? setting : {}
  const clock = systemClock
  let stutter = smooth
  const neighbours = createNeighbours({
    self: playerId,
    fleet: fleetMark(rootKeys, topicPrefix, crypto),
    db,
    clock,
    random: Math.random,
    discovery: mdnsDiscovery({ clock, random: Math.random, listen: place.listen }),
    client: createNeighbourClient(clock),
    startServer: (shelf) => startNeighbourServer({ clock, ...place }, shelf),
    hasher() {
      const hash = createHash('sha256')
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
    },
    openAsset: options.openAsset,
    mayGive: () => !isHeld(stutter, clock.monotonicMs()),
    report: reporter.event,
  })
  const telling: Reporter = {
    ...reporter,
    event(code, message, about = {}) {
      if (code !== 'asset-cached') return reporter.event(code, message, about)
      const named = assetName.safeParse(about.asset)
      const neighbour = named.success ? neighbours.giverOf(named.data) : undefined
      reporter.event(code, message, { ...about, from: neighbour === undefined ? 'origin' : 'neighbour', neighbour })
    },
  }
  const cache = options.start(neighbours.before, telling)
  return {
    ...cache,
    playing(sign) {
      stutter = afterSign(stutter, sign, clock.monotonicMs())
      cache.playing?.(sign)
    },
    exchange: ({ allowed, wanted }) =>
      neighbours.follow({ allowed: allowed && setting !== false && rootKeys.length > 0, wanted }),
    async stop() {
      await Promise.all([cache.stop(), neighbours.stop()])
    },
  }
}
