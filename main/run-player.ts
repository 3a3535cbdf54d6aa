import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AssetName, assetNameOf } from '../shared/asset-name.ts'
import type { HlsAssets } from '../shared/hls/hls-asset.ts'
import { toldFaults } from '../shared/technician/report.ts'
import { rememberingCrypto } from '../shared/trust/remembered.ts'
import { createAssetFiles, type DamagedPiece } from './adapters/asset-files.ts'
import { watchAssetFiles } from './adapters/asset-watch.ts'
import { consoleLog } from './adapters/console-log.ts'
import { createHttpSource } from './adapters/http-source.ts'
import { createLiveRelay } from './adapters/live-relay.ts'
import { createLogFile } from './adapters/log-file.ts'
import { startLoopback } from './adapters/loopback-server.ts'
import { startMirror } from './adapters/mirror-server.ts'
import { connectBroker } from './adapters/mqtt-broker.ts'
import { nodeCrypto } from './adapters/node-crypto.ts'
import { playerKey, playerSigner } from './adapters/player-key.ts'
import { openSupervisedLine } from './adapters/supervised.ts'
import { systemClock } from './adapters/system-clock.ts'
import { rebootMachine } from './adapters/system-power.ts'
import { isSystemClockSynchronized, thisMachine } from './adapters/system-time.ts'
import { usbFolders, withSticks } from './adapters/usb-folder.ts'
import type { BrokerListener, Publication } from './app/broker.ts'
import { startCache } from './app/cache.ts'
import { type Configuration, type ReadConfiguration, secretsOf } from './app/configuration.ts'
import type { HealthParts } from './app/health.ts'
import { redactedLog } from './app/log.ts'
import { startPlayer } from './app/player.ts'
import type { Reporter } from './app/reporter.ts'
import { servedAssets, servedSetFiles } from './app/served-assets.ts'
import type { WatchAssetFiles } from './app/touched-assets.ts'
import type { SystemTime } from './app/trusted-time.ts'
import { startUsb } from './app/usb.ts'
import type { StartHost } from './hosts/host.ts'
import { openPlayerDatabase } from './player-database.ts'
import { healthParts } from './player-health.ts'
import { withNeighbours } from './player-neighbours.ts'
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
  let onDamaged = (_damage: DamagedPiece): void => {}
  let onStickFailed = (_hex: string, _reason: string): void => {}
  let hls = (): HlsAssets => new Map()
  let onStream = (_asset: AssetName, _failure: string | undefined): void => {}
  let streamAddress = (_asset: AssetName): string | undefined => undefined
  const files = createAssetFiles({
    dataDir: configuration.dataDir,
    db,
    clock: systemClock,
    onDamaged: (damage) => onDamaged(damage),
  })
  const served = servedAssets(db, files)
  const loopback = await startLoopback({
    screenDir: program.screenDir,
    openAsset: (hex) => served(assetNameOf(hex)),
    openSetFile: servedSetFiles(db, files, () => hls()),
    relay: createLiveRelay({
      clock: systemClock,
      addressOf: (hex) => streamAddress(assetNameOf(hex)),
      onChange: (hex, failure) => onStream(assetNameOf(hex), failure),
    }),
    onDamaged: (hex, cause) => log('warning', `sha256:${hex} was cut off: ${String(cause)}`),
  })
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
    playerKey: playerKey(db),
    health: program.health ?? healthParts(configuration.dataDir),
    signAsPlayer: playerSigner(db)?.sign,
    startCache(changed, reporter) {
      const watchFiles: WatchAssetFiles = (touched) => watchAssetFiles(configuration.dataDir, touched)
      const failed = (hex: string, reason: string) => onStickFailed(hex, reason)
      onStream = (asset, failure) =>
        failure === undefined
          ? reporter.event('stream-back', `${asset} can be had again`, { asset })
          : reporter.event('stream-failed', `${asset} cannot be had: ${failure}`, { asset, reason: failure })
      return withNeighbours({
        configuration,
        db,
        crypto,
        openAsset: served,
        reporter: hearing(reporter, failed),
        start(before, heard) {
          const source = withSticks(before(createHttpSource({ clock: systemClock })), failed)
          const parts = { db, files, source, clock: systemClock, random: Math.random, watchFiles }
          const cache = startCache(parts, changed, heard)
          onDamaged = cache.damaged
          hls = cache.hls
          return cache
        },
      })
    },
    machine: {
      restart: program.restart,
      reboot: configuration.allowReboot ? rebootMachine : undefined,
      lastLog: logFile.last,
    },
    startUsb:
      configuration.usb.length === 0
        ? undefined
        : (player, reporter) => {
            const usb = startUsb({ sticks: usbFolders, clock: systemClock, reporter, player })
            onStickFailed = (hex, reason) => usb.failed(assetNameOf(hex), reason)
            return usb
          },
    supervision: supervised && { ...supervised, restart: () => program.restart?.() },
    startHost: (listener) =>
      program.startHost(
        {
          address: loopback.address,
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
  streamAddress = player.streamAddress
  const mirror =
    program.mirrorPort === undefined ? undefined : await startMirror(program.mirrorPort, player.host.screenshot)
  if (mirror) log('info', `look at the wall: ${mirror.url}`)
  return {
    async stop() {
      mirror?.stop()
      supervised?.stop()
      await technician?.stop()
      await player.stop()
      await loopback.stop()
      database.close()
      await logFile.stop()
    },
  }
}

async function systemTimeOf({ systemClock }: Configuration): Promise<SystemTime> {
  const isSynchronized = systemClock === 'trusted' ? async () => true : () => isSystemClockSynchronized()
  return { synchronizedAtStart: await isSynchronized(), isSynchronized, machine: thisMachine }
}

/** The reporter of the downloads: a file on a stick that is not what its name says is told to who reads sticks. */
const hearing = (reporter: Reporter, failed: (hex: string, reason: string) => void): Reporter => ({
  ...reporter,
  event(code, message, about = {}) {
    const [, hex] = /^stick:.*\/([0-9a-f]{64})$/.exec(String(about.url)) ?? []
    if (code === 'asset-hash-mismatch' && hex !== undefined) failed(hex, String(about.reason))
    reporter.event(code, message, about)
  },
})

function brokerFrom(configuration: Configuration, problems: string[]) {
  const { broker } = configuration
  if (!broker) return undefined
  const pem = (name: 'ca' | 'cert' | 'key'): string | undefined => {
    const file = broker[name]
    try {
      return file === undefined ? undefined : readFileSync(file, 'utf8')
    } catch (error) {
      problems.push(`broker.${name}: ${(error as Error).message}`)
      return undefined
    }
  }
  const options = {
    ...broker,
    ca: pem('ca'),
    cert: pem('cert'),
    key: pem('key'),
    clientId: `plazacast-${configuration.playerId}`,
  }
  return (will: Publication, listener: BrokerListener) =>
    connectBroker({ ...options, will }, listener, systemClock, Math.random)
}
