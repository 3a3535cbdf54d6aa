import type { Health, Readings, Reason } from '../../shared/health/health.ts'
import type { State } from '../../shared/reports/state.ts'
import { wellReadings } from '../health/readings.ts'

export const at = '2026-11-22T12:00:00.000Z'

/** A machine that does well. */
export const readings: Readings = wellReadings({
  cpu: { cores: 4, systemPercent: 31, playerPercent: 64 },
  memory: { totalBytes: 8_200_000_000, availableBytes: 5_100_000_000, playerBytes: 900_000_000, processes: [] },
  temperatures: [
    { sensor: 'acpitz', temperatureCelsius: 41, criticalCelsius: 105 },
    { sensor: 'x86_pkg_temp', temperatureCelsius: 57.6, criticalCelsius: 100 },
  ],
  disk: { totalBytes: 128_000_000_000, freeBytes: 61_400_000_000, totalInodes: 8_000_000, freeInodes: 7_900_000 },
  clock: { trust: 'trusted', source: 'fleet', ageSeconds: 34, systemAheadMs: 12 },
  uptime: { systemSeconds: 1_900_000, playerSeconds: 1_123_200 },
  picture: {
    kind: 'film',
    on: 'chongqing-friends hongya-cave',
    presentedFrames: 33_696_000,
    droppedFrames: 18,
    droppedPercent: 0,
    beatAgeMs: 400,
    frameAgeMs: 20,
    blackMs: 0,
    blackByItself: false,
  },
  cache: {
    heldAssets: 24,
    heldBytes: 2_100_000_000,
    missingAssets: 0,
    missingBytes: 0,
    downloading: 0,
    failing: 0,
    shortOf: null,
  },
  database: { sizeBytes: 9_000_000, walBytes: 400_000, outboxMessages: 0, unacknowledgedPlays: 3, damage: null },
  broker: {
    connected: true,
    since: '2026-11-22T03:14:07.000Z',
    lastMessageAt: at,
    heardAgeMs: 900,
    echoMissingMs: null,
    reconnects: 2,
    displacedAgeMs: null,
  },
})

export const healthOf = (verdict: Health['verdict'], reasons: Reason[] = [], more: Partial<Readings> = {}): Health => ({
  at,
  verdict,
  reasons,
  readings: { ...readings, ...more },
})

export const reasonOf = (code: string, gravity: Reason['gravity'], en: string, zh: string): Reason => ({
  code,
  gravity,
  message: en,
  messages: { en, zh },
  since: '2026-11-22T11:58:30.000Z',
})

export const state: Omit<State, 'at'> = {
  now: {
    playlist: 'chongqing-friends',
    revision: 7,
    item: 'hongya-cave',
    asset: `sha256:${'a'.repeat(64)}`,
    since: '2026-11-22T11:59:51.000Z',
  },
  next: { playlist: 'chongqing-friends', item: 'yangtze-cable-car' },
  playlists: [
    { id: 'chongqing-friends', target: 'groups/jiefangbei', revision: 7, status: 'live', missingBytes: 0, reasons: [] },
  ],
  refused: [],
  downloads: [],
  clock: 'trusted',
  trust: 3,
  site: 12,
  playerKey: { kty: 'OKP', crv: 'Ed25519', x: 'not to be seen' },
  version: '0.1.0',
  host: 'electron 45.4.1',
}
