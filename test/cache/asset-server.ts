import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** How one request is answered: well, or with the fault named. */
export type Serving = {
  readonly bytes: Uint8Array
  readonly etag?: string
  /** Answers 200 with the whole, whatever was asked for. */
  readonly ignoresRange?: boolean
  /** Honours Range, but takes no notice of If-Range. */
  readonly ignoresIfRange?: boolean
  /** Says something else about the part than is true. */
  readonly contentRange?: string
  /** Breaks the connection after so many bytes of the body. */
  readonly cutAfter?: number
  /** Sends so many bytes of the body, then nothing, and keeps the connection. */
  readonly standsStillAfter?: number
  /** No Content-Length. */
  readonly chunked?: boolean
}
export type Answer =
  | Serving
  | { readonly status: number; readonly location?: string }
  | ((request: IncomingMessage, response: ServerResponse) => void)

/** What a request asked for, and how much of the body was written for it. */
export type Asked = {
  readonly path: string
  readonly range: string | undefined
  readonly ifRange: string | undefined
  sentBytes: number
  closed: boolean
}

export type AssetServer = {
  readonly asked: Asked[]
  /** The address of a path. The answers are given in turn, the last one for ever. */
  answer(path: string, ...answers: [Answer, ...Answer[]]): string
  stop(): Promise<void>
}

/** A real HTTP server on this machine whose faults are told to it. `port` 0: any that is free. */
export async function startAssetServer(t: TestContext, port = 0): Promise<AssetServer> {
  const asked: Asked[] = []
  const paths = new Map<string, Answer[]>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const { range, 'if-range': ifRange } = request.headers
    const note: Asked = { path, range, ifRange: ifRange as string | undefined, sentBytes: 0, closed: false }
    asked.push(note)
    response.on('close', () => {
      note.closed = true
    })
    const answers = paths.get(path) ?? [{ status: 404 }]
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (typeof answer === 'function') answer(request, response)
    else if (answer && 'status' in answer) {
      response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location }).end()
    } else if (answer) void serve(request, response, answer, note)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => stopServer(server)
  t.after(stop)
  const { port: bound } = server.address() as AddressInfo
  return {
    asked,
    answer(path, ...answers) {
      paths.set(path, answers)
      return `http://127.0.0.1:${bound}${path}`
    },
    stop,
  }
}

async function stopServer(server: Server): Promise<void> {
  if (!server.listening) return
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

async function serve(request: IncomingMessage, response: ServerResponse, how: Serving, note: Asked): Promise<void> {
  const from = partFrom(request, how)
  const body = how.bytes.subarray(from ?? 0)
  if (how.etag !== undefined) response.setHeader('etag', how.etag)
  if (from !== undefined) {
    const truth = `bytes ${from}-${how.bytes.byteLength - 1}/${how.bytes.byteLength}`
    response.setHeader('content-range', how.contentRange ?? truth)
  }
  if (!how.chunked) response.setHeader('content-length', body.byteLength)
  response.writeHead(from === undefined ? 200 : 206)
  const limit = how.cutAfter ?? how.standsStillAfter ?? body.byteLength
  for (let at = 0; at < limit && !response.destroyed; at += 65_536) {
    const chunk = body.subarray(at, Math.min(at + 65_536, limit))
    const flushed = response.write(chunk)
    note.sentBytes += chunk.byteLength
    if (!flushed && !response.destroyed) await drained(response)
  }
  if (how.standsStillAfter !== undefined) return
  if (how.cutAfter === undefined) response.end()
  else setImmediate(() => response.socket?.destroySoon())
}

/** Resolves when more can be written, or the other side is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}

function partFrom(request: IncomingMessage, how: Serving): number | undefined {
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')
  if (!range || how.ignoresRange) return undefined
  const ifRange = request.headers['if-range']
  if (ifRange !== undefined && ifRange !== how.etag && !how.ignoresIfRange) return undefined
  return Number(range[1])
}
