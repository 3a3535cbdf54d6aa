import type { AssetName } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import {
  afterFault,
  afterGift,
  afterIdle,
  afterLie,
  type Conduct,
  culpritOf,
  isWaitedFor,
  liarsAsText,
  liarsFromText,
  mayBeAsked,
} from '../../shared/neighbours/conduct.ts'
import {
  afterHearing,
  type Heard,
  living,
  type Neighbour,
  type NeighbourTable,
  placeOf,
} from '../../shared/neighbours/neighbour-table.ts'
import type { EventCode } from '../../shared/reports/event.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { findSetting, putSetting } from '../sqlite/settings.ts'
import { type AssetSource, SourceFailed } from './asset-source.ts'
import type {
  Coming,
  Discovery,
  Hasher,
  NeighbourClient,
  NeighbourShelf,
  StartNeighbourServer,
} from './neighbour-ports.ts'
import { askNeighbours, type NeighbourAsked, type NeighbourView } from './neighbour-source.ts'
import type { Clock, Random, Undo } from './ports.ts'

export type NeighboursOptions = {
  readonly self: string
  /** Only players that say the same are talked to. */
  readonly fleet: string
  readonly db: WriteDb
  readonly clock: Clock
  readonly random: Random
  readonly discovery: Discovery
  readonly client: NeighbourClient
  readonly startServer: StartNeighbourServer
  readonly hasher: () => Hasher
  readonly openAsset: NeighbourShelf['openAsset']
  readonly mayGive: NeighbourShelf['mayGive']
  readonly report: (
    code: Extract<EventCode, 'neighbour-lied' | 'neighbours-failed'>,
    message: string,
    about: Record<string, unknown>,
  ) => void
}

/** What is wanted of the neighbours: nothing at all, when they are not allowed. */
export type NeighbourOrders = {
  readonly allowed: boolean
  readonly wanted: readonly Pick<WantedAsset, 'asset' | 'emergency'>[]
}

/** Players on one network that give assets to each other. */
export type Neighbours = {
  /** Called as often as something changes; finds, serves and asks others while it is allowed. */
  follow(orders: NeighbourOrders): void
  /** Asks the neighbours first, and `origin` when none of them has it or gets it. */
  before(origin: AssetSource): AssetSource
  /** Who gave an asset; undefined: the origin. */
  giverOf(asset: AssetName): string | undefined
  near(): readonly Neighbour[]
  stop(): Promise<void>
}

/** Nobody waits for what an emergency shows. `sinceMs`: monotonic. */
type Wanted = { readonly emergency: boolean; readonly sinceMs: number }

/** Players answer a question for others within 0.12 s (RFC 6762, 6), on a machine that is not busy. */
const settlingMs = 1500

const liarsSetting = 'neighbours-that-lied'

