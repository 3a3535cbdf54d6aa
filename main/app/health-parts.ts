import type { Readings } from '../../shared/health/health.ts'
import type { Host } from '../hosts/host.ts'
import type { ReadConnectors } from './health-power.ts'

/** What the machine says of itself. */
export type MachineReadings = Pick<Readings, 'cpu' | 'memory' | 'temperatures' | 'disk' | 'network'> & {
  readonly systemSeconds: number
}

/** Looks at the machine without holding up this process; what cannot be read is null. */
export type ReadMachine = () => Promise<MachineReadings>

/**
 * How bright the picture is as it goes out, from 0 (black) to 255: its brightest point, seen from so far that single pixels do
 * not count. Rejects when no picture can be had.
 */
export type Glance = () => Promise<number>

/** Sizes of the database's files. */
export type DatabaseSizes = { readonly sizeBytes: number; readonly walBytes: number }

/** Where the recovery ladder stands; undefined on the ground. */
export type RecoveryState = { readonly rung: string; readonly since: string; readonly lastFault?: string | undefined }

/** What health is made of outside this program. */
export type HealthParts = {
  readonly readMachine: ReadMachine
  readonly readConnectors?: ReadConnectors | undefined
  /** Makes looking at the wall out of taking small pictures of it. */
  readonly glanceAt?: ((screenshot: Host['screenshot']) => Glance) | undefined
  readonly databaseSizes?: (() => Promise<DatabaseSizes>) | undefined
}
