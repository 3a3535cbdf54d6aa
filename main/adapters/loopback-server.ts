import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readScreenFiles } from './screen-files.ts'
import { refuse, type ServedBytes, serveBytes } from './served-bytes.ts'

/** What the loopback server serves from. */
export type LoopbackOptions = {
  /** The renderer's bundle; read once at the start and held in memory. */
  readonly screenDir: string
  /** The asset with this SHA-256 (64 hex digits), or undefined when it may not be had. Opens no file by itself. */
  openAsset(hex: string): Promise<ServedBytes | undefined>
  /** A file of the HLS set with this manifest, by its path in the set; undefined when it may not be had. */
  openSetFile?(hex: string, path: string): Promise<ServedBytes | undefined>
  /** Answers for the live stream with this manifest; `name` is what stands behind `live/<hex>/`. */
  relay?(hex: string, name: string, request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Reading failed half-way, so the answer was cut off: a piece that does not match its hash, or a disk that fails. */
  onDamaged(hex: string, cause: unknown): void
}

/** A running loopback server. */
export type Loopback = {
  /** Where the page is: `http://127.0.0.1:PORT/<32 hex digits>/`. */
  readonly address: string
  /** Ends the server and every answer that is under way. */
  stop(): Promise<void>
}

/**
 * Serves the page and its media to the browser on this machine, under either host.
 *
 * Reachable from this machine only, and answers only who knows the prefix, a new random one each start: no other
 * program's page can read a wall's files, and none can be made to through a name that resolves to 127.0.0.1, since the
 * Host header must be the address itself.
 */
export async function startLoopback(options: LoopbackOptions): Promise<Loopback> {
  const files = await readScreenFiles(options.screenDir)
  const prefix = `/${randomBytes(16).toString('hex')}/`
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    void answer(request, response).catch((cause: unknown) => response.destroy(asError(cause)))
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value)
    if (request.headers.host !== authority()) return refuse(response, 403)
    if (isFromElsewhere(request)) return refuse(response, 403)
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, { Allow: 'GET, HEAD' })
    if (!request.url?.startsWith(prefix)) return refuse(response, 404)
    const path = request.url.slice(prefix.length)
    const [, folder, hex, name] = /^(assets|live)\/([0-9a-f]{64})(?:\/([^?#]*))?$/.exec(path) ?? []
    if (folder === undefined || hex === undefined) {
      const file = files.get(path === '' ? 'index.html' : path)
      return file ? serveBytes(request, response, file, { ...revalidated, ETag: file.etag }) : refuse(response, 404)
    }
    if (folder === 'live') return options.relay?.(hex, name ?? '', request, response) ?? refuse(response, 404)
    const asset = await (name === undefined ? options.openAsset(hex) : options.openSetFile?.(hex, name))
    if (!asset) return refuse(response, 404)
    const watched = { ...asset, read: (from: number, to: number) => watch(hex, asset.read(from, to), to - from) }
    return serveBytes(request, response, watched, { ...immutable, ETag: `"${hex}${name ?? ''}"` })
  }

  async function* watch(hex: string, bytes: AsyncIterable<Uint8Array>, expected: number): AsyncIterable<Uint8Array> {
    let given = 0
    try {
      for await (const chunk of bytes) {
        given += chunk.byteLength
        if (given > expected) break
        yield chunk
      }
      if (given !== expected) throw new Error(`expected ${expected} bytes, got ${given}`)
    } catch (cause) {
      options.onDamaged(hex, cause)
      throw cause
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  const authority = () => `127.0.0.1:${port}`
  return {
    address: `http://${authority()}${prefix}`,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** The page may run its own scripts and show its own pictures and sounds; nothing else, whoever writes into it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  // No popups, dialogs, printing, downloads or forms: refused inside the page, before a window could flash.
  'sandbox allow-scripts allow-same-origin',
].join('; ')

const deniedFeatures = ['camera', 'microphone', 'geolocation', 'midi', 'usb', 'serial', 'hid', 'bluetooth']
const deniedMore = [
  'payment',
  'display-capture',
  'clipboard-read',
  'idle-detection',
  'local-fonts',
  'window-management',
]

const commonHeaders = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Permissions-Policy': [...deniedFeatures, ...deniedMore].map((name) => `${name}=()`).join(', '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
}

/** An asset's name is its hash, so its bytes can never change. */
const immutable = { 'Cache-Control': 'private, max-age=31536000, immutable' }
const revalidated = { 'Cache-Control': 'no-cache' }

/** Browsers say where a request comes from (Fetch Metadata); only the page itself and the window's first load may ask. */
function isFromElsewhere(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause))
}
