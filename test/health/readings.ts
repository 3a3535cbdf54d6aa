import type { Readings } from '../../shared/health/health.ts'

const at = '2026-11-22T02:00:00.000Z'

/** What a wall reads on which nothing is wrong, with what differs from it. */
export const wellReadings = (more: Partial<Readings> = {}): Readings => ({
  cpu: { cores: 4, systemPercent: 31, playerPercent: 80 },
  memory: {
    totalBytes: 8e9,
    availableBytes: 5e9,
    playerBytes: 9e8,
    processes: [{ kind: 'page', processes: 1, memoryBytes: 4e8, cpuPercent: 20 }],
  },
  temperatures: [
    { sensor: 'x86_pkg_temp', temperatureCelsius: 52, criticalCelsius: null },
    { sensor: 'nvme Composite', temperatureCelsius: 41, criticalCelsius: 85 },
  ],
  disk: { totalBytes: 64e9, freeBytes: 40e9, totalInodes: 1e6, freeInodes: 9e5 },
  network: [
    {
      interface: 'enp3s0',
      isUp: true,
      addresses: ['192.168.7.4'],
      megabitsPerSecond: 1000,
      receivedBytes: 812_000_000,
      sentBytes: 96_000_000,
      errors: 0,
    },
  ],
  clock: { trust: 'trusted', source: 'fleet', ageSeconds: 3, systemAheadMs: 12 },
  uptime: { systemSeconds: 9000, playerSeconds: 8000 },
  picture: {
    kind: 'film',
    on: 'friends / item-1',
    presentedFrames: 240_000,
    droppedFrames: 12,
    droppedPercent: 0.1,
    beatAgeMs: 400,
    frameAgeMs: 40,
    blackMs: 0,
    blackByItself: null,
  },
  wallPower: 'on',
  cache: {
    heldAssets: 12,
    heldBytes: 4e8,
    missingAssets: 0,
    missingBytes: 0,
    downloading: 0,
    failing: 0,
    shortOf: null,
  },
  database: { sizeBytes: 4e6, walBytes: 1e6, outboxMessages: 0, unacknowledgedPlays: 0, damage: null },
  storageFailure: null,
  broker: {
    connected: true,
    since: at,
    lastMessageAt: at,
    heardAgeMs: 300,
    echoMissingMs: null,
    reconnects: 0,
    displacedAgeMs: null,
  },
  quarantinedItems: [],
  recovery: null,
  lastFault: null,
  ...more,
})
