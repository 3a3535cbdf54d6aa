import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { connectBroker } from '../../main/adapters/mqtt-broker.ts'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { createSealFile } from '../../main/adapters/seal-file.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import { startPlayer } from '../../main/app/player.ts'
import type { PlayerParts } from '../../main/app/player-parts.ts'
import type { Clock } from '../../main/app/ports.ts'
import { openSeal } from '../../main/app/seal.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { type City, issuedAt, makeCity, rootKeysOf, signed } from './documents.ts'
import { type Mosquitto, startMosquitto } from './mosquitto.ts'
import { type Observer, observe } from './observer.ts'
import { cacheOfEverything, itemsIn, playedWindow } from './played-parts.ts'

export { eventually } from './eventually.ts'

type Context = { after(undo: () => Promise<void>): void }

/** A player without a browser: real broker, database, seal and signatures; every asset is on disk, the page is played. */
export type PlayerRig = {
  readonly city: City
  readonly broker: Mosquitto
  readonly observer: Observer
  readonly dataDir: string
  start(more?: Partial<StartOptions>): Promise<RunningRig>
  /** Signs a document of any kind and leaves it on its topic. */
  publish(kind: 'trust' | 'site' | 'playlist' | 'takedowns', payload: unknown, ...keys: City['root'][]): Promise<void>
  site(revision?: number): Promise<void>
}

export type StartOptions = {
  readonly clock: Clock
  readonly rootKeys: readonly PublicJwk[]
  readonly brokerUrl: string
  readonly parts: Partial<PlayerParts>
}

export type RunningRig = {
  /** Items of the newest programme, in order, and those that may finish. */
  items(): string[]
  readonly sentToPage: readonly ToScreen[]
  stop(): Promise<void>
}

export async function setRig(context: Context): Promise<PlayerRig> {
  const undo: (() => Promise<void>)[] = []
  context.after(async () => {
    for (const one of undo.toReversed()) await one()
  })
  const city = await makeCity()
  const broker = await startMosquitto()
  undo.push(() => broker.stop())
  const observer = await observe(broker.url)
  undo.push(() => observer.stop())
  const dataDir = mkdtempSync(join(tmpdir(), 'plazacast-rig-'))
  undo.push(async () => {
    for (const folder of [dataDir, `${dataDir}-seal`]) rmSync(folder, { recursive: true, force: true })
  })

  async function start(more: Partial<StartOptions> = {}): Promise<RunningRig> {
    const { clock = systemClock, rootKeys = rootKeysOf(city), brokerUrl = broker.url, parts = {} } = more
    const configuration = {
      ...defaultConfiguration('wall', dataDir),
      playerId: 'wall',
      rootKeys: [...rootKeys],
      broker: { url: brokerUrl },
    }
    const { db, close } = openDatabase(join(dataDir, 'player.db'))
    const sentToPage: ToScreen[] = []
    const player = await startPlayer({
      configuration,
      problems: [],
      identity: { playerId: 'wall', rootKeys, crypto: nodeCrypto },
      db,
      seal: openSeal(db, createSealFile(`${dataDir}-seal`), rootKeys, nodeCrypto),
      documentSource: createHttpSource({ clock }),
      clock,
      log: () => {},
      version: '0.0.0',
      systemTimeZone: 'Asia/Shanghai',
      playerKey: undefined,
      startCache: cacheOfEverything,
      startHost: playedWindow((message) => void sentToPage.push(message)),
      startUsb: undefined,
      connectBroker: (will, listener) =>
        connectBroker({ url: brokerUrl, clientId: 'plazacast-wall', will }, listener, clock, Math.random),
      ...parts,
    })
    let stopped = false
    const stop = async () => {
      if (stopped) return
      stopped = true
      await player.stop()
      close()
    }
    undo.push(stop)
    return {
      sentToPage,
      items: () => itemsIn(sentToPage),
      stop,
    }
  }

  const publish: PlayerRig['publish'] = async (kind, payload, ...keys) => {
    const { target, id } = payload as { target: string; id: string }
    const topic =
      kind === 'trust' || kind === 'takedowns' ? kind : kind === 'site' ? `${target}/site` : `${target}/playlists/${id}`
    await observer.publish(`plazacast/v1/${topic}`, await signed(kind, payload, ...keys))
  }
  return {
    city,
    broker,
    observer,
    dataDir,
    start,
    publish,
    site: (revision = 1) =>
      publish(
        'site',
        { kind: 'site', id: 'wall', revision, issuedAt, target: 'players/wall', groups: ['square'] },
        city.operator,
      ),
  }
}
