import { reportedDownloads, withProgress } from '../../shared/cache/progress.ts'
import { withShortage } from '../../shared/cache/space.ts'
import { clockReport } from '../../shared/clock/trusted-time.ts'
import type { PlanWithFallback } from '../../shared/loop/fallback.ts'
import type { State } from '../../shared/reports/state.ts'
import { lastRefusals } from '../sqlite/refusals.ts'
import { downloadReport } from './download-entry.ts'
import type { PlayerCore } from './player-core.ts'
import type { Cache, PlayerParts } from './player-parts.ts'
import type { PlayerWall } from './player-wall.ts'
import { isoOf } from './reporter.ts'

const refusalsTold = 20

/** What the player says of itself at this instant. */
export function reportedState(
  parts: PlayerParts,
  { knowledge, time }: PlayerCore,
  { desk, host }: PlayerWall,
  cache: Cache,
  plan: PlanWithFallback,
): Omit<State, 'at'> {
  const { newest, former, keyring, site, takedownsRevision } = knowledge()
  const downloads = (cache.progress?.() ?? []).map(downloadReport)
  const playlists = [...newest, ...former].map((one) => one.playlist)
  const window = host()
  return {
    now: desk.now(),
    next: desk.next(),
    playlists: withShortage(withProgress(plan.reports, playlists, downloads), cache.shortOf?.()),
    downloads: reportedDownloads(downloads),
    ...(plan.fallbackReport && { fallback: plan.fallbackReport }),
    refused: lastRefusals(parts.db, refusalsTold).map((refusal) => ({ ...refusal, at: isoOf(refusal.at) })),
    ...clockReport(time.told()),
    trust: keyring.revision,
    site: site?.revision ?? 0,
    takedowns: takedownsRevision,
    playerKey: parts.playerKey,
    health: parts.technician?.place(),
    version: parts.version,
    host: window ? `${window.name} ${window.version}` : 'starting',
  }
}
