import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectOperatorBroker } from '../../main/adapters/operator-broker.ts'
import { startTimeServer, steadySystemClock } from '../../main/operator/time-server.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { bandArea } from '../oracle/band.ts'
import { type Sample, startGrab } from '../oracle/grab.ts'
import { makeClip } from '../support/clips.ts'
import { startDisplay } from '../support/display.ts'
import {
  type City,
  issuedAt,
  makeCity,
  type PushedAsset,
  playlistOf,
  rootKeysOf,
  signed,
  trustOf,
} from '../support/documents.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { observe } from '../support/observer.ts'
import { startOrigin } from '../support/origin.ts'
import { type Kiosk, startKiosk } from '../support/stage.ts'
import type { LoopItem } from './step-figures.ts'

const prefix = 'plazacast/v1'
const group = 'groups/square'

/** One wall of the street: what its display shows, and its player. */
export type Wall = {
  readonly samples: readonly Sample[]
  readonly kiosk: () => Kiosk
  /** Cuts the power and starts the player again; the time of the cut, by `performance.now()`. */
  restart(): Promise<number>
}

/** Several real players, each on a display of its own, with one broker, one time server and one playlist for all. */
export type Street = {
  readonly walls: readonly Wall[]
  readonly loop: readonly LoopItem[]
  /** Whether the walls belong to one sync group. */
  keepInStep(inStep: boolean): Promise<void>
  /** The fleet's clock falls silent. */
  stopTime(): Promise<void>
}

export type StreetOptions = {
  readonly walls: number
  readonly filmSeconds: readonly number[]
  readonly photoSeconds?: number
  readonly inStep: boolean
  readonly hz?: number
  /** Of the walls in turn. */
  readonly sizes?: readonly { width: number; height: number }[]
  readonly fadeMs?: number
}

type Context = { after(undo: () => Promise<void>): void }

export async function setStreet(context: Context, options: StreetOptions): Promise<Street> {
  const undo: (() => Promise<unknown>)[] = []
  context.after(async () => {
    for (const one of undo.toReversed()) await one()
  })
  const city = await makeCity()
  const broker = await startMosquitto()
  undo.push(() => broker.stop())
  const origin = await startOrigin()
  undo.push(() => origin.stop())
  const observer = await observe(broker.url)
  undo.push(() => observer.stop())
  const clockBroker = await connectOperatorBroker({ url: broker.url })
  undo.push(() => clockBroker.close())
  const [clock, stopFollowing] = steadySystemClock()
  undo.push(async () => stopFollowing())
  const time = await startTimeServer(clockBroker, prefix, city.operator, clock)
  const publish = async (kind: 'trust' | 'site' | 'playlist', payload: Record<string, unknown>, key: City['root']) =>
    observer.publish(
      topicOfDocument(prefix, kind, String(payload.target), String(payload.id)),
      await signed(kind, payload, key),
    )
  await publish('trust', trustOf(city), city.root)
  let revision = 0
  const keepInStep = async (inStep: boolean) => {
    revision += 1
    for (let number = 1; number <= options.walls; number++) {
      const id = `wall-${number}`
      const sync = inStep ? { sync: { group: 'square' } } : {}
      const site = { kind: 'site', id, revision, issuedAt, target: `players/${id}`, groups: ['square'], ...sync }
      await publish('site', site, city.operator)
    }
  }
  await keepInStep(options.inStep)
  const { assets, loop, seconds } = await loopOf(options, origin.add)
  const items = assets.map(({ asset }, index) => ({
    id: `item-${index + 1}`,
    asset,
    ...(seconds[index] !== undefined && { seconds: seconds[index] }),
    ...(options.fadeMs !== undefined && { transition: { kind: 'fade' as const, ms: options.fadeMs } }),
  }))
  await publish('playlist', await playlistOf(assets, [city.approver], { target: group, items }), city.publisher)

  async function startWall(number: number): Promise<Wall> {
    const size = options.sizes?.[(number - 1) % options.sizes.length] ?? { width: 320, height: 180 }
    const dataDir = await mkdtemp(join(tmpdir(), 'plazacast-street-'))
    for (const folder of [dataDir, `${dataDir}-seal`])
      undo.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    const display = await startDisplay(size)
    undo.push(() => display.stop())
    const grab = await startGrab({ display: display.display, ...bandArea(size), hz: options.hz ?? 60 })
    undo.push(() => grab.stop())
    const samples: Sample[] = []
    grab.on((sample) => samples.push(sample))
    const config = join(dataDir, 'kiosk.json')
    const configuration = {
      playerId: `wall-${number}`,
      broker: { url: broker.url },
      rootKeys: rootKeysOf(city),
      dataDir,
    }
    await writeFile(config, JSON.stringify(configuration))
    const start = () => startKiosk(config, 'chromium', display.display)
    let kiosk = await start()
    undo.push(() => kiosk.powerOff())
    return {
      samples,
      kiosk: () => kiosk,
      async restart() {
        await kiosk.powerOff()
        const atMs = performance.now()
        kiosk = await start()
        return atMs
      },
    }
  }
  const walls: Wall[] = []
  for (let number = 1; number <= options.walls; number++) walls.push(await startWall(number))
  return { walls, loop, keepInStep, stopTime: async () => time.stop() }
}

async function loopOf(
  { filmSeconds, photoSeconds }: StreetOptions,
  add: (file: string, mediaType: string) => Promise<PushedAsset>,
): Promise<{ assets: PushedAsset[]; loop: LoopItem[]; seconds: (number | undefined)[] }> {
  const assets: PushedAsset[] = []
  const loop: LoopItem[] = []
  for (const [index, seconds] of filmSeconds.entries()) {
    const item = index + 1
    const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds, width: 320, height: 180, audio: 'none' })
    assets.push({ ...(await add(clip.file, clip.mediaType)), seconds })
    loop.push({ item, frames: clip.frames, film: true })
  }
  if (photoSeconds !== undefined) {
    const item = filmSeconds.length + 1
    const photo = await makeClip({ kind: 'photo', item, format: 'png', width: 320, height: 180 })
    assets.push(await add(photo.file, photo.mediaType))
    loop.push({ item, frames: Math.round(photoSeconds * 30), film: false })
  }
  return { assets, loop, seconds: [...filmSeconds.map(() => undefined), photoSeconds] }
}
