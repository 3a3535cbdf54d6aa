import { join } from 'node:path'
import { z } from 'zod'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { connectBroker } from '../../main/adapters/mqtt-broker.ts'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { createSealFile } from '../../main/adapters/seal-file.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { thisMachine } from '../../main/adapters/system-time.ts'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import { startPlayer } from '../../main/app/player.ts'
import { openSeal } from '../../main/app/seal.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { publicJwk } from '../../shared/documents/jws.ts'
import { cacheOfEverything, playedWindow } from './played-parts.ts'

/**
 * A real player as a process of its own, so that its clock can be faked: everything but the browser, which is replaced by
 * lines on stdout, and the cache, which has everything.
 */
export const timedPlayerOptions = z.object({
  dataDir: z.string(),
  brokerUrl: z.string(),
  rootKeys: z.array(publicJwk),
  timeZone: z.string(),
  /** What the system says of its clock. */
  synchronized: z.boolean(),
  /** Whether the machine has a clock on a battery. */
  keepsTime: z.boolean(),
  boot: z.string(),
})
export type TimedPlayerOptions = z.infer<typeof timedPlayerOptions>

if (import.meta.main) await run(timedPlayerOptions.parse(JSON.parse(process.argv[2] ?? '')))

async function run(options: TimedPlayerOptions): Promise<void> {
  const { dataDir, rootKeys, brokerUrl, synchronized, keepsTime, boot } = options
  const { db } = openDatabase(join(dataDir, 'player.db'))
  await startPlayer({
    configuration: { ...defaultConfiguration('wall', dataDir), playerId: 'wall', rootKeys, broker: { url: brokerUrl } },
    problems: [],
    identity: { playerId: 'wall', rootKeys, crypto: nodeCrypto },
    db,
    seal: openSeal(db, createSealFile(`${dataDir}-seal`), rootKeys, nodeCrypto),
    documentSource: createHttpSource({ clock: systemClock }),
    clock: systemClock,
    systemTime: {
      synchronizedAtStart: synchronized,
      isSynchronized: async () => synchronized,
      machine: () => ({ ...thisMachine(), keepsTime, boot }),
    },
    log: () => {},
    version: '0.0.0',
    systemTimeZone: options.timeZone,
    playerKey: undefined,
    startCache: cacheOfEverything,
    startHost: playedWindow((message) => void process.stdout.write(`${JSON.stringify(message)}\n`)),
    startUsb: undefined,
    connectBroker: (will, listener) =>
      connectBroker({ url: brokerUrl, clientId: 'plazacast-wall', will }, listener, systemClock, Math.random),
  })
}
