import type { Chance } from '../attack/chance.ts'
import { makeClip } from '../support/clips.ts'
import { issuedAt, type PushedAsset, playlistOf, signed } from '../support/documents.ts'
import type { Stage } from '../support/stage.ts'

/** A playlist as it was published. `at`: milliseconds since 1970. `items`: numbers that can be read off the display. */
export type Pushed = {
  readonly at: number
  readonly id: string
  readonly revision: number
  readonly items: readonly number[]
  readonly withdrawn: boolean
}
/** The revision of the list of take-downs with which an item was taken down. */
export type Downed = { readonly item: number; readonly revision: number }

/** What a city does to a wall that may be off at any moment: it publishes and waits for nothing. */
export type BusyCity = {
  readonly pushed: readonly Pushed[]
  readonly downed: readonly Downed[]
  /** Items in a playlist that nobody approved, or that a stranger signed. */
  readonly forged: ReadonlySet<number>
  anything(): Promise<void>
}

type Numbered = { readonly item: number; readonly pushed: PushedAsset }

const films = 8
const photos = 24
/** In the playlist that always plays, so that there is always something to see. */
const ground = 0

export async function createBusyCity(stage: Stage, chance: Chance): Promise<BusyCity> {
  const { city, observer } = stage
  const all: Numbered[] = []
  for (let item = 0; item < films + photos; item++) all.push(await numbered(stage, item))
  const forgeries = [await numbered(stage, 200), await numbered(stage, 201)]
  const pushed: Pushed[] = []
  const downed: Downed[] = []
  const revisions = new Map<string, number>()
  const fresh = () => all.filter(({ item }) => item !== ground && !downed.some((one) => one.item === item))

  async function push(id: string, items: readonly Numbered[], withdrawn = false): Promise<void> {
    const revision = (revisions.get(id) ?? 0) + 1
    revisions.set(id, revision)
    const payload = await playlistOf(assetsOf(items), [city.approver], {
      id,
      revision,
      ...(withdrawn && { withdrawn }),
    })
    const bytes = await signed('playlist', payload, city.publisher)
    pushed.push({ at: Date.now(), id, revision, items: items.map(({ item }) => item), withdrawn })
    await observer.publish(`plazacast/v1/players/wall/playlists/${id}`, bytes)
  }
  async function takeDown(): Promise<void> {
    const one = chance.one(fresh())
    const revision = downed.length + 1
    downed.push({ item: one.item, revision })
    const assets = downed.flatMap(({ item }) => all.filter((other) => other.item === item))
    const list = { kind: 'takedowns', id: 'takedowns', revision, issuedAt, target: 'fleet' }
    const payload = {
      ...list,
      assets: assets.map(({ pushed: { asset } }) => ({ asset, reason: 'wrong', at: issuedAt })),
    }
    await observer.publish('plazacast/v1/takedowns', await signed('takedowns', payload, city.approver))
  }
  async function forge(): Promise<void> {
    const isUnapproved = chance.below(2) === 0
    const id = `forged-${chance.below(3)}`
    const revision = 1 + chance.below(1000)
    const payload = await playlistOf(assetsOf(forgeries), isUnapproved ? [] : [city.approver], { id, revision })
    const bytes = await signed('playlist', payload, isUnapproved ? city.publisher : city.stranger)
    await observer.publish(`plazacast/v1/players/wall/playlists/${id}`, bytes)
  }
  async function anything(): Promise<void> {
    const dice = chance.below(10)
    if (dice === 0 && fresh().length > 10) return takeDown()
    if (dice === 1) return push('bridge', [], true)
    if (dice === 2) return forge()
    const id = chance.one(['alley', 'bridge'])
    const items = Array.from({ length: 1 + chance.below(3) }, () => chance.one(fresh()))
    return push(id, [...new Set(items)])
  }
  await push('ground', all.slice(ground, ground + 1))
  await push('alley', all.slice(1, 3))
  return { pushed, downed, forged: new Set(forgeries.map(({ item }) => item)), anything }
}

const assetsOf = (all: readonly Numbered[]): PushedAsset[] => all.map(({ pushed }) => pushed)

async function numbered(stage: Stage, item: number): Promise<Numbered> {
  const clip = await makeClip(
    item < films ? { kind: 'film', item, codec: 'h264', seconds: 1.5 } : { kind: 'photo', item, format: 'jpeg' },
  )
  return { item, pushed: await stage.origin.add(clip.file, clip.mediaType) }
}
