import { createHash } from 'node:crypto'
import { makeKey, type PrivateJwk, publicPart, signDocument } from '../../main/operator/signing.ts'
import { type AssetName, assetNameOf } from '../../shared/asset-name.ts'
import { type DocumentKind, parseDocument } from '../../shared/documents/documents.ts'
import type { Jws, PublicJwk } from '../../shared/documents/jws.ts'
import type { Item, MediaType, Playlist } from '../../shared/documents/playlist.ts'
import type { Trust } from '../../shared/documents/trust.ts'

/** The keys of a small city: one for each role, and a stranger's that nobody vouches for. */
export type City = Record<
  'root' | 'publisher' | 'approver' | 'approver2' | 'emergency' | 'operator' | 'stranger',
  PrivateJwk
>

export async function makeCity(): Promise<City> {
  const [root, publisher, approver, approver2, emergency, operator, stranger] = await Promise.all(
    Array.from({ length: 7 }, makeKey),
  )
  if (!root || !publisher || !approver || !approver2 || !emergency || !operator || !stranger) throw new Error('no keys')
  return { root, publisher, approver, approver2, emergency, operator, stranger }
}

export const rootKeysOf = (city: City): PublicJwk[] => [publicPart(city.root)]
export const issuedAt = '2026-11-22T02:00:00Z'

/** The trust document of a city, before it is signed. */
export function trustOf(city: City, more: Partial<Trust> = {}): Record<string, unknown> {
  const key = (jwk: PrivateJwk, ...roles: string[]) => ({ jwk: publicPart(jwk), roles })
  return {
    kind: 'trust',
    id: 'trust',
    revision: 1,
    issuedAt,
    target: 'fleet',
    keys: [
      key(city.publisher, 'publisher'),
      key(city.approver, 'approver'),
      key(city.approver2, 'approver'),
      key(city.emergency, 'emergency'),
      key(city.operator, 'operator'),
    ],
    ...more,
  }
}

/** An asset to be pushed: its bytes' name, and what is said about it. */
export type PushedAsset = { asset: AssetName; mediaType: MediaType; bytes: number; urls: string[]; seconds?: number }

/** A made-up asset that exists only by its name. */
export const assetCalled = (name: string, mediaType: MediaType = 'image/png'): PushedAsset => ({
  asset: nameOfBytes(name),
  mediaType,
  bytes: name.length,
  urls: [],
})
export const nameOfBytes = (bytes: string | Uint8Array): AssetName =>
  assetNameOf(createHash('sha256').update(bytes).digest('hex'))

/** A playlist with one item for each asset, approved by these keys, before it is signed. */
export async function playlistOf(
  assets: readonly PushedAsset[],
  approvers: readonly PrivateJwk[],
  more: Partial<Omit<Playlist, 'items'>> & { items?: Partial<Item>[] } = {},
): Promise<Record<string, unknown>> {
  const approvals = approvers.length === 0 ? [] : await Promise.all(assets.map((one) => approvalOf(one, approvers)))
  return {
    kind: 'playlist',
    id: 'friends',
    revision: 1,
    issuedAt,
    target: 'players/wall',
    items: assets.map(({ asset, mediaType }, index) => ({
      id: `item-${index + 1}`,
      asset,
      ...(mediaType.startsWith('image/') && { seconds: 2 }),
    })),
    assets: Object.fromEntries(assets.map(({ asset, ...facts }) => [asset, facts])),
    approvals,
    ...more,
  }
}

/** An approval of an asset by these keys. */
export function approvalOf(
  { asset, mediaType, bytes }: PushedAsset,
  keys: readonly PrivateJwk[],
  more: Record<string, unknown> = {},
): Promise<Jws> {
  return signDocument('approval', { kind: 'approval', asset, mediaType, bytes, approvedAt: issuedAt, ...more }, keys)
}

/** A signed document as it goes over the wire. */
export const signed = async (kind: DocumentKind, payload: unknown, ...keys: PrivateJwk[]): Promise<Buffer> =>
  Buffer.from(JSON.stringify(await signDocument(kind, payload, keys)))

/** A payload with its defaults filled in, as a player reads it. */
export function readAs<K extends DocumentKind>(kind: K, payload: unknown) {
  const read = parseDocument(kind, Buffer.from(JSON.stringify(payload)))
  if (!read.ok) throw new Error(`${read.refusal.field}: ${read.refusal.message}`)
  return read.value
}
