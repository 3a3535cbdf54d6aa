import { type AssetName, hexOf } from '../asset-name.ts'
import type { Item, Playlist } from '../documents/playlist.ts'
import { distinctFiles, type HlsAsset, type HlsAssets, type SetFile } from '../hls/hls-asset.ts'
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
  /** What the manifests among the held assets say; absent: none was read yet. */
  readonly hls?: HlsAssets
}

/** How one revision of a playlist stands: what of it may be shown now, and what it lacks. */
export type Standing = {
  readonly key: string
  readonly playlist: Playlist
  readonly liveness: Liveness
  /** Empty while it is not live, or nothing of it is playable now. */
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
  const approved = new Set(
    assets.filter((one) => isAssetAllowed(one, approvals, now) && problemWith(one, now) === undefined),
  )
  const isFree = now.keyring.words === 'free'
  const sayable = isFree ? items : items.filter((item) => areWordsApproved(item, approvals, now.keyring, now))
  const shown = isFree ? assets : [...new Set(sayable.map((item) => item.asset))]
  const allowed = shown.filter((asset) => approved.has(asset))
  const { missing, lacking } = lackingOf(allowed, playlist, now)
  const liveness = livenessAt(playlist, now.atMs, now.timeZone)
  const away = new Set(missing)
  const isPlayable = ({ asset, seconds }: Item): boolean =>
    approved.has(asset) &&
    !away.has(asset) &&
    isRead(asset, playlist, now) &&
    !(seconds === undefined && isLive(asset, now))
  return {
    key: laneKey(playlist),
    playlist,
    liveness,
    showings: (liveness === 'live' ? sayable : [])
      .filter((item) => isPlayable(item) && livenessAt(item, now.atMs, now.timeZone) === 'live')
      .map((item) => knownShowing(playlist, item, wordsKey(item, approvals, now.keyring), now.hls?.get(item.asset))),
    allowed,
    missing,
    missingBytes: distinctFiles(lacking).reduce((sum, { bytes }) => sum + bytes, 0),
    complete: lacking.every(({ asset }) => now.late.has(asset)),
    reasons: reasonsOf(playlist, { assets, approved, unsaid: items.length - sayable.length, missing }, now),
  }
}

/** What has to be on disk before these assets can be shown, and is not: they themselves and, of HLS sets, all of their files. */
function lackingOf(allowed: readonly AssetName[], playlist: Playlist, now: Circumstances) {
  const missing: AssetName[] = []
  const lacking: SetFile[] = []
  for (const asset of allowed) {
    const before = lacking.length
    if (!now.held.has(asset)) lacking.push({ path: '', asset, bytes: playlist.assets[asset]?.bytes ?? 0 })
    const hls = now.hls?.get(asset)
    if (hls?.kind === 'on-demand') lacking.push(...hls.files.filter((file) => !now.held.has(file.asset)))
    if (lacking.length > before) missing.push(asset)
  }
  return { missing, lacking }
}

/** An HLS asset can be shown when its manifest has been read and, of a set, its playlists as well. */
function isRead(asset: AssetName, playlist: Playlist, now: Circumstances): boolean {
  if (playlist.assets[asset]?.mediaType !== 'application/vnd.apple.mpegurl') return true
  const hls = now.hls?.get(asset)
  return hls?.kind === 'live' || (hls?.kind === 'on-demand' && hls.checked)
}

const isLive = (asset: AssetName, now: Circumstances): boolean => now.hls?.get(asset)?.kind === 'live'

/** Why an asset that is here cannot be shown, in words. */
function problemWith(asset: AssetName, now: Circumstances): string | undefined {
  const hls = now.hls?.get(asset)
  return hls?.kind === 'unplayable' ? hls.reason : undefined
}

/** What is allowed of a set is all of it or nothing; what is allowed of a stream, only in a time that approvers set. */
function isAssetAllowed(asset: AssetName, approvals: Approvals, now: Circumstances): boolean {
  const window = isLive(asset, now) ? 'from-until' : 'any'
  return !isDown(asset, now) && isApproved(asset, approvals, now.keyring, now, window)
}

/** A set is down with any of its files. */
function isDown(asset: AssetName, now: Circumstances): boolean {
  const hls = now.hls?.get(asset)
  const files = hls?.kind === 'on-demand' ? hls.files : []
  return now.takenDown.has(asset) || files.some((file) => now.takenDown.has(file.asset))
}

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

/** Made once for each item and then found again: what plays is looked at often, and changes rarely. */
const showings = new WeakMap<Item, KnownShowing>()
type KnownShowing = {
  readonly playlist: Playlist
  readonly words: string
  readonly hls: HlsAsset | undefined
  readonly showing: Showing
}

function knownShowing(playlist: Playlist, item: Item, words: string, hls: HlsAsset | undefined): Showing {
  const known = showings.get(item)
  if (known && known.playlist === playlist && known.words === words && known.hls === hls) return known.showing
  const showing = showingOf(playlist, item, words, hls)
  showings.set(item, { playlist, words, hls, showing })
  return showing
}

function showingOf(playlist: Playlist, item: Item, words: string, hls: HlsAsset | undefined): Showing {
  return {
    key: keyOf(laneKey(playlist), item.id, words === '' ? item.asset : `${item.asset}/${words}`),
    playlist: playlist.id,
    revision: playlist.revision,
    item: item.id,
    asset: item.asset,
    mediaType: playlist.assets[item.asset]?.mediaType ?? 'image/jpeg',
    ...placeOf(item.asset, hls),
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

function placeOf(asset: AssetName, hls: HlsAsset | undefined): Pick<Showing, 'address' | 'stream'> {
  const hex = hexOf(asset)
  switch (hls?.kind) {
    case 'on-demand':
      return { address: `assets/${hex}/${hls.files[0]?.path}`, stream: 'on-demand' }
    case 'live':
      return { address: `live/${hex}/index.m3u8`, stream: 'live' }
    default:
      return { address: `assets/${hex}` }
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
  const down = assets.filter((asset) => isDown(asset, now)).length
  const problems = assets.flatMap((asset) => problemWith(asset, now) ?? [])
  const unbounded = assets.filter((asset) => isLive(asset, now) && !isDown(asset, now) && !approved.has(asset)).length
  const endless = playlist.items.filter((item) => item.seconds === undefined && isLive(item.asset, now)).length
  const unapproved = Math.max(0, assets.length - approved.size - down - problems.length - unbounded)
  return [
    ...(!playlist.withdrawn && playlist.items.length === 0 ? ['the playlist has no items'] : []),
    ...(unapproved > 0 ? [`${count(unapproved, 'asset')} without a valid approval here and now`] : []),
    ...(unsaid > 0 ? [`${count(unsaid, 'item')} with words that are not approved here and now`] : []),
    ...(unbounded > 0 ? [`${count(unbounded, 'live stream')} without an approval from and until, here and now`] : []),
    ...(endless > 0 ? [`${count(endless, 'item')} of a live stream without seconds`] : []),
    ...problems.slice(0, 5).map((problem) => `an HLS asset cannot be played: ${problem}`),
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

/** Whether it has something to give to the loop now. */
export const contributes = (standing: Standing): boolean => standing.liveness === 'live' && standing.showings.length > 0

export const laneOf = (standing: Standing): Lane => ({
  key: standing.key,
  weight: standing.playlist.weight,
  ...(standing.playlist.limits && { limits: standing.playlist.limits }),
  ...(standing.playlist.notBeside && { notBeside: standing.playlist.notBeside }),
  showings: [...standing.showings],
})
