import type { AssetName } from '../asset-name.ts'
import type { Approval } from '../documents/approval.ts'
import type { Jws } from '../documents/jws.ts'
import type { AssetFacts, Item, MediaType, Playlist } from '../documents/playlist.ts'
import { type PlaylistFile, type PlaylistFileItem, sourceOf } from './playlist-file.ts'

/** A film or photo whose bytes have been hashed and looked into. */
export type LocalAsset = {
  readonly name: AssetName
  /** Where it lies on this machine; of HLS the playlist that was named, or the address of the stream. */
  readonly path: string
  readonly facts: Omit<AssetFacts, 'urls'>
  /** The bytes, where they were made and lie in no file: the manifest of an HLS film or stream. */
  readonly content?: Uint8Array
  /** The files of an HLS set, each an asset that is served beside the manifest. */
  readonly files?: readonly LocalAsset[]
  /** The playlist of the picture of an HLS set, as a path on this machine. */
  readonly picture?: string
  /** How it is called where it is served, if not by its own hash. */
  readonly servedAs?: string
}

/** Assets with the files of their sets behind them: all that is to be had for players. */
export const withSetFiles = (assets: readonly LocalAsset[]): LocalAsset[] =>
  assets.flatMap((asset) => [asset, ...(asset.files ?? [])])

/** Each asset once, however many paths lead to it. */
export const onceEach = (assets: Iterable<LocalAsset>): LocalAsset[] => [
  ...new Map([...assets].map((asset) => [asset.name, asset])).values(),
]

/** A live stream has no length, so its facts give none. */
export const isLiveStream = ({ facts }: Pick<LocalAsset, 'facts'>): boolean =>
  facts.mediaType === 'application/vnd.apple.mpegurl' && facts.seconds === undefined

/** What goes into a playlist document beside what the operator wrote. */
export type PayloadParts = {
  readonly target: string
  readonly revision: number
  /** RFC 3339 instant. */
  readonly issuedAt: string
  /** By the path as written in the file. */
  readonly assets: ReadonlyMap<string, LocalAsset>
  readonly urlsOf: (asset: LocalAsset) => string[]
  readonly approvals: readonly Jws[]
}

/** The payload that a playlist file stands for. Every file it names must be among the assets. */
export function playlistPayload(file: PlaylistFile, parts: PayloadParts): Playlist {
  const items = playlistItems(file, parts.assets)
  const assets = onceEach(parts.assets.values())
  const { id, title, window, dayparts, limits, notBeside, priority = 'normal', weight = 1, entry = 'item-end' } = file
  return {
    kind: 'playlist',
    id,
    revision: parts.revision,
    issuedAt: parts.issuedAt,
    target: parts.target,
    ...(title && { title }),
    priority,
    weight,
    entry,
    ...(limits && { limits }),
    ...(notBeside && { notBeside }),
    ...(window && { window }),
    ...(dayparts && { dayparts }),
    items,
    assets: Object.fromEntries(assets.map((asset) => [asset.name, { ...asset.facts, urls: parts.urlsOf(asset) }])),
    approvals: [...parts.approvals],
    withdrawn: false,
  }
}

/** The items that a playlist file stands for, in its order. Every file it names must be among the assets. */
export function playlistItems(file: PlaylistFile, assets: PayloadParts['assets']): Item[] {
  const ids = itemIds(file.items)
  return file.items.map((one, index) =>
    itemOf(one, ids[index] ?? `item-${index + 1}`, assetFor(sourceOf(one), assets), file.defaults ?? {}),
  )
}

/** The later revision that takes a playlist off the walls. */
export const withdrawal = (id: string, target: string, revision: number, issuedAt: string): Playlist => ({
  kind: 'playlist',
  id,
  revision,
  issuedAt,
  target,
  priority: 'normal',
  weight: 1,
  entry: 'item-end',
  items: [],
  assets: {},
  approvals: [],
  withdrawn: true,
})

/** The statement an approver signs about an asset; `words` as `wordsHash` has it, where it is about them, too. */
export const approvalPayload = ({ name, facts }: LocalAsset, approvedAt: string, words?: string): Approval => ({
  kind: 'approval',
  asset: name,
  mediaType: facts.mediaType,
  bytes: facts.bytes,
  ...(facts.seconds !== undefined && { seconds: facts.seconds }),
  approvedAt,
  ...(words !== undefined && { words }),
})

/**
 * How an asset's file is called where it is served: its hash, so that two never meet, and an ending web servers know. An HLS
 * manifest lies in a folder of its own, with the files of its set beside it.
 */
export const servedName = ({ name, facts, servedAs }: Pick<LocalAsset, 'name' | 'facts' | 'servedAs'>): string =>
  servedAs ?? `${name.slice('sha256:'.length)}${endings[facts.mediaType]}`

const endings: Readonly<Record<MediaType, string>> = {
  'video/mp4': '.mp4',
  'video/webm': '.webm',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
  'image/avif': '.avif',
  'image/gif': '.gif',
  'application/vnd.apple.mpegurl': '/manifest.json',
}

/** An id for each item: the one it was given, else its file's name, with a number if that is taken. */
export function itemIds(items: readonly Pick<PlaylistFileItem, 'file' | 'stream' | 'id'>[]): string[] {
  const taken = new Set(items.flatMap(({ id }) => (id === undefined ? [] : [id])))
  return items.map(({ id, ...named }, index) => {
    if (id !== undefined) return id
    const base = nameFrom(sourceOf(named)) || `item-${index + 1}`
    let free = base
    for (let number = 2; taken.has(free); number++) free = `${base.slice(0, 58)}-${number}`
    taken.add(free)
    return free
  })
}

const nameFrom = (file: string): string =>
  (file.split(/[\\/]/).at(-1) ?? '')
    .replace(/\.[^.]*$/, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 64)

function assetFor(file: string, assets: ReadonlyMap<string, LocalAsset>): LocalAsset {
  const asset = assets.get(file)
  if (!asset) throw new Error(`no asset was made of ${file}`)
  return asset
}

type Defaults = NonNullable<PlaylistFile['defaults']>

function itemOf(one: PlaylistFileItem, id: string, asset: LocalAsset, defaults: Defaults): Item {
  const { file: _, stream: __, id: ___, ...written } = one
  const { seconds: photoSeconds, ...forAll } = defaults
  const needsSeconds = asset.facts.mediaType.startsWith('image/') || isLiveStream(asset)
  return {
    fit: 'contain',
    transition: { kind: 'cut' },
    audio: false,
    ...without(forAll),
    ...(needsSeconds && photoSeconds !== undefined && { seconds: photoSeconds }),
    ...without(written),
    id,
    asset: asset.name,
  }
}

/** Without the fields that were not written, so that they do not hide the defaults. */
type Written<T> = { [K in keyof T]: Exclude<T[K], undefined> }
const without = <T extends object>(fields: T): Written<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Written<T>
