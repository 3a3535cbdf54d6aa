import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, request as passOn, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { rangeOf } from '../../main/adapters/byte-range.ts'

/** What can be wrong with an answer: not found, broken off half-way with the line kept open, or no answer at all. */
export type StreamFault = 'missing' | 'hangs-midway' | 'gone'

/** Where the files of a set or of a live stream lie, by the 64 hex digits of its manifest. */
export type StreamFolders = { get(hex: string): { readonly folder: string } | undefined }

/** Asked for every file of a stream, by its name. */
export type StreamFaults = (file: string) => StreamFault | undefined

/**
 * A server before the loopback server, of one origin with it: it answers for `assets/<hex>/…` and `live/<hex>/…` from folders
 * that ffmpeg writes into, and has faults on demand. Everything else it hands on.
 */
export async function startStreamFront(behind: string, folders: StreamFolders, faults: StreamFaults) {
  const target = new URL(behind)
  const server = createServer((request, response) => {
    const [, hex = '', file = ''] = /\/(?:assets|live)\/([0-9a-f]{64})\/([\w.-]+)$/.exec(request.url ?? '') ?? []
    const found = folders.get(hex)
    const done = found
      ? giveFile(join(found.folder, file), faults(file), request, response)
      : handOn(request, response, target)
    done.catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const port = typeof bound === 'object' && bound ? bound.port : 0
  return {
    address: `http://127.0.0.1:${port}${target.pathname}`,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function giveFile(
  path: string,
  fault: StreamFault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (fault === 'gone') return void response.destroy()
  const bytes = fault === 'missing' ? undefined : await readFile(path).catch(() => undefined)
  if (!bytes) return void response.writeHead(404).end()
  const range = rangeOf(request.headers.range, bytes.byteLength)
  if (range === 'unsatisfiable') return void response.writeHead(416).end()
  const { start, endExclusive, partial } = range
  const asked = bytes.subarray(start, endExclusive)
  const mediaType = path.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'video/mp2t'
  response.writeHead(partial ? 206 : 200, {
    'Content-Type': mediaType,
    'Content-Length': asked.byteLength,
    'Cache-Control': 'no-store',
    ...(partial && { 'Content-Range': `bytes ${start}-${endExclusive - 1}/${bytes.byteLength}` }),
  })
  if (fault === 'hangs-midway') response.write(asked.subarray(0, asked.byteLength / 2))
  else response.end(asked)
}

async function handOn(request: IncomingMessage, response: ServerResponse, target: URL): Promise<void> {
  const { method, url, headers } = request
  const onward = passOn({
    port: target.port,
    host: '127.0.0.1',
    method,
    path: url,
    headers: { ...headers, host: target.host },
  })
  onward.end()
  const [answer] = (await once(onward, 'response')) as [IncomingMessage]
  response.on('close', () => answer.destroy())
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  answer.on('error', () => response.destroy())
  answer.pipe(response)
}
