import type { AssetName } from '../asset-name.ts'
import type { AssetFacts, Playlist } from '../documents/playlist.ts'
import type { Site } from '../documents/site.ts'
import type { FallbackReport } from '../reports/state.ts'
import type { Lane } from '../screen/programme.ts'
import type { LoopPlan } from './loop-plan.ts'
import { approvalEdges } from './next-change.ts'
import type { OpenPlan } from './opening.ts'
import { type Circumstances, laneKey, laneOf, standingOf, type VerifiedPlaylist } from './standing.ts'

/** What plays, and what the wall shows when nothing of that may be shown. */
export type PlanWithFallback = OpenPlan & {
  /** Its items that may be shown now; undefined when there are none, or while the wall is off. */
  readonly fallback: Lane | undefined
  /** Undefined when the site has no fallback. */
  readonly fallbackReport: FallbackReport | undefined
}

/**
 * The site's fallback in the form of a playlist, so that one set of rules decides of its items and of all others. Its target
 * is none that a playlist can have: no playlist ever stands in for it, and it for none. Undefined when the site has none.
 */
export function fallbackPlaylist({ revision, issuedAt, fallback }: Site): Playlist | undefined {
  if (fallback.length === 0) return undefined
  return {
    kind: 'playlist',
    id: 'fallback',
    target: 'site',
    revision,
    issuedAt,
    priority: 'filler',
    weight: 1,
    entry: 'item-end',
    items: fallback.map(({ facts: _, approvals: __, ...one }) => one),
    assets: Object.fromEntries(fallback.map(({ asset, facts }): [AssetName, AssetFacts] => [asset, facts])),
    approvals: fallback.flatMap(({ approvals }) => approvals),
    withdrawn: false,
  }
}

/** Its key among the lanes and among those that assets are fetched for. */
export const fallbackKey = laneKey({ target: 'site', id: 'fallback' })

/**
 * Adds the fallback to a plan: what of it may be shown, what of it is to be fetched, and when that changes. It is below every
 * level, and nothing is shown of it while the plan has the wall dark.
 */
export function withFallback(
  plan: OpenPlan,
  fallback: VerifiedPlaylist | undefined,
  now: Circumstances,
): PlanWithFallback {
  if (!fallback) return { ...plan, fallback: undefined, fallbackReport: undefined }
  const standing = standingOf(fallback, now)
  const edges = approvalEdges(fallback.approvals).filter((ms) => ms > now.atMs)
  return {
    ...plan,
    wanted: [...new Set([...plan.wanted, ...standing.allowed])],
    nextChangeMs: soonest(plan, edges),
    fallback: plan.dark === null && standing.showings.length > 0 ? laneOf(standing) : undefined,
    fallbackReport: {
      items: fallback.playlist.items.length,
      playable: standing.showings.length,
      missingBytes: standing.missingBytes,
      reasons: [...standing.reasons],
    },
  }
}

function soonest({ nextChangeMs }: LoopPlan, edges: readonly number[]): number | null {
  const ms = Math.min(nextChangeMs ?? Number.POSITIVE_INFINITY, ...edges)
  return Number.isFinite(ms) ? ms : null
}
