import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Item, Playlist } from '../../shared/documents/playlist.ts'
import type { Site } from '../../shared/documents/site.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { bandArea } from '../oracle/band.ts'
import { type Grab, startGrab } from '../oracle/grab.ts'
import { type Display, startDisplay } from './display.ts'
import {
  type City,
  issuedAt,
  makeCity,
  type PushedAsset,
  playlistOf,
  rootKeysOf,
  signed,
  trustOf,
} from './documents.ts'
import { type Mosquitto, startMosquitto } from './mosquitto.ts'
import { type Observer, observe } from './observer.ts'
import { type Origin, startOrigin } from './origin.ts'

const root = join(import.meta.dirname, '../..')

/** A running player program, as a kiosk PC runs it. */
export type Kiosk = {
  readonly pid: number
  /** All it wrote so far. */
  readonly output: () => string
  /** Waits until it has written this. */
  says(pattern: RegExp): Promise<void>
  /** As Ctrl+C does. */
  stop(): Promise<void>
  /** The player's own process is killed; what it started ends by itself. */
  crash(): Promise<void>
  /** As a power cut does: the player and every process it started, at once. */
  powerOff(): Promise<void>
}

/** Everything around one wall: broker, web server, display, keys. Real parts, each of which can be taken away. */
export type Stage = {
  readonly city: City
  readonly broker: Mosquitto
  readonly origin: Origin
  readonly display: Display
  readonly observer: Observer
  readonly dataDir: string
  readonly grab: Grab
  /** Adds to the player's own configuration. */
  configure(more: Readonly<Record<string, unknown>>): Promise<void>
  startKiosk(host?: 'chromium' | 'electron'): Promise<Kiosk>
  /** Publishes trust and site, as a city does once. */
  found(site?: Partial<Site>): Promise<void>
  /** Signs and publishes a playlist of these assets. */
  push(
    assets: readonly PushedAsset[],
    more?: Partial<Omit<Playlist, 'items'>> & { items?: Partial<Item>[] },
  ): Promise<void>
  /** Signs and publishes an emergency that cuts in. */
  alert(assets: readonly PushedAsset[], more?: Partial<Omit<Playlist, 'items'>>): Promise<void>
  /** Waits until this item's band is on the grabbed display. */
  sees(item: number, deadlineMs?: number): Promise<void>
}

export const playerTarget = 'players/wall'
const prefix = 'plazacast/v1'

/** Sets a stage for one test and clears it away after it. */
export async function setStage(
  context: { after(undo: () => Promise<void>): void },
  size = { width: 640, height: 360 },
  hz = 30,
): Promise<Stage> {
  const undo: (() => Promise<void>)[] = []
  context.after(async () => {
    for (const one of undo.toReversed()) await one()
  })
  const dataDir = await mkdtemp(join(tmpdir(), 'plazacast-wall-'))
  undo.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  undo.push(() => rm(`${dataDir}-seal`, { recursive: true, force: true }))
  const city = await makeCity()
  const broker = await startMosquitto()
  undo.push(() => broker.stop())
  const origin = await startOrigin()
  undo.push(() => origin.stop())
  const display = await startDisplay(size)
  undo.push(() => display.stop())
  const observer = await observe(broker.url)
  undo.push(() => observer.stop())
  const grab = await startGrab({ display: display.display, ...bandArea(size), hz })
  undo.push(() => grab.stop())
  await writeFile(
    join(dataDir, 'kiosk.json'),
    JSON.stringify({ playerId: 'wall', broker: { url: broker.url }, rootKeys: rootKeysOf(city), dataDir }),
  )
  const publish = async (kind: 'trust' | 'site' | 'playlist', payload: Record<string, unknown>, key: City['root']) =>
    observer.publish(
      topicOfDocument(prefix, kind, String(payload.target), String(payload.id)),
      await signed(kind, payload, key),
    )
  return {
    city,
    broker,
    origin,
    display,
    observer,
    dataDir,
    grab,
    async configure(more) {
      const file = join(dataDir, 'kiosk.json')
      await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), ...more }))
    },
    async startKiosk(host = 'chromium') {
      const kiosk = await startKiosk(join(dataDir, 'kiosk.json'), host, display.display)
      undo.push(() => kiosk.powerOff())
      return kiosk
    },
    async found(site = {}) {
      await publish('trust', trustOf(city), city.root)
      const groups = ['square']
      await publish(
        'site',
        { kind: 'site', id: 'wall', revision: 1, issuedAt, target: playerTarget, groups, ...site },
        city.operator,
      )
    },
    async push(assets, more) {
      await publish('playlist', await playlistOf(assets, [city.approver], more), city.publisher)
    },
    async alert(assets, more) {
      const urgent = { id: 'alert', priority: 'emergency', entry: 'now', ...more } as const
      await publish('playlist', await playlistOf(assets, [city.approver], urgent), city.emergency)
    },
    async sees(item, deadlineMs = 20_000) {
      await grab.waitFor((seen) => seen.kind === 'frame' && seen.item === item, deadlineMs)
    },
  }
}

/** Runs the player program on a display, in a process group of its own; nobody starts it again unless the environment says so. */
export async function startKiosk(
  config: string,
  host: 'chromium' | 'electron',
  display: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Kiosk> {
  if (!existsSync(join(root, 'build/out/kiosk/kiosk.mjs'))) throw new Error('the wall is not built: npm run build')
  const args = [join(root, 'build/plazacast.mjs'), 'player', '--config', config, '--host', host]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, PLAZACAST_SUPERVISE: '0', ...environment, DISPLAY: display },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
      for (const look of waiting) look()
    })
  }
  await once(child, 'spawn')
  return {
    pid: child.pid ?? 0,
    output: () => output,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`did not say ${pattern}, but: ${output}`)), 20_000)
        const look = () => {
          if (!pattern.test(output)) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    stop: () => end(child, () => child.kill('SIGTERM')),
    crash: () => end(child, () => child.kill('SIGKILL')),
    powerOff: () => end(child, () => killGroup(child)),
  }
}

async function end(child: ChildProcess, by: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  by()
  await ended
}

/** A negative process id names the whole group: the browser's processes go with the player's. */
function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
}
