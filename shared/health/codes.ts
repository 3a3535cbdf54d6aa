import type { Gravity } from './health.ts'

/** Every code a player gives as a reason, with what it does to the verdict; codes are stable. */
export const reasonCodes = {
  'picture-frozen': 'failing',
  'picture-black': 'failing',
  'content-black': 'degraded',
  'film-still': 'degraded',
  'wall-unpowered': 'failing',
  'slate-shown': 'degraded',
  'wall-dark': 'info',
  'frames-dropped': 'degraded',
  'item-quarantined': 'degraded',
  'recovery-climbing': 'degraded',
  'disk-full': 'failing',
  'disk-low': 'degraded',
  'storage-failing': 'failing',
  'database-damaged': 'degraded',
  'downloads-failing': 'degraded',
  'cpu-hot': 'degraded',
  'temperature-high': 'degraded',
  'cpu-busy': 'degraded',
  'memory-high': 'degraded',
  'clock-wrong': 'degraded',
  'clock-unknown': 'degraded',
  'clock-stale': 'degraded',
  'broker-lost': 'degraded',
  'broker-deaf': 'degraded',
  'other-player-with-my-id': 'failing',
} as const satisfies Record<string, Gravity>
export type ReasonCode = keyof typeof reasonCodes
