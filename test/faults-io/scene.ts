import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { heldAssets } from '../../main/sqlite/assets.ts'
import { documents } from '../../main/sqlite/documents.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { assetNameOf, hexOf } from '../../shared/asset-name.ts'
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
import { eventually } from '../support/player-rig.ts'

type Context = { after(undo: () => Promise<void>): void }
const program = fileURLToPath(new URL('./player.ts', import.meta.url))

/** A broker, an origin and keys; players are started in folders of the caller's, also under strace. */
export async function setScene(context: Context) {
  const undo: (() => unknown)[] = []
  context.after(async () => {
    for (const one of undo.toReversed()) await one()
  })
  const city: City = await makeCity()
  const broker = await startMosquitto()
  undo.push(() => broker.stop())
  const observer = await observe(broker.url)
  undo.push(() => observer.stop())
  const media = new Map<string, Buffer>()
  const origin = createServer((request, response) => {
    const bytes = media.get(request.url ?? '')
    response.writeHead(bytes ? 200 : 404, bytes && { 'content-length': bytes.length }).end(bytes)
  }).listen(0, '127.0.0.1')
  await once(origin, 'listening')
  undo.push(() => origin.close().closeAllConnections())
  const { port } = origin.address() as AddressInfo

  /** An asset of so many bytes that the origin has. */
  function asset(size: number, seed: string): PushedAsset {
    const bytes = Buffer.alloc(size, createHash('sha512').update(seed).digest())
    const name = assetNameOf(createHash('sha256').update(bytes).digest('hex'))
    media.set(`/${hexOf(name)}`, bytes)
    return { asset: name, mediaType: 'image/png', bytes: size, urls: [`http://127.0.0.1:${port}/${hexOf(name)}`] }
  }
  const publish = async (kind: 'trust' | 'playlist' | 'site', topic: string, payload: unknown, key: City['root']) =>
    observer.publish(`plazacast/v1/${topic}`, await signed(kind, payload, key))

  await publish('trust', 'trust', trustOf(city), city.root)
  return {
    observer,
    asset,
    async push(id: string, revision: number, assets: readonly PushedAsset[]) {
      const list = await playlistOf(assets, [city.approver], { id, revision })
      await publish('playlist', `players/wall/playlists/${id}`, list, city.publisher)
    },
    site: (revision: number, more: Record<string, unknown> = {}) =>
      publish(
        'site',
        'players/wall/site',
        { kind: 'site', id: 'wall', revision, issuedAt, target: 'players/wall', ...more },
        city.operator,
      ),
    folder(): string {
      const dataDir = mkdtempSync(join(tmpdir(), 'plazacast-faults-'))
      undo.push(() => rmSync(dataDir, { recursive: true, force: true }))
      return dataDir
    },
    /** Starts a player; `strace`: its expressions, and the files they are about. */
    start(dataDir: string, strace: readonly string[] = []): PlayerProcess {
      const args = [program, dataDir, broker.url, JSON.stringify(rootKeysOf(city))]
      const command = strace.length === 0 ? process.execPath : 'strace'
      const log = join(tmpdir(), `plazacast-strace-${process.pid}-${Math.round(performance.now())}.log`)
      const flags = strace.length === 0 ? [] : ['-f', '-qq', '-o', log, ...strace, process.execPath]
      const child = spawn(command, [...flags, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
      const player = watch(child)
      undo.push(async () => {
        await player.kill()
        rmSync(log, { force: true })
      })
      return player
    },
  }
}

export type PlayerProcess = ReturnType<typeof watch>

function watch(child: ChildProcess) {
  const lines: string[] = []
  const errors: string[] = []
  child.stdout?.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text))
  const exited = once(child, 'exit')
  const isRunning = () => child.exitCode === null && child.signalCode === null
  return {
    lines,
    errors,
    isRunning,
    /** Waits for a line that was not there yet. */
    async next(what: RegExp, deadlineMs = 30_000) {
      const before = lines.length
      await eventually(
        `${what}, last: ${lines.slice(-3).join(' | ')}; ${errors.join('').slice(-600)}`,
        () => lines.slice(before).some((line) => what.test(line)) || !isRunning(),
        deadlineMs,
      )
      if (!isRunning()) throw new Error(`the player ended: ${errors.join('').slice(-2000)}`)
    },
    async kill() {
      if (isRunning() && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await exited
    },
  }
}

/** What a player's folder holds when it is not running: every asset hashed anew. */
export function inspect(dataDir: string): { revisions: Map<string, number>; wrongAssets: string[]; held: number } {
  const { db, close } = openDatabase(join(dataDir, 'player.db'))
  try {
    const held = heldAssets(db).map(({ asset }) => hexOf(asset))
    const wrongAssets = held.filter((hex) => {
      const bytes = readFileSync(join(dataDir, 'assets', hex.slice(0, 2), hex))
      return createHash('sha256').update(bytes).digest('hex') !== hex
    })
    return {
      revisions: new Map(documents(db).map(({ id, revision }) => [id, revision])),
      wrongAssets,
      held: held.length,
    }
  } finally {
    close()
  }
}
