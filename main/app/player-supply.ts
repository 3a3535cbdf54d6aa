import type { AssetName } from '../../shared/asset-name.ts'
import { keptPlaylists } from '../../shared/cache/space.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { fallbackKey } from '../../shared/loop/fallback.ts'
import type { LoopPlan } from '../../shared/loop/loop-plan.ts'
import type { Knowledge } from './knowledge.ts'
import type { Cache } from './player-parts.ts'
import { wantedAssets } from './wanted-assets.ts'

export type SupplyOptions = {
  readonly knowledge: Knowledge
  readonly plan: LoopPlan
  /** Milliseconds since 1970, by the trusted clock. */
  readonly now: () => number
  /** What is on the wall at the moment that it is asked. */
  readonly assetOn: () => AssetName | undefined
  /** Adds the addresses on sticks. */
  readonly offer: (wanted: readonly WantedAsset[]) => readonly WantedAsset[]
}

/** Tells the cache what a plan needs, how much room it may take, and whom it may ask. */
export function supply(cache: Cache, { knowledge, plan, now, assetOn, offer }: SupplyOptions): void {
  const { site, timeZone } = knowledge
  const wanted = wantedAssets(knowledge, plan, cache.hls?.() ?? new Map(), now())
  cache.rules?.({
    quotaBytes: site?.cache?.quotaBytes,
    keptPlaylists: new Set([...keptPlaylists(plan, now(), timeZone), fallbackKey]),
    keptAssets: site?.fallback.map(({ asset }) => asset) ?? [],
    on: assetOn,
  })
  cache.exchange?.({ allowed: site?.cache?.neighbours === true, wanted })
  const bandwidth = site?.cache?.bandwidth ?? []
  cache.want(offer(wanted), { bandwidth, timeZone, playable: plan.lanes.length > 0, now })
}
