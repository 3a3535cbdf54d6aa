import type { AssetName } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import type { AssetFacts } from '../../shared/documents/playlist.ts'
import { type HlsAssets, withSetFiles } from '../../shared/hls/hls-asset.ts'
import type { LoopPlan } from '../../shared/loop/loop-plan.ts'
import type { Knowledge } from './knowledge.ts'

/** What is to be had, the files of HLS sets included, with the addresses of every playlist that names it. */
export function wantedAssets(knowledge: Knowledge, plan: LoopPlan, hls: HlsAssets): WantedAsset[] {
  const facts = new Map<AssetName, AssetFacts>()
  for (const { playlist } of [...knowledge.former, ...knowledge.newest]) {
    for (const [asset, one] of Object.entries(playlist.assets) as [AssetName, AssetFacts][]) {
      facts.set(asset, { ...one, urls: [...new Set([...one.urls, ...(facts.get(asset)?.urls ?? [])])] })
    }
  }
  const named = plan.wanted.flatMap((asset, order) => {
    const one = facts.get(asset)
    return one ? [{ asset, order, bytes: one.bytes, mediaType: one.mediaType, urls: one.urls }] : []
  })
  return withSetFiles(named, hls)
}
