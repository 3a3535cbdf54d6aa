import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { type AssetName, hexOf } from '../../shared/asset-name.ts'
import type { MediaType } from '../../shared/documents/playlist.ts'
import { nameOfBytes, type PushedAsset } from './documents.ts'

/** A real web server for assets, on one port, that can be cut and brought back. */
export type Origin = {
  /** Serves a file from now on and says what a playlist says of it. */
  add(file: string, mediaType: string, bytes?: Uint8Array): Promise<PushedAsset>
  /** The same picture as another file: a few bytes behind its end make it an asset of its own. */
  addVariant(file: string, mediaType: string, variant: number): Promise<PushedAsset>
  /** Serves these bytes. */
  addBytes(bytes: Buffer, mediaType: string): Promise<PushedAsset>
  /** Requests so far, as `hex from-byte`. */
  readonly requests: readonly { readonly path: string; readonly fromByte: number }[]
  /** Gives this many bytes a second from now on; undefined: all at once. */
  throttle(bytesPerSecond: number | undefined): void
  /** Bytes of bodies given so far. */
  readonly bytesGiven: () => number
  /** The plug is pulled: every connection is cut. */
  cut(): Promise<void>
  restore(): Promise<void>
  stop(): Promise<void>
}

export async function startOrigin(): Promise<Origin> {
  const files = new Map<string, { file: string; bytes: Uint8Array | undefined }>()
  const requests: { path: string; fromByte: number }[] = []
  let port = 0
  let speed: number | undefined
  let given = 0
  let server = await listen(port)

  async function listen(on: number): Promise<Server> {
    const fresh = createServer((request, response) => {
      const path = request.url?.slice(1) ?? ''
      const fromByte = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      requests.push({ path, fromByte })
      answer(path, fromByte, response).catch(() => response.destroy())
    })
    fresh.listen(on, '127.0.0.1')
    await once(fresh, 'listening')
    const bound = fresh.address()
    port = typeof bound === 'object' && bound ? bound.port : on
    return fresh
  }

  async function answer(path: string, fromByte: number, response: ServerResponse): Promise<void> {
    const known = files.get(path)
    if (!known) return void response.writeHead(404).end()
    const size = known.bytes?.byteLength ?? (await stat(known.file)).size
    const partial = fromByte > 0
    response.writeHead(partial ? 206 : 200, {
      'Content-Length': size - fromByte,
      ETag: `"${path}"`,
      'Accept-Ranges': 'bytes',
      ...(partial && { 'Content-Range': `bytes ${fromByte}-${size - 1}/${size}` }),
    })
    const chunks = known.bytes
      ? [known.bytes.subarray(fromByte)]
      : createReadStream(known.file, { start: fromByte, highWaterMark: 16_384 })
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
      if (response.destroyed) return
      given += chunk.byteLength
      if (!response.write(chunk)) await once(response, 'drain')
      if (speed !== undefined)
        await new Promise((resolve) => setTimeout(resolve, (1000 * chunk.byteLength) / (speed ?? 1)))
    }
    response.end()
  }

  function addBytes(bytes: Buffer, mediaType: string): PushedAsset {
    const asset = nameOfBytes(bytes)
    files.set(hexOf(asset), { file: '', bytes })
    return pushed(asset, mediaType, bytes.byteLength)
  }
  function pushed(asset: AssetName, mediaType: string, bytes: number): PushedAsset {
    const url = `http://127.0.0.1:${port}/${hexOf(asset)}`
    return { asset, mediaType: mediaType as MediaType, bytes, urls: [url] }
  }

  return {
    addBytes: async (bytes, mediaType) => addBytes(bytes, mediaType),
    addVariant: async (file, mediaType, variant) =>
      addBytes(Buffer.concat([await readFile(file), Buffer.from(String(variant))]), mediaType),
    requests,
    bytesGiven: () => given,
    async add(file, mediaType, bytes) {
      const asset = nameOfBytes(await readFile(file))
      files.set(hexOf(asset), { file, bytes })
      return pushed(asset, mediaType, (await stat(file)).size)
    },
    throttle(bytesPerSecond) {
      speed = bytesPerSecond
    },
    async cut() {
      server.close()
      server.closeAllConnections()
    },
    async restore() {
      server = await listen(port)
    },
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
