import type { AssetName } from '../asset-name.ts'
import type { MediaType } from '../documents/playlist.ts'

/** An asset that the wall needs: its signed size, where it can be had, and its place in the queue (the lowest first). */
export type WantedAsset = {
  readonly asset: AssetName
  readonly bytes: number
  readonly mediaType: MediaType
  readonly urls: readonly string[]
  readonly order: number
  /** An emergency needs it now: whatever else is being fetched makes way. */
  readonly emergency?: boolean
  /** The playlists it is for, as target and id: `groups/plaza/friends`. */
  readonly playlists?: readonly string[]
}

/** One entry for each asset, in the order to fetch them. What several playlists say of an asset is joined: every address, the earliest place. */
export function joinWanted(list: readonly WantedAsset[]): WantedAsset[] {
  const joined = new Map<AssetName, WantedAsset>()
  for (const one of list.toSorted(compareWanted)) {
    const known = joined.get(one.asset)
    joined.set(one.asset, known ? join(known, one) : one)
  }
  return [...joined.values()]
}

/** In the order to fetch. */
export const compareWanted = (a: WantedAsset, b: WantedAsset): number =>
  Number(b.emergency ?? false) - Number(a.emergency ?? false) || a.order - b.order

function join(known: WantedAsset, more: WantedAsset): WantedAsset {
  const playlists = [...new Set([...(known.playlists ?? []), ...(more.playlists ?? [])])]
  const urls = [...new Set([...known.urls, ...more.urls])]
  return { ...known, urls, ...(playlists.length > 0 && { playlists }) }
}
