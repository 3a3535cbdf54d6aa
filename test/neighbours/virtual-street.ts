import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import {
  type NeighbourClient,
  NeighbourFailed,
  type NeighbourSays,
  type NeighbourShelf,
} from '../../main/app/neighbour-ports.ts'
import { createNeighbours } from '../../main/app/neighbours.ts'
import type { Clock } from '../../main/app/ports.ts'
import type { WriteDb } from '../../main/sqlite/open.ts'
import { assetNameOf } from '../../shared/asset-name.ts'
import { nameOf } from '../cache/rig.ts'
import { fleet } from './street.ts'

/** What goes wrong on a virtual street. Times in its own ms, since all began to want the asset. */
export type Weather = {
  /** How long a timer of a player may be late, as in a process that has too much to do. */
  readonly lagMs?: number
  /** Who began at the origin first is gone from the network at this time. */
  readonly firstGoneMs?: number
  /** What comes from the origin to whoever began first stands still from this time on. */
  readonly firstStandsStillMs?: number
  /** The second half of the street hears of the asset so much later. */
  readonly lateByMs?: number
}

/** `origin`: how often the origin was asked; `tookMs`: until everybody who is still there had it. */
export type Outcome = { readonly origin: number; readonly tookMs: number }

const chunkBytes = 4096
const chunksInAsset = 40
/** The line to the origin: 40 s for the asset. */
const originChunkMs = 1000
const nearChunkMs = 50
const givesAtOnce = 4

/** Players with real neighbours' code on a network and a clock that exist only here: minutes take a second. */
export async function virtualStreet(
  db: WriteDb,
  players: number,
  random: () => number,
  weather: Weather,
): Promise<Outcome> {
  const bytes = Buffer.alloc(chunkBytes * chunksInAsset, String(random()))
  const asset = nameOf(bytes)
  const time = virtualTime()
  const shelves = new Map<number, NeighbourShelf>()
  const giving = new Map<number, number>()
  const gone = new Set<number>()
  const has = new Set<number>()
  let origin = 0
  let first: number | undefined

  const lag = () => (weather.lagMs ?? 0) * random() ** 4
  const clock: Clock = { ...time.clock, after: (ms, run) => time.clock.after(ms + lag(), run) }
  const sleep = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
  const begin = weather.lateByMs ?? 0

  async function* slowly(chunkMs: number, mayGive: () => boolean): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      await sleep(chunkMs)
      while (!mayGive()) await sleep(chunkMs)
      yield bytes.subarray(at, at + chunkBytes)
    }
  }
  async function says(port: number): Promise<NeighbourSays> {
    await sleep(5)
    if (gone.has(port)) throw new NeighbourFailed('it cannot be reached')
    await sleep(20)
    const shelf = shelves.get(port)
    if (await shelf?.openAsset(asset)) return { kind: (giving.get(port) ?? 0) < givesAtOnce ? 'has' : 'busy' }
    return shelf?.coming(asset) ?? { kind: 'none' }
  }
  const client: NeighbourClient = {
    asks: ({ port }, _hex, { answerMs }) =>
      Promise.race([says(port), sleep(answerMs).then(() => ({ kind: 'silent' }) as const)]),
    async fetches({ port }): ReturnType<NeighbourClient['fetches']> {
      const said = await says(port)
      if (said.kind === 'has') return { kind: 'gives', chunks: gift(port) }
      return said
    },
  }
  async function* gift(port: number): AsyncGenerator<Uint8Array> {
    giving.set(port, (giving.get(port) ?? 0) + 1)
    try {
      for await (const chunk of slowly(nearChunkMs, () => true)) {
        if (gone.has(port)) throw new NeighbourFailed('it broke off')
        yield chunk
      }
    } finally {
      giving.set(port, (giving.get(port) ?? 1) - 1)
    }
  }

  const ears = new Map<number, Parameters<Parameters<typeof createNeighbours>[0]['discovery']>[1]>()
  const everybody = Array.from({ length: players }, (_, index) => index + 1)
  const street = everybody.map((port) => {
    const neighbours = createNeighbours({
      self: `player-${port}`,
      fleet,
      db,
      clock,
      random,
      client,
      startServer: async (shelf) => {
        shelves.set(port, shelf)
        return { port, stop: async () => {} }
      },
      discovery(_own, heard) {
        ears.set(port, heard)
        for (const other of everybody)
          heard({ id: `player-${other}`, address: '127.0.0.1', port: other, lifeSeconds: 300 })
        return () => void ears.delete(port)
      },
      hasher: () => {
        const hash = createHash('sha256')
        return { update: (part) => void hash.update(part), hex: () => hash.digest('hex') }
      },
      openAsset: async () =>
        has.has(port)
          ? { sizeBytes: bytes.length, mediaType: 'image/png', read: () => slowly(0, () => true) }
          : undefined,
      mayGive: () => true,
      report: () => {},
    })
    neighbours.follow({ allowed: true, wanted: [] })
    const source = neighbours.before(async () => {
      origin += 1
      first ??= port
      const standsStill = () =>
        port === first && time.clock.monotonicMs() > startMs + (weather.firstStandsStillMs ?? 1e12)
      return { fromByte: 0, validator: null, chunks: slowly(originChunkMs, () => !standsStill()) }
    })
    return { port, neighbours, source }
  })

  const startMs = 5000
  const request = { url: 'http://origin.example/', asset, sizeBytes: bytes.length, fromByte: 0, validator: null }
  async function get({ port, neighbours, source }: (typeof street)[number]): Promise<void> {
    await sleep(startMs + (port > players / 2 ? begin : 0))
    neighbours.follow({ allowed: true, wanted: [{ asset }] })
    for (;;) {
      try {
        const answer = await source(request, new AbortController().signal)
        const hash = createHash('sha256')
        for await (const chunk of answer.chunks) hash.update(chunk)
        if (assetNameOf(hash.digest('hex')) !== asset) throw new Error('these are not the bytes')
        has.add(port)
        return
      } catch {
        await sleep(1000) // a broken gift: the downloads try again
      }
    }
  }
  if (weather.firstGoneMs !== undefined) {
    time.clock.after(startMs + weather.firstGoneMs, () => void gone.add(first ?? 0))
  }
  for (const one of street) void get(one)
  const rest = () => everybody.filter((port) => !has.has(port) && !gone.has(port) && !isStuck(port))
  const isStuck = (port: number) => weather.firstStandsStillMs !== undefined && port === first
  await time.runUntil(() => rest().length === 0, 3_600_000)
  await Promise.all(street.map(({ neighbours }) => neighbours.stop()))
  return { origin, tookMs: time.clock.monotonicMs() - startMs }
}

/** A clock that jumps to its next timer when everybody waits. */
function virtualTime() {
  let nowMs = 0
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>()
  const clock: Clock = {
    now: () => 1_790_000_000_000 + nowMs,
    monotonicMs: () => nowMs,
    after(ms, run) {
      const timer = { atMs: nowMs + Math.max(0, ms), run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  return {
    clock,
    async runUntil(holds: () => boolean, mostMs: number): Promise<void> {
      for (;;) {
        await turn()
        if (holds()) return
        if (nowMs > mostMs) throw new Error(`not within ${mostMs} ms`)
        const atMs = Math.min(...[...timers].map((timer) => timer.atMs))
        nowMs = Math.max(nowMs, atMs)
        for (const timer of [...timers]) {
          if (timer.atMs > nowMs || !timers.delete(timer)) continue
          timer.run()
        }
      }
    },
  }
}
