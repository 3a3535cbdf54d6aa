import type { Told } from '../../shared/clock/trusted-time.ts'
import type { Readings } from '../../shared/health/health.ts'
import type { ReadDb } from '../sqlite/open.ts'
import { outboxTotals } from '../sqlite/outbox.ts'
import { playsChain } from '../sqlite/plays-chain.ts'
import type { DatabaseSizes, RecoveryState } from './health-parts.ts'
import type { Cache } from './player-parts.ts'

/** What health asks of the cache. */
export type HealthCache = Pick<Cache, 'held' | 'late' | 'progress' | 'shortOf'>

/** The clock as it is told, beside the system's. */
export function clockReading(told: Told, systemMs: number): Readings['clock'] {
  const { trust, source, ageSeconds, wallMs } = told
  return {
    trust,
    source,
    ageSeconds: ageSeconds === null ? null : Math.round(ageSeconds),
    systemAheadMs: trust === 'unknown' ? null : Math.round(systemMs - wallMs),
  }
}

/** What is here of what the wall needs. */
export function cacheReading(heldBytes: number, cache: HealthCache): Readings['cache'] {
  const missing = cache.progress?.() ?? []
  return {
    heldAssets: cache.held().size,
    heldBytes,
    missingAssets: missing.length,
    missingBytes: missing.reduce((sum, { bytes, bytesDone }) => sum + Math.max(0, bytes - bytesDone), 0),
    downloading: missing.filter(({ state }) => state !== 'waiting').length,
    failing: cache.late().size,
    shortOf: cache.shortOf?.() ?? null,
  }
}

export function databaseReading(
  db: ReadDb,
  sizes: DatabaseSizes | undefined,
  damage: string | undefined,
): Readings['database'] {
  const { sealedThrough, acknowledgedThrough } = playsChain(db)
  return {
    sizeBytes: sizes?.sizeBytes ?? 0,
    walBytes: sizes?.walBytes ?? 0,
    outboxMessages: outboxTotals(db).messages,
    unacknowledgedPlays: Math.max(0, sealedThrough - acknowledgedThrough),
    damage: damage ?? null,
  }
}

export const recoveryReading = (state: RecoveryState | undefined): Readings['recovery'] =>
  state ? { rung: state.rung, since: state.since, reason: state.lastFault ?? '' } : null
