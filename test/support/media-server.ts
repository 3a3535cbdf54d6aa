import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import type { MediaType } from '../../shared/documents/playlist.ts'
import type { Clip } from './clips.ts'
import { nameOfBytes, type PushedAsset } from './documents.ts'

/** A web server with clips and HLS sets, each under the path it is given; what is added is said as a playlist says it. */
export type MediaServer = {
  readonly origin: string
  add(path: string, bytes: Buffer, mediaType: string): PushedAsset
  addClip(path: string, clip: Clip): Promise<PushedAsset>
  /** The files of the set lie below the path, and its manifest, which is the asset, beside them. */
  addSet(path: string, clip: Clip): Promise<PushedAsset>
  stop(): Promise<void>
}

export type MediaServerOptions = {
  /** Whether answers say how long they are; else they come in chunks. */
  readonly tellsLength: boolean
  /** The file behind a path whose content changes: it is read at each request. */
  readonly changing?: (path: string) => string | undefined
}

/** Serves from memory, on a free port of this machine. */
export async function startMediaServer({ tellsLength, changing }: MediaServerOptions): Promise<MediaServer> {
  const files = new Map<string, Buffer>()
  const contentOf = async (path: string): Promise<Buffer | undefined> => {
    const file = changing?.(path)
    return file === undefined ? files.get(path) : readFile(file)
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    contentOf(path).then(
      (found) => {
        if (!found) return response.writeHead(404).end()
        const length = tellsLength ? { 'Content-Length': found.byteLength } : {}
        return response.writeHead(200, { ...length, ETag: `"${path}"` }).end(found)
      },
      () => response.writeHead(404).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const origin = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`

  function add(path: string, bytes: Buffer, mediaType: string): PushedAsset {
    files.set(path, bytes)
    const known = { mediaType: mediaType as MediaType, bytes: bytes.byteLength }
    return { asset: nameOfBytes(bytes), ...known, urls: [`${origin}${path}`] }
  }

  return {
    origin,
    add,
    addClip: async (path, { file, mediaType }) => add(path, await readFile(file), mediaType),
    async addSet(path, clip) {
      const folder = dirname(clip.file)
      const names = (await readdir(folder)).toSorted((one) => (one === 'index.m3u8' ? -1 : 1))
      const listed = []
      for (const name of names) {
        const bytes = await readFile(join(folder, name))
        files.set(`${path}/${name}`, bytes)
        const sha256 = createHash('sha256').update(bytes).digest('hex')
        listed.push({ path: name, bytes: bytes.byteLength, sha256 })
      }
      const manifest = { kind: 'hls-set', seconds: clip.frames / clip.rate, files: listed }
      return add(`${path}/manifest.json`, Buffer.from(JSON.stringify(manifest)), clip.mediaType)
    },
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
