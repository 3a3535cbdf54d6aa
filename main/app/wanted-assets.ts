import type { AssetName } from '../../shared/asset-name.ts'
import { needsOf } from '../../shared/cache/needs.ts'
import { fairOrder } from '../../shared/cache/queue.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import type { AssetFacts } from '../../shared/documents/playlist.ts'
import { type HlsAssets, withSetFiles } from '../../shared/hls/hls-asset.ts'
import type { LoopPlan } from '../../shared/loop/loop-plan.ts'
import { laneKey } from '../../shared/loop/standing.ts'
import type { Knowledge } from './knowledge.ts'

/**
 * What is to be had, the files of HLS sets included, the soonest needed first, with the addresses of every playlist that
 * names it: those of the newest revision come first, since a signature in an older one may have expired.
 */
export function wantedAssets(knowledge: Knowledge, plan: LoopPlan, hls: HlsAssets, atMs: number): WantedAsset[] {
  const { former, newest, fallback } = knowledge
  const lists = [...former, ...newest, ...(fallback ? [fallback] : [])]
  const facts = new Map<AssetName, AssetFacts>()
  for (const { playlist } of lists) {
    for (const [asset, one] of Object.entries(playlist.assets) as [AssetName, AssetFacts][]) {
      facts.set(asset, { ...one, urls: [...new Set([...one.urls, ...(facts.get(asset)?.urls ?? [])])] })
    }
  }
  const places = fairOrder(
    lists.flatMap(({ playlist }) => needsOf(playlist, laneKey(playlist), atMs, knowledge.timeZone)),
  )
  const allowed = new Set(plan.wanted)
  const ordered = [...places.filter(({ asset }) => allowed.delete(asset)), ...[...allowed].map((asset) => ({ asset }))]
  const named = ordered.flatMap(({ asset, ...place }, order) => {
    const one = facts.get(asset)
    if (!one) return []
    return [{ asset, order, ...place, bytes: one.bytes, mediaType: one.mediaType, urls: one.urls }]
  })
  return withSetFiles(named, hls)
}
