import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createConnectorReader } from './adapters/display-power.ts'
import { glanceAt } from './adapters/picture-brightness.ts'
import { createSystemReadings, type SystemReadingsOptions } from './adapters/system-readings.ts'
import type { HealthParts } from './app/health-parts.ts'

/** Health as this machine can tell it. */
export function healthParts(dataDir: string, more: Partial<SystemReadingsOptions> = {}): HealthParts {
  const sizeOf = async (name: string) => (await stat(join(dataDir, name)).catch(() => undefined))?.size ?? 0
  return {
    readMachine: createSystemReadings({ dataDir, ...more }),
    readConnectors: createConnectorReader(more.sysDir),
    glanceAt,
    databaseSizes: async () => ({ sizeBytes: await sizeOf('player.db'), walBytes: await sizeOf('player.db-wal') }),
  }
}
