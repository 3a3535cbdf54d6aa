import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AssetName } from '../../shared/asset-name.ts'
import { hexOf } from '../../shared/asset-name.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import type { Chance } from '../attack/chance.ts'
import { type City, issuedAt, type PushedAsset, playlistOf, signed, trustOf } from '../support/documents.ts'
import type { Observer } from '../support/observer.ts'
import type { Origin } from '../support/origin.ts'
import type { Published } from './expected.ts'

export type DayOptions = {
  readonly city: City
  readonly origin: Origin
  readonly observer: Observer
  readonly chance: Chance
  /** Where the right bytes of every asset are kept, by their hash. */
  readonly mediaDir: string
  /** What the cached assets may take together. */
  readonly quotaBytes: number
  /** Called before each thing that is done to the wall, with what it is called. */
  readonly step: (name: string) => void
  /** What is waited for before the next thing is done: that documents are accepted, or that their assets are here too. */
  readonly awaits: 'documents' | 'all'
}

/** What a city does to one wall on a busy day. Each function signs and publishes one thing, and waits until the wall has it. */
export type Day = {
  readonly published: readonly Published[]
  /** Items by their key `playlist revision`. */
  readonly assetsOf: ReadonlyMap<string, readonly AssetName[]>
  readonly takenDown: readonly AssetName[]
  found(): Promise<void>
  push(playlist: string, news: number, bytes?: number): Promise<void>
  withdraw(playlist: string): Promise<void>
  takeDown(): Promise<void>
  trust(): Promise<void>
  site(quotaBytes?: number): Promise<void>
  cutDownload(): Promise<void>
  /** One of these by chance. */
  anything(): Promise<void>
}

const waitMs = 120_000

export function createDay(options: DayOptions): Day {
  const { city, origin, observer, chance } = options
  const published: Published[] = []
  const revisions = new Map<string, number>()
  const playlists = new Map<string, PushedAsset[]>()
  const assetsOf = new Map<string, AssetName[]>()
  const takenDown: AssetName[] = []
  const names = ['alley', 'bridge', 'cable-car']

  async function publish(
    kind: Published['kind'],
    target: string,
    id: string,
    payload: Record<string, unknown>,
    key: City['root'],
  ): Promise<void> {
    const name = `${kind} ${target} ${id}`
    const revision = (revisions.get(name) ?? 0) + 1
    revisions.set(name, revision)
    const bytes = await signed(kind, { kind, id, revision, issuedAt, target, ...payload }, key)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    published.push({ sha256, kind, target, id, revision, takenDown: kind === 'takedowns' ? [...takenDown] : [] })
    await observer.publish(topicOfDocument('plazacast/v1', kind, target, id), bytes)
    await observer.untilEvent(
      ({ code, about }) =>
        code === 'document-accepted' && about.kind === kind && about.id === id && about.revision === revision,
      waitMs,
    )
  }
  async function asset(size: number): Promise<PushedAsset> {
    const bytes = Buffer.from(chance.bytes(size))
    const pushed = await origin.addBytes(bytes, 'image/png')
    writeFileSync(join(options.mediaDir, hexOf(pushed.asset)), bytes)
    return pushed
  }
  const allHere = async (assets: readonly PushedAsset[]) => {
    if (options.awaits === 'documents') return
    for (const one of assets)
      await observer.untilEvent(({ code, about }) => code === 'asset-cached' && about.asset === one.asset, waitMs)
  }

  async function pushList(playlist: string, assets: PushedAsset[]): Promise<void> {
    playlists.set(playlist, assets)
    const revision = (revisions.get(`playlist players/wall ${playlist}`) ?? 0) + 1
    assetsOf.set(
      `${playlist} ${revision}`,
      assets.map((one) => one.asset),
    )
    const payload = await playlistOf(assets, [city.approver])
    const { items, assets: facts, approvals } = payload
    await publish('playlist', 'players/wall', playlist, { items, assets: facts, approvals }, city.publisher)
  }

  const day: Day = {
    published,
    assetsOf,
    takenDown,
    async found() {
      options.step('taking trust')
      await publish('trust', 'fleet', 'trust', trustWithout(city), city.root)
      await day.site()
    },
    async push(playlist, news, bytes = 8_000 + chance.below(40_000)) {
      options.step(bytes > 1_000_000 ? 'a large download' : 'accepting a playlist')
      const fresh = await Promise.all(Array.from({ length: news }, (_, index) => asset(bytes + index)))
      const kept = (playlists.get(playlist) ?? []).filter((one) => !takenDown.includes(one.asset)).slice(-2)
      await pushList(playlist, [...kept, ...fresh])
      await allHere(fresh)
    },
    async withdraw(playlist) {
      options.step('withdrawing a playlist')
      playlists.delete(playlist)
      await publish(
        'playlist',
        'players/wall',
        playlist,
        { items: [], assets: {}, approvals: [], withdrawn: true },
        city.publisher,
      )
    },
    async takeDown() {
      const all = [...playlists.values()].flat().filter((one) => !takenDown.includes(one.asset))
      if (all.length < 3) return
      options.step('a take-down')
      takenDown.push(chance.one(all).asset)
      await publish(
        'takedowns',
        'fleet',
        'takedowns',
        { assets: takenDown.map((one) => ({ asset: one, reason: 'wrong', at: issuedAt })) },
        city.approver,
      )
    },
    async trust() {
      options.step('an update of trust')
      await publish('trust', 'fleet', 'trust', trustWithout(city), city.root)
    },
    async site(quotaBytes = options.quotaBytes) {
      options.step(quotaBytes < options.quotaBytes ? 'evicting' : 'an update of the site')
      await publish(
        'site',
        'players/wall',
        'wall',
        { groups: ['square'], name: `wall ${chance.below(1000)}`, cache: { quotaBytes } },
        city.operator,
      )
    },
    async cutDownload() {
      options.step('a download that is cut')
      const [playlist, fresh] = [chance.one(names), await asset(1_500_000)]
      origin.throttle(3_000_000)
      const before = origin.bytesGiven()
      await pushList(playlist, [...(playlists.get(playlist) ?? []).slice(-1), fresh])
      for (let tries = 0; tries < 500 && origin.bytesGiven() < before + 400_000; tries++)
        await new Promise((resolve) => setTimeout(resolve, 4))
      await origin.cut()
      await origin.restore()
      origin.throttle(undefined)
      await allHere([fresh])
    },
    async anything() {
      const dice = chance.below(20)
      if (dice < 11) return day.push(chance.one(names), 1 + chance.below(2))
      if (dice < 13) return day.takeDown()
      if (dice < 14) return day.trust()
      if (dice < 15) return day.site()
      if (dice < 16) return day.push(chance.one(names), 1, 1_200_000)
      if (dice < 17) return day.withdraw('cable-car')
      return day.push(chance.one(names), 0)
    },
  }
  return day
}

/** What `trustOf` says of a city, without what `publish` says by itself. */
function trustWithout(city: City): Record<string, unknown> {
  const { keys } = trustOf(city)
  return { keys }
}
