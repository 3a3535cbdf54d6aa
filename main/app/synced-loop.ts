import type { AssetName } from '../../shared/asset-name.ts'
import { syncLoopOf } from '../../shared/clock/sync-loop.ts'
import type { SyncLoop } from '../../shared/clock/synced-slots.ts'
import type { HlsAsset, HlsAssets } from '../../shared/hls/hls-asset.ts'
import type { planLoop } from '../../shared/loop/loop-plan.ts'
import type { Knowledge } from './knowledge.ts'

/**
 * The loop of a wall that keeps in step with others: as it would be if everything were on disk, so that walls agree on its times
 * whatever each of them still waits for. Undefined for a wall that keeps in step with nobody.
 */
export function syncedLoop(
  plan: typeof planLoop,
  knowledge: Knowledge,
  now: Parameters<typeof planLoop>[2],
): SyncLoop | undefined {
  if (!knowledge.site?.sync) return undefined
  const hls = streamsAsIfRead(knowledge, now.hls)
  const files = [...hls.values()].flatMap((one) => (one.kind === 'on-demand' ? one.files : []))
  const everything = new Set([...assetFacts(knowledge).keys(), ...files.map(({ asset }) => asset)])
  const { lanes } = plan(knowledge.newest, [], { ...now, held: everything, late: new Set<AssetName>(), hls })
  const facts = assetFacts(knowledge)
  return syncLoopOf(lanes, (film) => facts.get(film)?.seconds)
}

/** What playlists say of their assets: how long a film is, and whether it is an HLS film. */
const assetFacts = ({ newest }: Knowledge) =>
  new Map(
    newest.flatMap(({ playlist }) =>
      playlist.items.flatMap(({ asset }): [AssetName, { mediaType: string; seconds?: number | undefined }][] => {
        const facts = playlist.assets[asset]
        return facts ? [[asset, facts]] : []
      }),
    ),
  )

/** HLS assets whose manifest nobody here has read yet are taken for what the playlist says that they are. */
function streamsAsIfRead(knowledge: Knowledge, known: HlsAssets = new Map()): HlsAssets {
  return new Map(
    [...assetFacts(knowledge)]
      .filter(([, { mediaType }]) => mediaType === 'application/vnd.apple.mpegurl')
      .map(([asset, { seconds }]): [AssetName, HlsAsset] => {
        const files = known.get(asset)
        if (seconds === undefined) return [asset, { kind: 'live', url: '' }]
        return [
          asset,
          { kind: 'on-demand', seconds, files: files?.kind === 'on-demand' ? files.files : [], checked: true },
        ]
      }),
  )
}
