import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { rangeOf } from './byte-range.ts'

/** The bytes behind one address. `read` gives exactly `endExclusive - start` bytes, or throws without giving wrong ones. */
export type ServedBytes = {
  readonly mediaType: string
  readonly sizeBytes: number
  read(start: number, endExclusive: number): AsyncIterable<Uint8Array>
}

/** Answers with the whole, a range, or nothing new, as RFC 9110 sections 13 and 14 say. */
export async function serveBytes(
  request: IncomingMessage,
  response: ServerResponse,
  body: ServedBytes,
  headers: Record<string, string> & { ETag: string },
): Promise<void> {
  const whole = { ...headers, 'Content-Type': body.mediaType, 'Accept-Ranges': 'bytes' }
  const held = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  if (held?.some((tag) => tag === headers.ETag || tag === '*')) return void response.writeHead(304, headers).end()
  const ifRange = request.headers['if-range']
  const asked = ifRange === undefined || ifRange === headers.ETag ? request.headers.range : undefined
  const range = rangeOf(request.method === 'GET' ? asked : undefined, body.sizeBytes)
  if (range === 'unsatisfiable') return refuse(response, 416, { 'Content-Range': `bytes */${body.sizeBytes}` })
  const { start, endExclusive, partial } = range
  const length = { 'Content-Length': endExclusive - start }
  const place = { 'Content-Range': `bytes ${start}-${endExclusive - 1}/${body.sizeBytes}` }
  response.writeHead(partial ? 206 : 200, partial ? { ...whole, ...length, ...place } : { ...whole, ...length })
  if (request.method === 'HEAD' || endExclusive === start) return void response.end()
  // A reader that goes away, or bytes that fail, end the pipeline: it closes what was being read and cuts the socket.
  const source = Readable.from(body.read(start, endExclusive), { objectMode: false })
  await pipeline(source, response).catch(() => response.destroy())
}

/** Answers with a status and nothing else, and lets nobody keep it. */
export function refuse(response: ServerResponse, status: number, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'Content-Length': 0, 'Cache-Control': 'no-store' }).end()
}
