import { createCipheriv, createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as waited } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Fault, Transfer } from './transfer.ts'

/** A server that serves each transfer with the faults it names; time runs `speed` times as fast as it says. */
export type FaultServer = {
  urlsOf(transfer: Transfer): string[]
  /** How often each kind of fault was really met, and what should never happen. */
  readonly met: Map<string, number>
  readonly wrongs: { askedTooEarly: number; rememberedTarget: number }
  /** The player was started anew: what it was told to wait for is not held against it. */
  forgetWaits(): void
  stop(): Promise<void>
}

/** The bytes of a seed: a key stream, which is fast and different for each. */
export function bytesOf(seed: number, sizeBytes: number): Buffer {
  const key = createHash('sha256').update(String(seed)).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(sizeBytes))
}

type Place = {
  readonly transfer: Transfer
  readonly mirror: number
  readonly etagIsWeak: boolean
  readonly queue: Fault[]
  etagIsMissing: boolean
  /** Requests that were cut since the fault that comes next needs a half download. */
  deferred: number
  notBeforeMs: number
  token: number
  readonly askedTokens: Set<number>
  usesLeft: number
}

export async function startFaultServer(speed: number): Promise<FaultServer> {
  const places = new Map<string, Place>()
  const met = new Map<string, number>()
  const wrongs = { askedTooEarly: 0, rememberedTarget: 0 }
  const server = createServer((request, response) => {
    response.on('error', () => {}) // the other side went away, as it may
    void answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind, key = '', token] = (request.url ?? '').split('/')
    const place = places.get(key)
    if (!place) return void response.writeHead(404).end()
    if (kind === 'signed') return signed(request, response, place, Number(token))
    place.token += 1 // what was handed out before is worth nothing any more
    place.usesLeft = 0
    if (performance.now() < place.notBeforeMs) wrongs.askedTooEarly += 1
    const fault = place.queue[0]
    if (fault && (!needsRange(fault, request) || place.deferred++ > 3)) place.queue.shift()
    if (fault) met.set(fault.kind, (met.get(fault.kind) ?? 0) + 1)
    if (place.transfer.mirrors[place.mirror]?.lies) met.set('lie', (met.get('lie') ?? 0) + 1)
    await misbehave(request, response, place, fault)
  }

  async function signed(request: IncomingMessage, response: ServerResponse, place: Place, token: number) {
    // Each target is handed out once: a client that asks there twice has remembered it. (A late one may cross with a new try.)
    if (place.askedTokens.has(token)) wrongs.rememberedTarget += 1
    place.askedTokens.add(token)
    if (token !== place.token || place.usesLeft <= 0) return void response.writeHead(403).end()
    place.usesLeft -= 1
    await serve(request, response, place, { cutShare: place.transfer.seed % 2 === 0 ? 0.5 : 1 })
  }

  async function misbehave(
    request: IncomingMessage,
    response: ServerResponse,
    place: Place,
    fault: Fault | undefined,
  ): Promise<void> {
    if (!fault) return serve(request, response, place, {})
    switch (fault.kind) {
      case 'cut':
      case 'reset':
      case 'stall':
      case 'loris':
        return serve(request, response, place, { cutShare: fault.share, end: fault.kind })
      case 'slow':
        return serve(request, response, place, { slow: true })
      case 'missing-etag':
        place.etagIsMissing = true
        return serve(request, response, place, { cutShare: fault.share })
      case 'weak-etag':
        return serve(request, response, place, { cutShare: fault.share })
      case 'changed-etag':
        if (!request.headers.range) return serve(request, response, place, { cutShare: fault.share, old: true })
        return serve(request, response, place, {})
      case 'wrong-content-range':
        if (!request.headers.range) return serve(request, response, place, { cutShare: fault.share })
        return serve(request, response, place, { contentRange: fault.value })
      case 'whole-for-part':
        if (!request.headers.range) return serve(request, response, place, { cutShare: fault.share })
        return serve(request, response, place, { ignoresRange: true })
      case 'flipped':
        return serve(request, response, place, { flipShare: fault.share })
      case 'endless':
        return serve(request, response, place, { endless: true })
      case 'wrong-length':
        response.writeHead(200, { 'content-length': Math.max(0, place.transfer.sizeBytes + fault.by) }).flushHeaders()
        return void setTimeout(() => response.destroy(), 5)
      case 'gzip':
        return void response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(place.transfer.seed % 2 === 0 ? contentOf(place) : contentOf(place).subarray(0, 1000)))
      case 'redirect-loop':
        place.queue.unshift(...Array.from({ length: request.headers['x-loop'] ? 0 : loopHops }, () => loopOn))
        return void response.writeHead(302, { location: request.url ?? '' }).end()
      case 'garbage':
        return void request.socket.end('this is no HTTP\r\n\r\n')
      case 'expiring-redirect':
        place.usesLeft = fault.uses
        return void response
          .writeHead(307, { location: `/signed/${keyOf(place.transfer, place.mirror)}/${place.token}` })
          .end()
      case 'status':
        return fault.status === loopOn.status
          ? void response.writeHead(302, { location: request.url ?? '' }).end()
          : void response.writeHead(fault.status).end()
      case 'retry-after': {
        const dateMs = Math.floor(Date.now() / 1000) * 1000
        const until = new Date(dateMs + fault.seconds * 1000).toUTCString()
        place.notBeforeMs = performance.now() + (fault.seconds * 1000) / speed - 1
        response.sendDate = false
        return void response
          .writeHead(503, {
            date: new Date(dateMs).toUTCString(),
            'retry-after': fault.asDate ? until : String(fault.seconds),
          })
          .end()
      }
    }
  }

  return {
    met,
    wrongs,
    urlsOf(transfer) {
      return transfer.mirrors.map(({ faults }, mirror) => {
        const key = keyOf(transfer, mirror)
        const etagIsWeak = faults.some(({ kind }) => kind === 'weak-etag')
        const state = {
          etagIsWeak,
          deferred: 0,
          etagIsMissing: false,
          notBeforeMs: 0,
          token: 0,
          askedTokens: new Set<number>(),
          usesLeft: 0,
        }
        places.set(key, { transfer, mirror, queue: [...faults], ...state })
        return `http://127.0.0.1:${port}/asset/${key}`
      })
    },
    forgetWaits() {
      for (const place of places.values()) place.notBeforeMs = 0
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const keyOf = (transfer: Transfer, mirror: number): string => `${transfer.seed}-${mirror}`

/** A loop lasts for longer than a client follows. */
const loopHops = 5
const loopOn = { kind: 'status', status: 302 } as const

/** Faults that need a half download wait for one: until then the connection is cut. */
const needsRange = (fault: Fault, request: IncomingMessage): boolean =>
  ['changed-etag', 'wrong-content-range', 'whole-for-part'].includes(fault.kind) && !request.headers.range

function contentOf({ transfer, mirror }: Place, old = false): Buffer {
  const lies = transfer.mirrors[mirror]?.lies
  return bytesOf(old || lies ? -1 - transfer.seed : transfer.seed, transfer.sizeBytes)
}

type Way = {
  readonly cutShare?: number
  readonly end?: 'cut' | 'reset' | 'stall' | 'loris'
  readonly slow?: boolean
  /** Another version, under another tag. */
  readonly old?: boolean
  readonly contentRange?: string
  readonly ignoresRange?: boolean
  readonly flipShare?: number
  readonly endless?: boolean
}

async function serve(request: IncomingMessage, response: ServerResponse, place: Place, way: Way): Promise<void> {
  const content = contentOf(place, way.old)
  const etag = `${place.etagIsWeak ? 'W/' : ''}"${way.old ? 'old' : 'new'}"`
  const from = way.ignoresRange ? undefined : partFrom(request, etag)
  const body = content.subarray(from ?? 0)
  if (way.flipShare !== undefined && body.length > 0) {
    const at = Math.floor(way.flipShare * (body.length - 1))
    body[at] = (body[at] ?? 0) ^ 1
  }
  if (!place.etagIsMissing) response.setHeader('etag', etag)
  if (from !== undefined)
    response.setHeader('content-range', way.contentRange ?? `bytes ${from}-${content.length - 1}/${content.length}`)
  if (!way.endless) response.setHeader('content-length', body.length)
  response.writeHead(from === undefined ? 200 : 206)
  response.flushHeaders()
  const until = Math.floor(body.length * (way.cutShare ?? 1))
  const step = way.slow ? Math.max(2048, Math.ceil(body.length / 20)) : 65_536
  for (let at = 0; at < until && !response.destroyed; at += step) {
    await send(response, body.subarray(at, Math.min(at + step, until)))
    if (way.slow) await waited(5)
  }
  if (way.endless) return flood(response)
  if (way.cutShare === undefined || until === body.length) return void response.end()
  await endBadly(response, body.subarray(until), way.end ?? 'cut')
}

async function endBadly(response: ServerResponse, rest: Uint8Array, how: 'cut' | 'reset' | 'stall' | 'loris') {
  if (how === 'cut') return void response.socket?.destroySoon()
  if (how === 'reset') return void response.socket?.resetAndDestroy()
  for (let at = 0; how === 'loris' && at < rest.length && !response.destroyed; at++) {
    await send(response, rest.subarray(at, at + 1))
    await waited(20)
  }
}

async function flood(response: ServerResponse): Promise<void> {
  const junk = Buffer.alloc(65_536, 7)
  while (!response.destroyed) await send(response, junk)
}

/** Waits until more can be sent, or the other side is gone. */
async function send(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (response.destroyed || response.write(bytes) || response.destroyed) return
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

function partFrom(request: IncomingMessage, etag: string): number | undefined {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  const ifRange = request.headers['if-range']
  return !range || (ifRange !== undefined && ifRange !== etag) ? undefined : Number(range[1])
}
