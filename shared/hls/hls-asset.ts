import type { AssetName } from '../asset-name.ts'
import type { WantedAsset } from '../cache/wanted.ts'

/** A file of a set: its path below the manifest's folder, and the asset that it is. */
export type SetFile = { readonly path: string; readonly asset: AssetName; readonly bytes: number }

/** What a player knows of an HLS asset whose manifest is on disk and could be read. */
export type HlsAsset =
  | {
      readonly kind: 'on-demand'
      readonly seconds: number
      /** The first is the playlist that is played. */
      readonly files: readonly SetFile[]
      /** The playlists of the set are on disk, and lead nowhere but to its own files. */
      readonly checked: boolean
    }
  | { readonly kind: 'live'; readonly url: string }
  | { readonly kind: 'unplayable'; readonly reason: string }

/** What is known of HLS assets by the name of the manifest; one that is missing here was not read yet. */
export type HlsAssets = ReadonlyMap<AssetName, HlsAsset>

/** Each different file once: the same bytes may be there under several paths. */
export const distinctFiles = (files: readonly SetFile[]): SetFile[] => [
  ...new Map(files.map((file) => [file.asset, file])).values(),
]

/** Where the files of a set are: beside its manifest. A query (a signed address) is the manifest's own and goes with it. */
export function fileAddress(manifestUrl: string, path: string): string {
  const url = new URL(manifestUrl)
  url.pathname = `${url.pathname.slice(0, url.pathname.lastIndexOf('/') + 1)}${path}`
  return url.href
}

/** Puts the files of every set that is known behind its manifest in the queue. */
export function withSetFiles(wanted: readonly WantedAsset[], hls: HlsAssets): WantedAsset[] {
  return wanted
    .flatMap((one) => {
      const set = hls.get(one.asset)
      if (set?.kind !== 'on-demand') return [one]
      const files = distinctFiles(set.files).map(({ asset, bytes, path }) => ({
        ...one,
        asset,
        bytes,
        urls: one.urls.map((url) => fileAddress(url, path)),
      }))
      return [one, ...files]
    })
    .map((one, order) => ({ ...one, order }))
}
