import { type AssetName, hexOf } from '../asset-name.ts'
import type { Item, Playlist } from '../documents/playlist.ts'
import type { PlaylistStatus } from '../reports/state.ts'
import { type Liveness, livenessAt } from '../schedule/live.ts'
import { keyOf, type Lane, type Showing } from '../screen/programme.ts'
import { type Approvals, areWordsApproved, isApproved, statementsAbout } from '../trust/approvals.ts'
import type { Keyring } from '../trust/keyring.ts'
import { type Words, wordsOf } from '../trust/words.ts'

/** A playlist whose signatures were checked against the keyring of this moment, with the approvals that count. */
export type VerifiedPlaylist = { readonly playlist: Playlist; readonly approvals: Approvals }

/** What a player knows when it builds its loop. */
export type Circumstances = {
  readonly atMs: number
  readonly timeZone: string
  /** This player, its groups and `fleet`. */
  readonly targets: readonly string[]
  readonly keyring: Keyring
  /** Assets whose bytes are on disk and hash to their name. */
  readonly held: ReadonlySet<AssetName>
  /** Missing assets that are not about to arrive: their download failed and is tried again later. */
  readonly late: ReadonlySet<AssetName>
  readonly takenDown: ReadonlySet<AssetName>
}

/** How one revision of a playlist stands: what of it may be shown now, and what it lacks. */
export type Standing = {
  readonly key: string
  readonly playlist: Playlist
  readonly liveness: Liveness
  /** Empty while nothing of it is playable now. */
  readonly showings: readonly Showing[]
  /** Every asset that trust lets be shown, on disk or not. */
  readonly allowed: readonly AssetName[]
  /** Those that are not on disk. */
  readonly missing: readonly AssetName[]
  readonly missingBytes: number
  /** Nothing is waited for: what is not here is late. */
  readonly complete: boolean
  readonly reasons: readonly string[]
}

/** A playlist's place among all: the same id may be pushed to a player and to its group. */
export const laneKey = (playlist: Pick<Playlist, 'target' | 'id'>): string => `${playlist.target}/${playlist.id}`

/** Decides of one playlist which of its items may be shown at this instant. */
export function standingOf({ playlist, approvals }: VerifiedPlaylist, now: Circumstances): Standing {
  const items = playlist.withdrawn ? [] : playlist.items
  const assets = [...new Set(items.map((item) => item.asset))]
  const approved = new Set(assets.filter((one) => isAssetAllowed(one, approvals, now) && isShowable(playlist, one)))
  const sayable = items.filter((item) => areWordsApproved(item, approvals, now.keyring, now))
  const allowed = [...new Set(sayable.map((item) => item.asset))].filter((asset) => approved.has(asset))
  const missing = allowed.filter((asset) => !now.held.has(asset))
  const playable = new Set(allowed.filter((asset) => now.held.has(asset)))
  return {
    key: laneKey(playlist),
    playlist,
    liveness: livenessAt(playlist, now.atMs, now.timeZone),
    showings: sayable
      .filter((item) => playable.has(item.asset) && livenessAt(item, now.atMs, now.timeZone) === 'live')
      .map((item) => showingOf(playlist, item, wordsKey(item, approvals, now.keyring))),
    allowed,
    missing,
    missingBytes: missing.reduce((sum, asset) => sum + (playlist.assets[asset]?.bytes ?? 0), 0),
    complete: missing.every((asset) => now.late.has(asset)),
    reasons: reasonsOf(playlist, { assets, approved, unsaid: items.length - sayable.length, missing }, now),
  }
}

/** Live streams and HLS sets are not shown by this version: they are left out and said, not tried. */
const isShowable = (playlist: Playlist, asset: AssetName): boolean =>
  playlist.assets[asset]?.mediaType !== 'application/vnd.apple.mpegurl'

const isAssetAllowed = (asset: AssetName, approvals: Approvals, now: Circumstances): boolean =>
  !now.takenDown.has(asset) && isApproved(asset, approvals, now.keyring, now)

/** Whether trust lets this asset be shown here and now, with these words beside it. The bytes are another question. */
export const mayBeShown = (one: Pick<Item, 'asset'> & Words, approvals: Approvals, now: Circumstances): boolean =>
  isAssetAllowed(one.asset, approvals, now) && areWordsApproved(one, approvals, now.keyring, now)

/** Where words need approvals, other words make another showing, so that what is on does not stay for the sake of others. */
function wordsKey(item: Item, approvals: Approvals, keyring: Keyring): string {
  if (keyring.words === 'free') return ''
  const words = wordsOf(item)
  const statement = words === undefined ? undefined : statementsAbout(item.asset, words, approvals)[0]
  return statement?.approval.words ?? 'silent'
}

function showingOf(playlist: Playlist, item: Item, words: string): Showing {
  return {
    key: keyOf(laneKey(playlist), item.id, words === '' ? item.asset : `${item.asset}/${words}`),
    playlist: playlist.id,
    revision: playlist.revision,
    item: item.id,
    asset: item.asset,
    mediaType: playlist.assets[item.asset]?.mediaType ?? 'image/jpeg',
    address: `assets/${hexOf(item.asset)}`,
    seconds: item.seconds ?? null,
    fit: item.fit,
    transition: item.transition,
    audio: item.audio,
    ...(item.caption && { caption: item.caption }),
    ...(item.credit && { credit: item.credit }),
    ...(item.hashtag !== undefined && { hashtag: item.hashtag }),
    ...(item.qr !== undefined && { qr: item.qr }),
  }
}

/** What was found of a playlist. `unsaid`: how many items have words that nobody approved. */
type Found = {
  readonly assets: readonly AssetName[]
  readonly approved: ReadonlySet<AssetName>
  readonly unsaid: number
  readonly missing: readonly AssetName[]
}

function reasonsOf(playlist: Playlist, { assets, approved, unsaid, missing }: Found, now: Circumstances): string[] {
  const late = missing.filter((asset) => now.late.has(asset)).length
  const down = assets.filter((asset) => now.takenDown.has(asset)).length
  const unshowable = assets.filter((asset) => !isShowable(playlist, asset)).length
  const unapproved = Math.max(0, assets.length - approved.size - down - unshowable)
  return [
    ...(!playlist.withdrawn && playlist.items.length === 0 ? ['the playlist has no items'] : []),
    ...(unapproved > 0 ? [`${count(unapproved, 'asset')} without a valid approval here and now`] : []),
    ...(unsaid > 0 ? [`${count(unsaid, 'item')} with words that are not approved here and now`] : []),
    ...(unshowable > 0 ? [`${count(unshowable, 'asset')} of a kind this player does not show`] : []),
    ...(down > 0 ? [`${count(down, 'asset')} taken down`] : []),
    ...(missing.length > 0 ? [`${count(missing.length, 'asset')} not yet downloaded`] : []),
    ...(late > 0 ? [`${count(late, 'download')} failing, tried again`] : []),
  ]
}

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** How a standing is reported when it is not the one that plays. */
export function idleStatus(standing: Standing): PlaylistStatus {
  if (standing.playlist.withdrawn) return 'withdrawn'
  if (standing.liveness === 'over') return 'expired'
  if (standing.liveness !== 'live') return 'scheduled'
  return standing.showings.length > 0 ? 'ready' : 'waiting'
}

export const laneOf = (standing: Standing): Lane => ({
  key: standing.key,
  weight: standing.playlist.weight,
  showings: [...standing.showings],
})
