import { join } from 'node:path'
import { toldFaults } from '../shared/technician/report.ts'
import { rememberingCrypto } from '../shared/trust/remembered.ts'
import { consoleLog } from './adapters/console-log.ts'
import { createHttpSource } from './adapters/http-source.ts'
import { createLogFile } from './adapters/log-file.ts'
import { startMirror } from './adapters/mirror-server.ts'
import { nodeCrypto } from './adapters/node-crypto.ts'
import { ownSigner } from './adapters/player-key.ts'
import { openSupervisedLine } from './adapters/supervised.ts'
import { systemClock } from './adapters/system-clock.ts'
import { rebootMachine } from './adapters/system-power.ts'
import { isSystemClockSynchronized, thisMachine } from './adapters/system-time.ts'
import { type Configuration, type ReadConfiguration, secretsOf } from './app/configuration.ts'
import type { HealthParts } from './app/health-parts.ts'
import { redactedLog } from './app/log.ts'
import { startPlayer } from './app/player.ts'
import type { SystemTime } from './app/trusted-time.ts'
import type { StartHost } from './hosts/host.ts'
import { brokerFrom } from './player-broker.ts'
import { openPlayerDatabase } from './player-database.ts'
import { healthParts } from './player-health.ts'
import { startPlayerMedia } from './player-media.ts'
import { startPlayerTechnician } from './player-technician.ts'
import { lastFaults } from './sqlite/faults.ts'

/** What differs between the two programs that run a wall. */
export type PlayerProgram = {
  readonly read: ReadConfiguration
  readonly startHost: StartHost
  readonly version: string
  /** How the wall is looked at; by default as this machine allows. */
  readonly health?: HealthParts | undefined
  /** The renderer's bundle. */
  readonly screenDir: string
  /** Shows the wall in a browser on this machine, on this port. */
  readonly mirrorPort: number | undefined
  /** Ends the program so that it is started again; undefined: nothing would start it. */
  readonly restart?: (() => void) | undefined
}

/** A running wall. */
export type RunningPlayer = { stop(): Promise<void> }

/** Puts a player together from its adapters and starts it. Rejects when no window can be had at all. */
export async function runPlayer(program: PlayerProgram): Promise<RunningPlayer> {
  const { configuration } = program.read
  const problems = [...program.read.problems]
  const logFile = createLogFile({
    folder: join(configuration.dataDir, 'logs'),
    files: configuration.logs.files,
    fileBytes: configuration.logs.megabytes * 1_000_000,
    clock: systemClock,
  })
  const log = redactedLog([consoleLog(configuration.playerId), logFile.log], secretsOf(configuration))
  const crypto = rememberingCrypto(nodeCrypto)
  const database = openPlayerDatabase(configuration, crypto, systemClock, problems)
  const { db } = database
  const signer = ownSigner(db, problems)
  const media = await startPlayerMedia({ configuration, db, crypto, log, screenDir: program.screenDir })
  const technician = startPlayerTechnician(configuration, join(program.screenDir, 'technician'), log, () =>
    lastFaults(db, toldFaults),
  )
  const supervised = openSupervisedLine(process.env)
  const player = await startPlayer({
    ...database,
    technician,
    documentSource: createHttpSource({ clock: systemClock }),
    configuration,
    problems,
    identity: { playerId: configuration.playerId, rootKeys: configuration.rootKeys, crypto },
    clock: systemClock,
    systemTime: await systemTimeOf(configuration),
    log,
    version: program.version,
    systemTimeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    playerKey: signer?.key,
    health: program.health ?? healthParts(configuration.dataDir),
    signAsPlayer: signer?.sign,
    startCache: media.startCache,
    startUsb: media.startUsb,
    machine: {
      restart: program.restart,
      reboot: configuration.allowReboot ? rebootMachine : undefined,
      lastLog: logFile.last,
    },
    supervision: supervised && { ...supervised, restart: () => program.restart?.() },
    startHost: (listener) =>
      program.startHost(
        {
          address: media.address,
          profileDir: join(configuration.dataDir, 'browser'),
          headless: configuration.headless,
          size: configuration.size,
          standBy: configuration.standBy,
          canRestart: program.restart !== undefined,
        },
        listener,
      ),
    connectBroker: brokerFrom(configuration, problems),
  })
  media.relayFrom(player.streamAddress)
  const mirror =
    program.mirrorPort === undefined ? undefined : await startMirror(program.mirrorPort, player.host.screenshot)
  if (mirror) log('info', `look at the wall: ${mirror.url}`)
  return {
    async stop() {
      mirror?.stop()
      supervised?.stop()
      await technician?.stop()
      await player.stop()
      await media.stop()
      database.close()
      await logFile.stop()
    },
  }
}

async function systemTimeOf({ systemClock }: Configuration): Promise<SystemTime> {
  const isSynchronized = systemClock === 'trusted' ? async () => true : () => isSystemClockSynchronized()
  return { synchronizedAtStart: await isSynchronized(), isSynchronized, machine: thisMachine }
}
