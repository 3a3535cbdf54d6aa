import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { assetNameOf } from '../../shared/asset-name.ts'
import { isNearAddress, isOwnMachine } from '../../shared/neighbours/near-address.ts'
import type { OpenedAsset } from '../app/asset-store.ts'
import type { NeighbourServer, NeighbourShelf } from '../app/neighbour-ports.ts'
import type { Clock } from '../app/ports.ts'
import { rangeOf } from './byte-range.ts'

export type NeighbourServerOptions = {
  readonly clock: Clock
  /** An address of this machine; without it, all of them. */
  readonly listen?: string | undefined
  /** 0: any that is free. */
  readonly port?: number | undefined
  /** Given at once to all, to one address, and bytes a second to all together. */
  readonly atOnce?: number
  readonly atOnceEach?: number
  readonly bytesPerSecond?: number
}

const mostConnections = 128
/** A reader that takes nothing for so long makes room for others. */
const idleMs = 10_000

/**
 * Gives assets to players on the same network: GET and HEAD of `/assets/<64 hex digits>`, and nothing else. Whoever knows the
 * hash may have the bytes; nobody is told which there are. Few at a time and at a bounded rate, and none while the wall needs
 * the machine: those who ask have an origin to go to.
 *
 * 200 and 206: the bytes. 404: not here, and not wanted. 503 with `Plazacast-Asset: fetching; bytes=N`: so much of it is here;
 * `waiting; bytes=N`: it is waited for, and who is waited for has so much; `busy`: it is here, but not now.
 */
export async function startNeighbourServer(
  options: NeighbourServerOptions,
  shelf: NeighbourShelf,
): Promise<NeighbourServer> {
  const { clock, atOnce = 4, atOnceEach = 2, bytesPerSecond = 16 * 1024 * 1024 } = options
  const giving = new Map<string, number>()
  const pace = paced(clock, bytesPerSecond)
  const server = createServer({ maxHeaderSize: 4096, headersTimeout: 2000, requestTimeout: 2000, keepAlive: false })
  server.maxConnections = mostConnections
  server.maxRequestsPerSocket = 1
  server.timeout = idleMs
  server.on('connection', (socket) => {
    if (!isNearAddress(socket.remoteAddress ?? '') || !isNearAddress(socket.localAddress ?? '')) socket.destroy()
  })
  server.on('request', (request, response) => {
    void answer(request, response).catch(() => response.destroy()) // a damaged file: reported where it is read
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Connection', 'close')
    response.setHeader('X-Content-Type-Options', 'nosniff')
    if (request.headers.host !== authorityOf(request.socket) || isFromBrowser(request)) return refuse(response, 403)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' })
    const hex = /^\/assets\/([0-9a-f]{64})$/.exec(request.url ?? '')?.[1]
    if (hex === undefined) return refuse(response, 404)
    const asset = assetNameOf(hex)
    const opened = await shelf.openAsset(asset)
    if (!opened) {
      const coming = shelf.coming(asset)
      return coming ? notNow(response, `${coming.kind}; bytes=${coming.doneBytes}`) : refuse(response, 404)
    }
    const reader = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    if (!hasRoomFor(reader) || !shelf.mayGive()) return notNow(response, 'busy')
    giving.set(reader, (giving.get(reader) ?? 0) + 1)
    try {
      await give(request, response, opened, hex)
    } finally {
      giving.set(reader, (giving.get(reader) ?? 1) - 1)
      if (giving.get(reader) === 0) giving.delete(reader)
    }
  }

  function hasRoomFor(reader: string): boolean {
    const all = [...giving.values()].reduce((sum, one) => sum + one, 0)
    return all < atOnce && (isOwnMachine(reader) || (giving.get(reader) ?? 0) < atOnceEach)
  }

  async function give(request: IncomingMessage, response: ServerResponse, body: OpenedAsset, hex: string) {
    const asked = request.method === 'GET' ? request.headers.range : undefined
    const range = rangeOf(asked, body.sizeBytes)
    if (range === 'unsatisfiable') return refuse(response, 416, { 'Content-Range': `bytes */${body.sizeBytes}` })
    const { start, endExclusive, partial } = range
    response.writeHead(partial ? 206 : 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': endExclusive - start,
      'Accept-Ranges': 'bytes',
      ETag: `"${hex}"`,
      ...(partial && { 'Content-Range': `bytes ${start}-${endExclusive - 1}/${body.sizeBytes}` }),
    })
    if (request.method === 'HEAD' || start === endExclusive) return void response.end()
    const source = Readable.from(gently(body.read(start, endExclusive)), { objectMode: false })
    await pipeline(source, response).catch(() => response.destroy()) // the reader is gone, or the file is not what it was
  }

  /** Between pieces it waits its turn, and ends when the wall needs the machine; who reads goes to somebody else. */
  async function* gently(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      if (!shelf.mayGive()) throw new Error('the wall needs the machine')
      await pace(chunk.byteLength)
      yield chunk
    }
  }

  server.listen(options.port ?? 0, options.listen ?? '0.0.0.0')
  await once(server, 'listening') // rejects with the server's error
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound ? bound.port : 0,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** No name leads here, only the address itself: a page cannot make a browser ask under a name of its own (DNS rebinding). */
const authorityOf = ({ localAddress, localPort }: Socket): string =>
  `${(localAddress ?? '').replace(/^::ffff:/, '')}:${localPort}`

const isFromBrowser = ({ headers }: IncomingMessage): boolean =>
  headers.origin !== undefined || headers.referer !== undefined || headers['sec-fetch-site'] !== undefined

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'Content-Length': 0, 'Cache-Control': 'no-store' }).end()
}

const notNow = (response: ServerResponse, says: string): void =>
  refuse(response, 503, { 'Retry-After': '1', 'Plazacast-Asset': says })

/** Lets bytes pass at a rate: each takes its time on one common line. */
function paced(clock: Clock, bytesPerSecond: number): (bytes: number) => Promise<void> {
  let freeAtMs = 0
  return async (bytes) => {
    const nowMs = clock.monotonicMs()
    const startMs = Math.max(freeAtMs, nowMs)
    freeAtMs = startMs + (1000 * bytes) / bytesPerSecond
    if (startMs > nowMs) await new Promise<void>((resolve) => void clock.after(startMs - nowMs, resolve))
  }
}
