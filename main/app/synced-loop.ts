import type { AssetName } from '../../shared/asset-name.ts'
import { type SyncLoop, syncLoopOf } from '../../shared/clock/sync-loop.ts'
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
  const everything = new Set(knowledge.newest.flatMap(({ playlist }) => playlist.items.map(({ asset }) => asset)))
  const { lanes } = plan(knowledge.newest, [], { ...now, held: everything, late: new Set<AssetName>() })
  const seconds = filmSeconds(knowledge)
  return syncLoopOf(lanes, (film) => seconds.get(film))
}

/** How long each film is, as its playlist says. */
const filmSeconds = ({ newest }: Knowledge): ReadonlyMap<AssetName, number> =>
  new Map(
    newest.flatMap(({ playlist }) =>
      playlist.items.flatMap(({ asset }): [AssetName, number][] => {
        const seconds = playlist.assets[asset]?.seconds
        return seconds === undefined ? [] : [[asset, seconds]]
      }),
    ),
  )
