import type { AssetName } from '../../shared/asset-name.ts'
import type { StoredFile } from '../../shared/cache/garbage.ts'
import { isKept, type Lack, lackOf, planEviction, reserveFor } from '../../shared/cache/space.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { heldBytes } from '../sqlite/assets.ts'
import { isStorageFailure, type ReadDb } from '../sqlite/connection.ts'
import { halfDownloads } from '../sqlite/downloads.ts'
import type { AssetFiles } from './asset-store.ts'
import type { Clock, Undo } from './ports.ts'
import type { Reporter } from './reporter.ts'

/** How often the disk is looked at while there is room, and while there is not. */
const lookMs = 60_000
const lookWhenShortMs = 5_000
/** For so long it is enough to know what there was, and what has been let in since: sums over all assets and the disk cost time. */
const glanceMs = 1_000
/** How long a half download is kept that nothing wants any more. */
const halfLifeMs = 24 * 60 * 60_000

/** What the site and the loop ask of the cache's room. */
export type SpaceRules = {
  /** What assets may take together; undefined: all but a reserve. */
  readonly quotaBytes: number | undefined
  /** Playlists whose assets are never evicted, as target and id. */
  readonly keptPlaylists: ReadonlySet<string>
  /** Assets that are never evicted, whoever wants them: the fallback's. */
  readonly keptAssets: readonly AssetName[]
  /** What is on the wall at this moment. */
  readonly on: () => AssetName | undefined
}

/** An asset that is being fetched: its signed size and its place in the queue. */
export type Coming = Pick<WantedAsset, 'asset' | 'bytes' | 'order'>

/** There is no room, and nothing more that may go. `told`: it was said once for all that is waiting. */
export type NoRoom = { readonly kind: 'disk'; readonly reason: string; readonly told: true }

export type Space = {
  rules(rules: SpaceRules): void
  /** Everything the wall needs from now on, held or not. */
  wanted(list: readonly WantedAsset[]): void
  /** Evicts what `one` may push out, so that it and what else is being fetched has room. */
  makeRoom(one: Coming, running: readonly Coming[]): Promise<NoRoom | undefined>
  /** The disk took no more while this asset came, whatever it said before: somebody else fills it. */
  ranOut(one: Coming): Promise<NoRoom>
  /** Why downloads stand still; undefined while there is room. */
  readonly shortOf: () => string | undefined
  /** Resolves when nothing is looked at any more. */
  stop(): Promise<void>
}

export type SpaceOptions = {
  readonly db: ReadDb
  readonly files: AssetFiles
  readonly clock: Clock
  readonly reporter: Reporter
  /** Something that is wanted was evicted, or it is now said why downloads stand still. */
  readonly changed: () => void
  /** There is room again: what waited for it may be tried now. */
  readonly roomAgain: () => void
  /** Room that assets never fill; by default a share of the disk. */
  readonly reserveBytes?: number
}

/** What is used and free, and how much of it may be. */
type Room = {
  readonly usedBytes: number
  readonly freeBytes: number
  readonly quotaBytes: number | undefined
  readonly reserveBytes: number
}

const noRules: SpaceRules = { quotaBytes: undefined, keptPlaylists: new Set(), keptAssets: [], on: () => undefined }

/** Whether what waits may be pushed out by nobody, so that only what nothing wants goes. */
const nothingWanted = Number.MAX_SAFE_INTEGER

/**
 * Keeps the cache within the site's quota and the disk's reserve: before a download needs the room, when the quota is lowered,
 * and when somebody else fills the disk. Downloads stand still while there is none; the wall does not.
 */
