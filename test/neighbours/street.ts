import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAssetFiles } from '../../main/adapters/asset-files.ts'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { createNeighbourClient } from '../../main/adapters/neighbour-client.ts'
import { startNeighbourServer } from '../../main/adapters/neighbour-server.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { type Conditions, createDownloads } from '../../main/app/downloads.ts'
import type { Discovery } from '../../main/app/neighbour-ports.ts'
import { createNeighbours, type Neighbours } from '../../main/app/neighbours.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import type { Heard } from '../../shared/neighbours/neighbour-table.ts'

/** A player without a screen: real database, files, downloads and neighbours. */
export type StreetPlayer = {
  readonly id: string
  readonly neighbours: Neighbours
  /** Assets that came, in order, and who gave them; undefined: the origin. */
  readonly cached: { readonly asset: AssetName; readonly from: string | undefined }[]
  readonly events: { readonly code: string; readonly about: Record<string, unknown> }[]
  want(list: readonly WantedAsset[], allowed?: boolean, conditions?: Conditions): void
  stop(): Promise<void>
}

export type StreetPlayerOptions = {
  readonly discovery: Discovery
  readonly mayGive?: () => boolean
  /** Kept, and not removed at the end. */
  readonly dataDir?: string
  /** At once, to one player after another. */
  readonly cached?: (asset: AssetName) => void
}

export const fleet = '0123456789abcdef0123456789abcdef'

export function startStreetPlayer(id: string, options: StreetPlayerOptions): StreetPlayer {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'plazacast-street-'))
  const { db, close } = openDatabase(join(dataDir, 'player.sqlite'))
  const files = createAssetFiles({ dataDir, db, clock: systemClock, onDamaged: () => {} })
  const cached: StreetPlayer['cached'] = []
  const events: StreetPlayer['events'] = []
  const neighbours = createNeighbours({
    self: id,
    fleet,
    db,
    clock: systemClock,
    random: Math.random,
    discovery: options.discovery,
    client: createNeighbourClient(systemClock),
    startServer: (shelf) => startNeighbourServer({ clock: systemClock, listen: '127.0.0.1' }, shelf),
    hasher: () => {
      const hash = createHash('sha256')
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') }
    },
    openAsset: files.openAsset,
    mayGive: options.mayGive ?? (() => true),
    report: (code, _message, about) => events.push({ code, about }),
  })
  const downloads = createDownloads({
    db,
    files,
    source: neighbours.before(createHttpSource({ clock: systemClock })),
    clock: systemClock,
    random: Math.random,
    reserveBytes: 0,
    onCached(asset) {
      cached.push({ asset, from: neighbours.giverOf(asset) })
      options.cached?.(asset)
    },
    onTrouble: ({ code, about }) => events.push({ code, about }),
  })
  let stopped: Promise<void> | undefined
  const stop = async () => {
    await Promise.all([downloads.stop(), neighbours.stop()])
    close()
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
  }
  return {
    id,
    neighbours,
    cached,
    events,
    want(list, allowed = true, conditions = undefined) {
      neighbours.follow({ allowed, wanted: list })
      downloads.want(list, conditions)
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
  }
}

/** A network on which all hear each other at once, for machines that have no multicast, and for players that nobody starts. */
export type Square = {
  readonly discovery: Discovery
  /** Puts somebody there who is no player. */
  say(heard: Heard): void
}

export function openSquare(): Square {
  const here = new Map<symbol, { readonly own: Heard; readonly heard: (heard: Heard) => void }>()
  const strangers: Heard[] = []
  return {
    discovery(announced, heard) {
      const key = Symbol(announced.id)
      const own = { id: announced.id, address: '127.0.0.1', port: announced.port, lifeSeconds: 150 }
      for (const other of here.values()) {
        other.heard(own)
        heard(other.own)
      }
      for (const stranger of strangers) heard(stranger)
      here.set(key, { own, heard })
      return () => {
        here.delete(key)
        for (const other of here.values()) other.heard({ ...own, lifeSeconds: 0 })
      }
    },
    say(stranger) {
      strangers.push(stranger)
      for (const one of here.values()) one.heard(stranger)
    },
  }
}