export function createNeighbours(options: NeighboursOptions): Neighbours {
  const { self, fleet, db, clock, report } = options
  let table: NeighbourTable = new Map()
  let conduct: Conduct = liarsFromText(findSetting(db, liarsSetting))
  let orders: NeighbourOrders = { allowed: false, wanted: [] }
  let wanted: ReadonlyMap<AssetName, Wanted> = new Map()
  /** How far those are that somebody has begun to get; what has come whole stays until it is asked for again. */
  const coming = new Map<AssetName, Coming>()
  const givers = new Map<AssetName, string>()
  /** Who did not bring an asset here, by place. */
  const broken = new Map<AssetName, Set<string>>()
  /** Assets whose origin failed last: their half downloads are not worth keeping when a neighbour has the whole. */
  const originFailed = new Set<AssetName>()
  let stopped = false
  let running: Promise<(() => Promise<void>) | undefined> = Promise.resolve(undefined)
  let isUp = false
  let upAtMs = 0

  function heard(one: Heard): void {
    if (one.id !== self) table = afterHearing(table, one, clock.monotonicMs())
  }

  function near(): Neighbour[] {
    if (!orders.allowed || stopped) return []
    const nowMs = clock.monotonicMs()
    table = living(table, nowMs)
    return [...table.values()].filter((one) => mayBeAsked(conduct, culpritOf(one), clock.now(), nowMs))
  }

  const view: NeighbourView = {
    self,
    near: (asset) => near().filter((one) => !broken.get(asset)?.has(placeOf(one))),
    broke: (one, asset) => void broken.set(asset, (broken.get(asset) ?? new Set()).add(placeOf(one))),
    settledInMs: () => (orders.allowed ? Math.max(0, upAtMs + settlingMs - clock.monotonicMs()) : 0),
    isWaitedFor: (one) => isWaitedFor(conduct, culpritOf(one)),
    failed(one, failure, asset) {
      if (!failure.lied) {
        conduct = afterFault(conduct, culpritOf(one), clock.monotonicMs())
        return
      }
      conduct = afterLie(conduct, culpritOf(one), clock.now())
      putSetting(db, liarsSetting, liarsAsText(conduct))
      const about = { asset, neighbour: one.id, address: placeOf(one), reason: failure.message }
      report('neighbour-lied', `${one.id} at ${placeOf(one)} does not give ${asset}: ${failure.message}`, about)
    },
    waiting: (asset, doneBytes) => void coming.set(asset, { kind: 'waiting', doneBytes }),
    idle: (one) => {
      conduct = afterIdle(conduct, culpritOf(one))
    },
    gave(one, asset) {
      conduct = afterGift(conduct, culpritOf(one))
      givers.set(asset, one.id)
    },
  }

  const before =
    (origin: AssetSource): AssetSource =>
    async (request, signal) => {
      const { asset } = request
      if (asset === undefined) return origin(request, signal)
      givers.delete(asset)
      if (request.fromByte === 0 || originFailed.has(asset)) {
        const answer = await askNeighbours({ ...options, view }, askedOf(asset, request.sizeBytes), signal).catch(
          (error: unknown) => {
            coming.delete(asset)
            throw error
          },
        )
        if (answer) return { ...answer, chunks: counted(asset, 0, answer.chunks, () => {}) }
      }
      try {
        originFailed.delete(asset)
        coming.set(asset, { kind: 'fetching', doneBytes: request.fromByte })
        const answer = await origin(request, signal)
        const failed = () => void (signal.aborted || leaveOrigin(asset))
        return { ...answer, chunks: counted(asset, answer.fromByte, answer.chunks, failed) }
      } catch (error) {
        coming.delete(asset)
        if (error instanceof SourceFailed && !signal.aborted) leaveOrigin(asset)
        throw error
      }
    }

  /** Whoever did not bring it may do better than an origin that does not answer. */
  function leaveOrigin(asset: AssetName): void {
    originFailed.add(asset)
    broken.delete(asset)
  }

  function askedOf(asset: AssetName, sizeBytes: number): NeighbourAsked {
    const { emergency = false, sinceMs = clock.monotonicMs() } = wanted.get(asset) ?? {}
    return { asset, sizeBytes, urgent: emergency, knownForMs: clock.monotonicMs() - sinceMs }
  }

  /** Neighbours that wait for this player hear how far it is, also while what has come is checked on disk. */
  async function* counted(asset: AssetName, fromByte: number, chunks: AsyncIterable<Uint8Array>, failed: () => void) {
    let doneBytes = fromByte
    let whole = false
    try {
      for await (const chunk of chunks) {
        doneBytes += chunk.byteLength
        coming.set(asset, { kind: 'fetching', doneBytes })
        yield chunk
      }
      whole = true
    } catch (error) {
      failed()
      throw error
    } finally {
      if (!whole) coming.delete(asset)
    }
  }

  function follow(next: NeighbourOrders): void {
    orders = next
    const before = wanted
    const nowMs = clock.monotonicMs()
    wanted = new Map(
      next.wanted.map(({ asset, emergency }) => [
        asset,
        { emergency: emergency === true, sinceMs: before.get(asset)?.sinceMs ?? nowMs },
      ]),
    )
    for (const asset of [...givers.keys(), ...originFailed, ...coming.keys(), ...broken.keys()]) {
      if (!wanted.has(asset)) forget(asset)
    }
    if (next.allowed === isUp || stopped) return
    isUp = next.allowed
    upAtMs = nowMs
    running = running.then(async (down) => {
      await down?.()
      return next.allowed && !stopped ? bringUp() : undefined
    })
  }

  function forget(asset: AssetName): void {
    givers.delete(asset)
    originFailed.delete(asset)
    coming.delete(asset)
    broken.delete(asset)
  }

  /** Whoever could not get it at the origin is not waited for: the next in line tries. */
  function comingOf(asset: AssetName): Coming | undefined {
    if (!wanted.has(asset)) return undefined
    return coming.get(asset) ?? (originFailed.has(asset) ? undefined : { kind: 'waiting', doneBytes: 0 })
  }

  /** Without a port there is nothing to announce; others are still asked. */
  async function bringUp(): Promise<() => Promise<void>> {
    try {
      const server = await options.startServer({ ...options, coming: comingOf })
      const silence: Undo = options.discovery({ id: self, fleet, port: server.port }, heard)
      return async () => {
        silence()
        table = new Map()
        await server.stop()
      }
    } catch (error) {
      const reason = (error as Error).message
      report('neighbours-failed', `assets are not exchanged with neighbours: ${reason}`, { reason })
      return async () => {}
    }
  }

  return {
    follow,
    before,
    giverOf: (asset) => givers.get(asset),
    near,
    async stop() {
      stopped = true
      await (await running)?.()
    },
  }
}
