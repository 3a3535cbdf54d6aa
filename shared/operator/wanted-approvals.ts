import type { Item } from '../documents/playlist.ts'
import { wordsOf } from '../trust/words.ts'
import type { LocalAsset } from './playlist-payload.ts'

/** What a playlist needs approved: an asset, with the words that items say beside it (canonical JSON) or without any. */
export type Wanted = { readonly asset: LocalAsset; readonly words: string | undefined }

/** Assets as they are, whatever is said beside them. */
export const wantedAssets = (assets: ReadonlyMap<string, LocalAsset>): Wanted[] => [
  ...new Map([...assets.values()].map((asset) => [asset.name, { asset, words: undefined }])).values(),
]

/**
 * Each asset once with each of the words that items say beside it, in the order of the items. Without any only where no item
 * says anything: who approved it with words has approved it.
 */
export function wantedWithWords(items: readonly Item[], assets: ReadonlyMap<string, LocalAsset>): Wanted[] {
  const byName = new Map<string, LocalAsset>([...assets.values()].map((asset) => [asset.name, asset]))
  const spoken = new Set(items.flatMap((item) => (wordsOf(item) === undefined ? [] : [item.asset])))
  const wanted = new Map<string, Wanted>()
  for (const item of items) {
    const asset = byName.get(item.asset)
    const words = wordsOf(item)
    if (!asset || (words === undefined && spoken.has(item.asset))) continue
    wanted.set(`${item.asset} ${words ?? ''}`, { asset, words })
  }
  return [...wanted.values()]
}
