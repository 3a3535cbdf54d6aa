import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { z } from 'zod'
import { isFromOwnPage, isOwnHost } from '../../shared/technician/own-host.ts'
import { technicianAction } from '../../shared/technician/report.ts'
import type { TechnicianDesk } from '../app/technician-ports.ts'
import { readScreenFiles, type ScreenFile } from './screen-files.ts'
import { clientOf, limitConnections, rateOf } from './technician-connections.ts'

export type TechnicianServerOptions = {
  /** An address of this machine, or 0.0.0.0 for all of them. */
  readonly address: string
  readonly port: number
  /** When the port is taken: take any other. */
  readonly mayMove: boolean
  /** PEM; undefined: plain HTTP. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined
  /** Names of this machine, lower case. */
  readonly names: readonly string[]
  /** The page's files. */
  readonly pageDir: string
}

export type TechnicianServer = { readonly port: number; stop(): Promise<void> }

const mostRequestsASecondEach = 40
const mostBodyBytes = 1024
const longestAnswerMs = 30_000

/**
 * Serves the technician's page to the local network: files from memory, a report, a picture, metrics, and two things that change
 * something, by POST only: a PIN, and an action of who has given it. Whoever asks must call this machine by its own address or
 * name, and what changes something must come from the page itself.
 */
export async function startTechnicianServer(
  options: TechnicianServerOptions,
  desk: TechnicianDesk,
): Promise<TechnicianServer> {
  const files = await readScreenFiles(options.pageDir)
  const secure = options.tls !== undefined
  const requests = rateOf(mostRequestsASecondEach)
  let port = options.port

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value)
    const client = clientOf(request.socket)
    const { localAddress = '' } = request.socket
    if (!isOwnHost(request.headers.host, { localAddress, port, names: options.names, secure }))
      return refuse(response, 403)
    if (!requests.isFew(client)) return refuse(response, 429, { 'Retry-After': '1' })
    const [path = '/'] = (request.url ?? '/').split('?')
    if (request.method === 'POST') return change(request, response, path, client)
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, { Allow: 'GET, HEAD, POST' })
    if (isForOtherSite(request, path)) return refuse(response, 403)
    return look(request, response, path, client)
  }

  async function look(request: IncomingMessage, response: ServerResponse, path: string, client: string) {
    if (path === '/report') {
      const report = desk.report(desk.isSignedIn(client, tokenOf(request)))
      return send(request, response, 200, 'application/json', JSON.stringify(report))
    }
    if (path === '/picture') {
      const picture = await desk.picture()
      return picture ? send(request, response, 200, picture.mediaType, picture.bytes) : refuse(response, 503)
    }
    if (path === '/metrics') {
      const text = desk.metrics()
      return text === undefined
        ? refuse(response, 404)
        : send(request, response, 200, 'text/plain; version=0.0.4; charset=utf-8', text)
    }
    const file = files.get(path === '/' ? 'index.html' : path.slice(1))
    return file ? sendFile(request, response, file) : refuse(response, 404)
  }

  async function change(request: IncomingMessage, response: ServerResponse, path: string, client: string) {
    if (!isFromOwnPage(request.headers, secure)) return refuse(response, 403)
    const body = await readJson(request)
    if (body === undefined) return refuse(response, 413, { Connection: 'close' })
    const token = tokenOf(request)
    if (path === '/session') return signIn(request, response, client, body)
    if (path === '/session/end') {
      desk.signOut(token)
      response.setHeader('Set-Cookie', `${cookieName()}=; Max-Age=0; ${cookieRules()}`)
      return reply(request, response, 200, { ok: true })
    }
    if (path !== '/actions') return refuse(response, 404)
    if (!desk.isSignedIn(client, token))
      return reply(request, response, 401, { ok: false, code: 'not-signed-in', message: 'the PIN comes first' })
    const asked = z.strictObject({ action: technicianAction }).safeParse(body)
    if (!asked.success)
      return reply(request, response, 400, { ok: false, code: 'bad-arguments', message: 'no such action' })
    desk.used(token)
    return reply(request, response, 200, await desk.act(asked.data.action, client))
  }

  function signIn(request: IncomingMessage, response: ServerResponse, client: string, body: unknown) {
    const given = z.strictObject({ pin: z.string().max(64) }).safeParse(body)
    if (!given.success) return reply(request, response, 400, { ok: false, code: 'bad-arguments', message: 'no PIN' })
    const { token, ...said } = desk.signIn(client, given.data.pin)
    if (token !== undefined) response.setHeader('Set-Cookie', `${cookieName()}=${token}; ${cookieRules()}`)
    if (said.ok) return reply(request, response, 200, said)
    if (said.waitSeconds !== undefined) response.setHeader('Retry-After', String(said.waitSeconds))
    return reply(request, response, said.code === 'locked' ? 429 : 403, said)
  }

  /** With the port, since cookies are shared by all ports of a machine. */
  const cookieName = () => `${secure ? '__Host-' : ''}plazacast-${port}`
  const cookieRules = () => `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
  function tokenOf({ headers }: IncomingMessage): string | undefined {
    const pairs = (headers.cookie ?? '').split('; ').map((pair) => pair.split('='))
    return pairs.find(([name]) => name === cookieName())?.[1]
  }

  const server = makeServer(options.tls, (request, response) => {
    const cut = setTimeout(() => response.destroy(), longestAnswerMs)
    response.on('close', () => clearTimeout(cut))
    void answer(request, response).catch(() => response.destroy()) // a reader that goes away while it still sends
  })
  const undoLimits = limitConnections(server)
  const listen = async (wished: number) => {
    server.listen(wished, options.address)
    await once(server, 'listening') // rejects with the server's error
  }
  await listen(options.port).catch((error: unknown) => {
    if (!options.mayMove) throw error
    return listen(0)
  })
  const bound = server.address()
  port = typeof bound === 'object' && bound ? bound.port : options.port
  return {
    port,
    async stop() {
      undoLimits()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const limits = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 8000,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 1000,
} as const

function makeServer(tls: TechnicianServerOptions['tls'], listener: RequestListener): Server {
  if (!tls) return createServer(limits, listener)
  return createSecureServer({ ...limits, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 5000 }, listener)
}

/** Other sites' pages may lead here (a link to the page), but may not use what is here. */
function isForOtherSite({ headers }: IncomingMessage, path: string): boolean {
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return false
  return !(path === '/' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document')
}

/** Undefined: too large, or not JSON. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > mostBodyBytes) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined // answered as what cannot be read
  }
}

const commonHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
  'Cache-Control': 'no-store',
}

async function sendFile(request: IncomingMessage, response: ServerResponse, file: ScreenFile): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file.read(0, file.sizeBytes)) chunks.push(chunk)
  send(request, response, 200, file.mediaType, Buffer.concat(chunks))
}

const reply = (request: IncomingMessage, response: ServerResponse, status: number, value: object): void =>
  send(request, response, status, 'application/json', JSON.stringify(value))

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  mediaType: string,
  body: string | Uint8Array,
): void {
  response.writeHead(status, { 'Content-Type': mediaType, 'Content-Length': Buffer.byteLength(body) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'Content-Length': 0 }).end()
}
