import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import type { AssetName } from '../../shared/asset-name.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type LocalAsset, servedName } from '../../shared/operator/playlist-payload.ts'
import { rangeOf } from '../adapters/byte-range.ts'

/** Files of an operator's machine, given to players over HTTP. */
export type AssetServer = {
  /** `http://HOST:PORT` */
  readonly origin: string
  urlOf(asset: LocalAsset): string
  /** Serves a document under its hash, too; gives its address. */
  addDocument(hex: string, bytes: Uint8Array): string
  /** Bytes that have gone out so far. */
  sentBytes(): number
  /** Ends the server and what it is sending. */
  stop(): Promise<void>
}

/** Where players find it; port 0 takes a free one. */
export type ServeAddress = { readonly host: string; readonly port: number }

type Served = { readonly asset: LocalAsset; readonly mtimeMs: number }

/**
 * Serves these files, and nothing else, under the names of their hashes: GET and HEAD, byte ranges, ETag and If-Range
 * (RFC 9110). A file that has changed since is no longer given out. Listens on the address itself if it is this machine's,
 * else on all of them (the players may know it under a forwarded address).
 */
export async function serveAssets(assets: readonly LocalAsset[], address: ServeAddress): Promise<AssetServer> {
  const served = new Map<string, Served>()
  const documents = new Map<string, Uint8Array>()
  for (const asset of assets) {
    if (asset.content) documents.set(`/${servedName(asset)}`, asset.content)
    else served.set(`/${servedName(asset)}`, { asset, mtimeMs: (await stat(asset.path)).mtimeMs })
  }
  let sent = 0
  const server = createServer((request, response) => {
    const document = documents.get(request.url ?? '')
    if (document) return answerDocument(document, request, response)
    void answer(served, request, response, (bytes) => {
      sent += bytes
    }).catch(() => response.destroy()) // the reader went away, or the file failed: the connection tells them
  })
  const bound = await listen(server, address)
  const host = address.host.includes(':') ? `[${address.host}]` : address.host
  const origin = `http://${host}:${bound.port}`
  return {
    origin,
    urlOf: (asset) => `${origin}/${servedName(asset)}`,
    addDocument: (hex, bytes) => {
      documents.set(`/${hex}.json`, bytes)
      return `${origin}/${hex}.json`
    },
    sentBytes: () => sent,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** `HOST:PORT`, `HOST`, `:PORT` or `[::1]:PORT`; undefined parts are left to the caller. */
export function parseServeAddress(text: string): { host: string | undefined; port: number } {
  const parts = /^(\[[^\]]+\]|[^:]*)(?::(\d{1,5}))?$/.exec(text)
  const port = Number(parts?.[2] ?? 0)
  if (!parts || port > 65_535) throw new OperatorError(`--serve ${text}: expected HOST:PORT.`, 2)
  return { host: parts[1]?.replace(/^\[|\]$/g, '') || undefined, port }
}

async function listen(server: ReturnType<typeof createServer>, { host, port }: ServeAddress): Promise<AddressInfo> {
  const attempt = async (on: string | undefined): Promise<AddressInfo> => {
    server.listen(port, on)
    await once(server, 'listening')
    const bound = server.address()
    if (typeof bound !== 'object' || !bound) throw new Error('no address')
    return bound
  }
  try {
    return await attempt(host).catch((error: NodeJS.ErrnoException) => {
      const elsewhere = error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN'
      if (elsewhere) return attempt(undefined)
      throw error
    })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'EADDRINUSE' ? 'the port is in use' : code === 'EACCES' ? 'it is not permitted' : message
    throw new OperatorError(
      `The files cannot be served on ${host}:${port}: ${reason}. Name another with --serve HOST:PORT.`,
    )
  }
}

async function answer(
  served: ReadonlyMap<string, Served>,
  request: IncomingMessage,
  response: ServerResponse,
  onSent: (bytes: number) => void,
): Promise<void> {
  response.setHeader('X-Content-Type-Options', 'nosniff')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' })
  const found = served.get(request.url?.split('?')[0] ?? '')
  if (!found) return refuse(response, 404)
  if (await hasChanged(found)) return refuse(response, 410)
  const { name, path, facts } = found.asset
  const etag = etagOf(name)
  const headers = {
    ETag: etag,
    'Content-Type': facts.mediaType,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'public, max-age=31536000, immutable',
  }
  if (request.headers['if-none-match']?.split(/ *, */).includes(etag)) {
    response.writeHead(304, headers).end()
    return
  }
  const ifRange = request.headers['if-range']
  const asked =
    request.method === 'GET' && (ifRange === undefined || ifRange === etag) ? request.headers.range : undefined
  const range = rangeOf(asked, facts.bytes)
  if (range === 'unsatisfiable') return refuse(response, 416, { 'Content-Range': `bytes */${facts.bytes}` })
  const { start, endExclusive, partial } = range
  const place = partial ? { 'Content-Range': `bytes ${start}-${endExclusive - 1}/${facts.bytes}` } : {}
  response.writeHead(partial ? 206 : 200, { ...headers, ...place, 'Content-Length': endExclusive - start })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const source = createReadStream(path, { start, end: endExclusive - 1 })
  source.on('data', (chunk) => onSent(chunk.length))
  await pipeline(source, response)
}

/** A document is small enough to be sent whole whatever part was asked for. */
function answerDocument(bytes: Uint8Array, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, { Allow: 'GET, HEAD' })
    return
  }
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': bytes.byteLength,
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

const etagOf = (name: AssetName): string => `"${name.slice('sha256:'.length)}"`

async function hasChanged({ asset, mtimeMs }: Served): Promise<boolean> {
  const now = await stat(asset.path).catch(() => undefined) // a file that is gone has changed, too
  return now === undefined || now.size !== asset.facts.bytes || now.mtimeMs !== mtimeMs
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'Content-Length': 0, 'Cache-Control': 'no-store' }).end()
}
