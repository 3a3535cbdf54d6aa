import type { AssetName } from '../asset-name.ts'
import { type Priority, priorities } from '../documents/playlist.ts'
import type { PlaylistReport } from '../reports/state.ts'
import { contributes, idleStatus, laneKey, type Standing, type VerifiedPlaylist } from './standing.ts'

/** What comes of how every playlist stands at one instant. */
export type Outcome = {
  /** The level that plays; null when none does. */
  readonly level: Priority | null
  /** The playlists of that level that take turns. */
  readonly winners: readonly Standing[]
  readonly slateReason: string | null
  readonly inForce: readonly VerifiedPlaylist[]
  readonly reports: readonly PlaylistReport[]
  readonly wanted: readonly AssetName[]
  readonly standingOf: (list: VerifiedPlaylist) => Standing
}

/**
 * Of each playlist the newest revision, or the one that was in force while the newest is still arriving; of these the highest
 * live level. `newest` and `former` hold at most one revision of each playlist.
 */
export function outcomeOf(
  newest: readonly VerifiedPlaylist[],
  former: readonly VerifiedPlaylist[],
  standingOf: (list: VerifiedPlaylist) => Standing,
): Outcome {
  const standings = newest.map((list) => ({ list, standing: standingOf(list) }))
  const formers = new Map(former.map((list) => [laneKey(list.playlist), list]))
  const chosen = standings.map(({ list, standing }) => inForce(list, standing, formers.get(standing.key), standingOf))
  const level = highestLevel(chosen.map((one) => one.standing)) ?? null
  const winners = chosen
    .map(({ standing }) => standing)
    .filter((standing) => contributes(standing) && standing.playlist.priority === level)
  const won = new Set(winners)
  return {
    level,
    winners,
    slateReason: winners.length > 0 ? null : whyNothing(standings.map((one) => one.standing)),
    inForce: chosen.map(({ list }) => list),
    reports: chosen.flatMap(({ standing }, index) =>
      reportsOf(standing, standings[index]?.standing ?? standing, won.has(standing)),
    ),
    wanted: [...new Set(soonestFirst([...chosen, ...standings].map((one) => one.standing)).flatMap(wantedBy))],
    standingOf,
  }
}

/** The newest revision once nothing of it is still arriving, or when no former one can stand in for it. */
function inForce(
  list: VerifiedPlaylist,
  standing: Standing,
  former: VerifiedPlaylist | undefined,
  standingOf: (list: VerifiedPlaylist) => Standing,
) {
  if (!former || former.playlist.revision >= list.playlist.revision) return { list, standing }
  if (standing.complete || list.playlist.withdrawn) return { list, standing }
  const before = standingOf(former)
  return contributes(before) ? { list: former, standing: before } : { list, standing }
}

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
