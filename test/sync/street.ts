import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectOperatorBroker } from '../../main/adapters/operator-broker.ts'
import { startTimeServer, steadySystemClock } from '../../main/operator/time-server.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { bandArea } from '../oracle/band.ts'
import { startDisplay } from '../support/display.ts'
import { type City, issuedAt, makeCity, playlistOf, rootKeysOf, signed, trustOf } from '../support/documents.ts'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts'
import { type Observer, observe } from '../support/observer.ts'
import { type Kiosk, startKiosk } from '../support/stage.ts'
import { type Glance, openEye } from './eye.ts'
import type { LoopItem } from './step-figures.ts'
import { type StreetItem, type StreetMedia, serveStreetMedia } from './street-media.ts'

const prefix = 'plazacast/v1'
const group = 'groups/square'

/** One wall of the street. */
export type Wall = {
  readonly kiosk: () => Kiosk
  /** Cuts the power; the time of the cut, by `performance.now()`. */
  powerOff(): Promise<number>
  start(): Promise<void>
}

/** Several real players, each on a display of its own, with one broker, one time server and one playlist for all. */
export type Street = {
  readonly walls: readonly Wall[]
  readonly loop: readonly LoopItem[]
  /** All looks at all displays, oldest first. */
  readonly glances: readonly Glance[]
  /** What walls tell their fleet. */
  readonly observer: Observer
  readonly broker: Mosquitto
  /** Whether the walls belong to one sync group. */
  keepInStep(inStep: boolean): Promise<void>
  /** The fleet's clock falls silent. */
  stopTime(): void
}

export type StreetOptions = {
  readonly walls: number
  readonly items: readonly StreetItem[]
  readonly inStep: boolean
  /** Looks at the displays a second. */
  readonly hz?: number
  /** Of the walls in turn. */
  readonly sizes?: readonly { width: number; height: number }[]
  readonly fadeMs?: number
}

type Context = { after(undo: () => Promise<void>): void }

export async function setStreet(context: Context, options: StreetOptions): Promise<Street> {
  const undo: (() => Promise<unknown>)[] = []
  context.after(async () => {
    // What cannot be undone must not leave the rest running.
    const failed: unknown[] = []
    for (const one of undo.toReversed()) await one().catch((error: unknown) => failed.push(error))
    if (failed.length > 0) throw failed[0]
  })
  const owned = <Part>(part: Part, stop: () => unknown): Part => {
    undo.push(async () => stop())
    return part
  }
  const city = await makeCity()
  const broker = await startMosquitto()
  owned(broker, broker.stop)
  const media = await serveStreetMedia(options.items)
  owned(media, media.stop)
  const observer = await observe(broker.url)
  owned(observer, observer.stop)
  const clockBroker = await connectOperatorBroker({ url: broker.url })
  owned(clockBroker, clockBroker.close)
  const [clock, stopFollowing] = steadySystemClock()
  owned(clock, stopFollowing)
  const time = await startTimeServer(clockBroker, prefix, city.operator, clock)
  owned(time, time.stop)
  const keepInStep = await publishDocuments(observer, city, media, options)

  const plots: { wall: Wall; file: string; height: number }[] = []
  for (let number = 1; number <= options.walls; number++) {
    const plot = await buildWall(number, options, broker.url, city, (stop) => owned(stop, stop))
    plots.push(plot)
  }
  const rows = plots.map(({ file, height }) => ({ file, row: rowOf(height) }))
  const eye = await openEye(rows, options.hz ?? 60)
  owned(eye, eye.stop)
  const glances: Glance[] = []
  eye.on((one) => glances.push(one))
  const walls = plots.map(({ wall }) => wall)
  for (const wall of walls) await wall.start()
  return { walls, loop: media.loop, glances, observer, broker, keepInStep, stopTime: time.stop }
}

/** A row of pixels in the middle of the band. */
function rowOf(height: number): number {
  const { y, height: rows } = bandArea({ width: 0, height })
  return y + Math.floor(rows / 2)
}

/** Trust, sites and the playlist; gives what puts the walls in step or lets each run for itself. */
async function publishDocuments(
  observer: Observer,
  city: City,
  media: StreetMedia,
  { walls, inStep, fadeMs }: StreetOptions,
): Promise<Street['keepInStep']> {
  const publish = async (kind: 'trust' | 'site' | 'playlist', payload: Record<string, unknown>, key: City['root']) =>
    observer.publish(
      topicOfDocument(prefix, kind, String(payload.target), String(payload.id)),
      await signed(kind, payload, key),
    )
  await publish('trust', trustOf(city), city.root)
  let revision = 0
  const keepInStep = async (together: boolean) => {
    revision += 1
    for (let number = 1; number <= walls; number++) {
      const id = `wall-${number}`
      const sync = together ? { sync: { group: 'square' } } : {}
      const site = { kind: 'site', id, revision, issuedAt, target: `players/${id}`, groups: ['square'], ...sync }
      await publish('site', site, city.operator)
    }
  }
  await keepInStep(inStep)
  const items = media.items.map(({ asset, photoSeconds }, index) => ({
    id: `item-${index + 1}`,
    asset: asset.asset,
    ...(photoSeconds !== undefined && { seconds: photoSeconds }),
    ...(fadeMs !== undefined && { transition: { kind: 'fade' as const, ms: fadeMs } }),
  }))
  const assets = media.items.map(({ asset }) => asset)
  await publish('playlist', await playlistOf(assets, [city.approver], { target: group, items }), city.publisher)
  return keepInStep
}

async function buildWall(
  number: number,
  { sizes }: StreetOptions,
  brokerUrl: string,
  city: City,
  own: (stop: () => Promise<unknown>) => void,
) {
  const size = sizes?.[(number - 1) % sizes.length] ?? { width: 320, height: 180 }
  const dataDir = await mkdtemp(join(tmpdir(), 'plazacast-street-'))
  const framebufferDir = `${dataDir}-display`
  for (const folder of [dataDir, `${dataDir}-seal`, framebufferDir])
    own(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  const display = await startDisplay({ ...size, framebufferDir })
  own(() => display.stop())
  const config = join(dataDir, 'kiosk.json')
  const rootKeys = rootKeysOf(city)
  await writeFile(config, JSON.stringify({ playerId: `wall-${number}`, broker: { url: brokerUrl }, rootKeys, dataDir }))
  let kiosk: Kiosk | undefined
  own(async () => kiosk?.powerOff())
  const wall: Wall = {
    kiosk() {
      if (!kiosk) throw new Error('the wall has not been started yet')
      return kiosk
    },
    async powerOff() {
      await kiosk?.powerOff()
      return performance.now()
    },
    async start() {
      kiosk = await startKiosk(config, 'chromium', display.display)
    },
  }
  return { wall, file: join(framebufferDir, 'Xvfb_screen0'), height: size.height }
}
