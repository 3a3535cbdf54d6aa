import type { ReasonCode } from '../../shared/health/codes.ts'
import type { Health, Readings } from '../../shared/health/health.ts'
import { type Judgement, judge, nothingFound, reasonsOf, verdictOf } from '../../shared/health/judge.ts'
import { wellReadings } from './readings.ts'

export const atMs = Date.parse('2026-11-22T02:00:00Z')
const { picture, broker, cache } = wellReadings()

/** Looks every two seconds for so long at the same readings. */
export function lookFor(
  seconds: number,
  readings: Readings,
  before: Judgement = nothingFound,
  fromSeconds = 0,
): Judgement {
  let judgement = before
  for (let second = fromSeconds; second <= fromSeconds + seconds; second += 2)
    judgement = judge(judgement, readings, { monotonicMs: second * 1000, atMs: atMs + second * 1000 })
  return judgement
}

/** What leads to each reason. */
export const wrongs: Readonly<Record<ReasonCode, Partial<Readings>>> = {
  'picture-frozen': { picture: { ...picture, beatAgeMs: 4_500 } },
  'picture-black': { picture: { ...picture, blackMs: 4_000, blackByItself: false } },
  'content-black': { picture: { ...picture, blackMs: 61_000, blackByItself: true } },
  'film-still': { picture: { ...picture, frameAgeMs: 8_500 } },
  'wall-unpowered': { wallPower: 'off' },
  'slate-shown': { picture: { ...picture, kind: 'slate', on: 'nothing is live', frameAgeMs: null } },
  'wall-dark': { picture: { ...picture, kind: 'dark', on: 'outside its opening hours', blackMs: 90_000 } },
  'frames-dropped': { picture: { ...picture, droppedPercent: 7 } },
  'item-quarantined': { quarantinedItems: ['item-3'] },
  'recovery-climbing': { recovery: { rung: 'browser', since: new Date(atMs).toISOString(), reason: 'no frames' } },
  'disk-full': { disk: { totalBytes: 64e9, freeBytes: 1e6, totalInodes: 1e6, freeInodes: 9e5 } },
  'disk-low': { disk: { totalBytes: 64e9, freeBytes: 2e8, totalInodes: 1e6, freeInodes: 9e5 } },
  'storage-failing': { storageFailure: 'disk I/O error' },
  'database-damaged': {
    database: { sizeBytes: 1, walBytes: 0, outboxMessages: 0, unacknowledgedPlays: null, damage: 'a page' },
  },
  'downloads-failing': { cache: { ...cache, missingAssets: 2, failing: 2 } },
  'cpu-hot': { temperatures: [{ sensor: 'coretemp Package id 0', temperatureCelsius: 93, criticalCelsius: 100 }] },
  'temperature-high': { temperatures: [{ sensor: 'nvme Composite', temperatureCelsius: 79, criticalCelsius: 85 }] },
  'cpu-busy': { cpu: { cores: 2, systemPercent: 99, playerPercent: 120 } },
  'memory-high': { memory: { totalBytes: 8e9, availableBytes: 1e8, playerBytes: 6e9, processes: [] } },
  'clock-wrong': { clock: { trust: 'trusted', source: 'fleet', ageSeconds: 1, systemAheadMs: -86_400_000 } },
  'clock-unknown': { clock: { trust: 'unknown', source: 'none', ageSeconds: null, systemAheadMs: null } },
  'clock-stale': { clock: { trust: 'holdover', source: 'saved', ageSeconds: 90_000, systemAheadMs: 0 } },
  'broker-lost': broker ? { broker: { ...broker, connected: false, heardAgeMs: null } } : {},
  'broker-deaf': broker ? { broker: { ...broker, heardAgeMs: 6_500 } } : {},
  'other-player-with-my-id': broker ? { broker: { ...broker, displacedAgeMs: 900 } } : {},
}

/** A word of health as a player says it that has read this for two minutes, until `endMs`. */
export function healthAfter(readings: Readings, endMs: number): Health {
  let judgement: Judgement = nothingFound
  for (let beforeMs = 120_000; beforeMs >= 0; beforeMs -= 2_000)
    judgement = judge(judgement, readings, { monotonicMs: 120_000 - beforeMs, atMs: endMs - beforeMs })
  const reasons = reasonsOf(judgement)
  return { at: new Date(endMs).toISOString(), verdict: verdictOf(reasons), reasons, readings }
}