export function createSpace(options: SpaceOptions): Space {
  const { db, files, clock, reporter } = options
  let rules = noRules
  let list: readonly WantedAsset[] = []
  let short: { readonly lack: NonNullable<Lack>; readonly coming: readonly Coming[] } | undefined
  /** What was being fetched beside it when room was last asked for. */
  let admitted: readonly Coming[] = []
  /** What the last quick look found, and how much was let in since. */
  let glance: { readonly atMs: number; readonly found: Room; letInBytes: number } | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let disarm: Undo = () => {}
  let stopped = false

  /** One at a time: two that look at the same room would both take it. */
  function inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const mine = turn.then(run)
    turn = mine.catch(() => {}) // told to whoever asked
    return mine
  }

  async function limits() {
    const { freeBytes, totalBytes } = await files.volume()
    return { freeBytes, quotaBytes: rules.quotaBytes, reserveBytes: options.reserveBytes ?? reserveFor(totalBytes) }
  }

  async function room(): Promise<Room> {
    return { ...(await limits()), usedBytes: heldBytes(db) }
  }

  /** What lacks by what the database says: quick, and enough as long as nothing lacks. What seems to lack is looked at anew. */
  async function quickLack(coming: readonly Coming[]): Promise<Lack> {
    const lackIn = ({ usedBytes, freeBytes, ...bounds }: Room, letInBytes: number) =>
      lackOf(
        { ...bounds, quotaBytes: rules.quotaBytes },
        { usedBytes: usedBytes + letInBytes, freeBytes: freeBytes - letInBytes },
        sum(coming, []),
      )
    const isFresh = glance !== undefined && clock.monotonicMs() - glance.atMs < glanceMs
    if (!glance || !isFresh || lackIn(glance.found, glance.letInBytes))
      glance = { atMs: clock.monotonicMs(), found: await room(), letInBytes: 0 }
    const missing = lackIn(glance.found, glance.letInBytes)
    glance.letInBytes += coming[0]?.bytes ?? 0
    return missing
  }

  async function lack(coming: readonly Coming[], stored: readonly StoredFile[]): Promise<Lack> {
    const { freeBytes, ...bounds } = await limits()
    return lackOf(bounds, { usedBytes: bytesOf(stored), freeBytes }, sum(coming, stored))
  }

  /** Evicts what may go for `forOrder`; returns what still lacks. */
  async function evict(coming: readonly Coming[], forOrder: (lack: NonNullable<Lack>) => number): Promise<Lack> {
    const stored = await files.stored()
    const missing = await lack(coming, stored)
    if (!missing) return undefined
    const claims = { wanted: list, kept: keptAssets(coming) }
    const goes = planEviction(stored, claims, missing.bytes, forOrder(missing))
    for (const asset of goes) await files.remove(asset)
    if (goes.some((asset) => list.some((one) => one.asset === asset))) options.changed()
    const gone = new Set(goes)
    return lack(
      coming,
      stored.filter(({ asset }) => !gone.has(asset)),
    )
  }

  function keptAssets(coming: readonly Coming[]): Set<AssetName> {
    const on = rules.on()
    return new Set([
      ...list.filter((one) => isKept(one, rules.keptPlaylists)).map(({ asset }) => asset),
      ...coming.map(({ asset }) => asset),
      ...rules.keptAssets,
      ...(on === undefined ? [] : [on]),
    ])
  }

  async function makeRoom(one: Coming, running: readonly Coming[]): Promise<NoRoom | undefined> {
    admitted = running.filter(({ asset }) => asset !== one.asset)
    const coming = [one, ...admitted]
    if (!(await quickLack(coming))) return undefined
    const missing = await evict(coming, () => one.order)
    if (!missing) return undefined
    await becomeShort(missing, [one])
    return { kind: 'disk', reason: reasonOf(missing), told: true }
  }

  async function ranOut(one: Coming): Promise<NoRoom> {
    const missing = { limit: 'disk', bytes: one.bytes } as const
    glance = undefined
    await becomeShort(missing, [one])
    return { kind: 'disk', reason: reasonOf(missing), told: true }
  }

  async function becomeShort(missing: NonNullable<Lack>, coming: readonly Coming[]): Promise<void> {
    const before = short
    short = { lack: missing, coming }
    look()
    if (before?.lack.limit === missing.limit) return
    const { freeBytes, quotaBytes, reserveBytes } = await limits()
    const code = missing.limit === 'disk' ? 'disk-full' : 'quota-exceeded'
    const about = { lackingBytes: missing.bytes, usedBytes: heldBytes(db), freeBytes, quotaBytes, reserveBytes }
    reporter.event(
      code,
      `${reasonOf(missing)}: downloads wait for ${missing.bytes} bytes more, what is here plays on`,
      about,
    )
    options.changed()
  }

  /** What waited is let in when it would fit, also if it had to push out what may go. */
  async function check(): Promise<void> {
    const missing = await evict([], ({ limit }) => (limit === 'quota' ? -1 : nothingWanted - 1))
    await forgetOldHalves()
    if (!short) return
    const coming = short.coming.filter(({ asset }) => list.some((one) => one.asset === asset))
    const last = Math.max(...coming.map(({ order }) => order))
    const still = missing ?? (await evict([...coming, ...admitted], () => last))
    if (still && coming.length > 0) return
    short = undefined
    reporter.event('space-back', 'there is room again: downloads go on')
    options.changed()
    options.roomAgain()
  }

  /** Nobody has wanted the rest of it for a day. */
  async function forgetOldHalves(): Promise<void> {
    const wanted = new Set(list.map(({ asset }) => asset))
    const old = halfDownloads(db).filter((one) => !wanted.has(one.asset) && clock.now() - one.touchedAt > halfLifeMs)
    for (const { asset } of old) await files.remove(asset)
  }

  function look(): void {
    disarm()
    if (stopped) return
    disarm = clock.after(short ? lookWhenShortMs : lookMs, () => {
      lookNow()
    })
  }
  function lookNow(): void {
    inTurn(check)
      .catch((error: unknown) => {
        if (!isStorageFailure(error)) throw error // else the disk cannot even be asked: later
      })
      .finally(look)
  }

  look()
  return {
    rules(next) {
      const changed = next.quotaBytes !== rules.quotaBytes
      rules = next
      if (changed && !stopped) lookNow()
    },
    wanted(next) {
      list = next
    },
    makeRoom: (one, running) => inTurn(() => makeRoom(one, running)),
    ranOut: (one) => inTurn(() => ranOut(one)),
    shortOf: () => short && reasonOf(short.lack),
    async stop() {
      stopped = true
      disarm()
      await turn
    },
  }
}

const reasonOf = ({ limit }: NonNullable<Lack>): string =>
  limit === 'disk' ? 'the disk is full' : 'the quota of the cache is used up'

const bytesOf = (files: readonly StoredFile[]): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

/** What is still to come: a half download, or a file that waits to be taken up, needs no room a second time. */
function sum(coming: readonly Coming[], stored: readonly StoredFile[]): number {
  const there = new Map(stored.map(({ asset, sizeBytes }) => [asset, sizeBytes]))
  return coming.reduce((all, { asset, bytes }) => all + Math.max(0, bytes - (there.get(asset) ?? 0)), 0)
}
