import type { AssetName } from '../asset-name.ts'
import { type Priority, priorities } from '../documents/playlist.ts'
import type { PlaylistReport } from '../reports/state.ts'
import { nextChangeAfter } from '../schedule/live.ts'
import type { Lane } from '../screen/programme.ts'
import { type Circumstances, idleStatus, laneOf, type Standing, standingOf, type VerifiedPlaylist } from './standing.ts'

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
  const standings = newest.map((list) => ({ list, standing: standingOf(list, now) }))
  const formers = new Map(former.map((list) => [standingOf(list, now).key, list]))
  const chosen = standings.map(({ list, standing }) => inForce(list, standing, formers.get(standing.key), now))
  const level = highestLevel(chosen.map((one) => one.standing))
  const winners = chosen.filter(({ standing }) => contributes(standing) && standing.playlist.priority === level)
  return {
    lanes: winners.map(({ standing }) => laneOf(standing)),
    level: level ?? null,
    slateReason: winners.length > 0 ? null : whyNothing(standings.map((one) => one.standing)),
    cutIn: winners.flatMap(({ standing }) =>
      cutsIn(standing) ? [{ key: standing.key, revision: standing.playlist.revision }] : [],
    ),
    inForce: chosen.map(({ list }) => list),
    reports: chosen.flatMap(({ standing }, index) =>
      reportsOf(
        standing,
        standings[index]?.standing ?? standing,
        winners.some((one) => one.standing === standing),
      ),
    ),
    wanted: [...new Set(soonestFirst([...chosen, ...standings].map((one) => one.standing)).flatMap(wantedBy))],
    nextChangeMs: nextChange([...newest, ...former], now),
  }
}

/** The newest revision once nothing of it is still arriving, or when no former one can stand in for it. */
function inForce(list: VerifiedPlaylist, standing: Standing, former: VerifiedPlaylist | undefined, now: Circumstances) {
  if (!former || former.playlist.revision >= list.playlist.revision) return { list, standing }
  if (standing.complete || list.playlist.withdrawn) return { list, standing }
  const before = standingOf(former, now)
  return contributes(before) ? { list: former, standing: before } : { list, standing }
}

const contributes = (standing: Standing): boolean => standing.liveness === 'live' && standing.showings.length > 0

const cutsIn = ({ playlist }: Standing): boolean =>
  playlist.entry === 'now' && (playlist.priority === 'takeover' || playlist.priority === 'emergency')

function highestLevel(standings: readonly Standing[]): Priority | undefined {
  const live = standings.filter(contributes).map((standing) => standing.playlist.priority)
  return priorities.findLast((level) => live.includes(level))
}

/** One row, or two while a former revision stands in for the newest. */
function reportsOf(chosen: Standing, newest: Standing, live: boolean): PlaylistReport[] {
  const inForceRow = report(chosen, live ? 'live' : idleStatus(chosen))
  return chosen === newest ? [inForceRow] : [inForceRow, report(newest, 'waiting')]
}

const report = ({ playlist, missingBytes, reasons }: Standing, status: PlaylistReport['status']): PlaylistReport => ({
  id: playlist.id,
  target: playlist.target,
  revision: playlist.revision,
  status,
  missingBytes,
  reasons: [...reasons],
})

/** What is scheduled is fetched in advance; what is over or withdrawn is not. */
const wantedBy = ({ playlist, liveness, allowed }: Standing): readonly AssetName[] =>
  playlist.withdrawn || liveness === 'over' ? [] : allowed

/** What is live is needed before what is scheduled. */
const soonestFirst = (standings: readonly Standing[]): Standing[] =>
  standings.toSorted((a, b) => Number(b.liveness === 'live') - Number(a.liveness === 'live'))

function whyNothing(standings: readonly Standing[]): string {
  const alive = standings.filter((standing) => !standing.playlist.withdrawn && standing.liveness !== 'over')
  if (alive.length === 0) return standings.length === 0 ? 'no playlist has come' : 'every playlist is over or withdrawn'
  if (alive.some((standing) => standing.liveness === 'live' && standing.missing.length > 0))
    return 'waiting for downloads'
  if (alive.some((standing) => standing.liveness === 'live')) return 'nothing in the playlists may be shown now'
  return 'nothing is scheduled now'
}

function nextChange(lists: readonly VerifiedPlaylist[], now: Circumstances): number | null {
  const schedules = lists.flatMap(({ playlist }) => [
    playlist,
    ...playlist.items.filter((item) => item.window ?? item.dayparts),
  ])
  const changes = schedules.map((schedule) => nextChangeAfter(schedule, now.atMs, now.timeZone))
  const scopes = lists.flatMap(({ approvals }) =>
    [...approvals.values()].flat().flatMap(({ approval }) => [approval.from, approval.until]),
  )
  const edges = scopes.flatMap((instant) => (instant === undefined ? [] : [Date.parse(instant)]))
  return [...changes, ...edges].reduce<number | null>(
    (soonest, ms) => (ms !== null && ms > now.atMs && (soonest === null || ms < soonest) ? ms : soonest),
    null,
  )
}
