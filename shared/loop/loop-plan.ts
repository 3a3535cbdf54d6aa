import type { AssetName } from '../asset-name.ts'
import type { Priority } from '../documents/playlist.ts'
import type { PlaylistReport } from '../reports/state.ts'
import type { Lane } from '../screen/programme.ts'
import { nextOutcomeChange } from './next-change.ts'
import { outcomeOf } from './outcome.ts'
import { type Circumstances, laneOf, type Standing, standingOf, type VerifiedPlaylist } from './standing.ts'

/** A lane that cuts in, and the revision that does: an edited message is as urgent as the first. */
export type CutIn = { readonly key: string; readonly revision: number }

/** The loop of an instant, what to report of every playlist, and when to look again. */
export type LoopPlan = {
  readonly lanes: readonly Lane[]
  /** The level that plays; null when none does. */
  readonly level: Priority | null
  /** Why there are no lanes; null if there are. */
  readonly slateReason: string | null
  /** Lanes that a take-over or an emergency with `entry: now` put on: when one comes, it does not wait for the item that is on. */
  readonly cutIn: readonly CutIn[]
  /** The revisions behind the lanes of every level, so that they can stand in until a later one is complete. */
  readonly inForce: readonly VerifiedPlaylist[]
  readonly reports: readonly PlaylistReport[]
  /** Every asset that is or will be shown, on disk or not: what is live first. Nothing here is ever evicted. */
  readonly wanted: readonly AssetName[]
  /** When something here changes by itself, in milliseconds since 1970; null: never. */
  readonly nextChangeMs: number | null
}

/**
 * Builds the loop: of each playlist the newest revision, or the one that was in force while the newest is still arriving;
 * of these the highest live level. `newest` and `former` hold at most one revision of each playlist.
 */
export function planLoop(
  newest: readonly VerifiedPlaylist[],
  former: readonly VerifiedPlaylist[],
  now: Circumstances,
): LoopPlan {
  const standings = new Map([...newest, ...former].map((list) => [list, standingOf(list, now)]))
  const outcome = outcomeOf(newest, former, (list) => standings.get(list) ?? standingOf(list, now))
  const { level, winners, slateReason, inForce, reports, wanted } = outcome
  return {
    lanes: winners.map(laneOf),
    level,
    slateReason,
    cutIn: winners.flatMap((standing) =>
      cutsIn(standing) ? [{ key: standing.key, revision: standing.playlist.revision }] : [],
    ),
    inForce,
    reports,
    wanted,
    nextChangeMs: nextOutcomeChange(newest, former, now, outcome),
  }
}

const cutsIn = ({ playlist }: Standing): boolean =>
  playlist.entry === 'now' && (playlist.priority === 'takeover' || playlist.priority === 'emergency')
