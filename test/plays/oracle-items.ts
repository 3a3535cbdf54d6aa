import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import type { Item } from '../../shared/documents/playlist.ts'
import { type Clip, type ClipRecipe, makeClip, makeStreamSet } from '../support/clips.ts'
import { nameOfBytes, type PushedAsset } from '../support/documents.ts'

/** One item of the oracle's loop, how a sample of the display names it, and how many frames it has when it plays whole. */
export type OracleItem = {
  readonly item: number
  readonly kind: 'film' | 'photo'
  readonly frames: number
  readonly asset: PushedAsset
  readonly listed: Partial<Item>
}

type Recipe = { readonly clip: ClipRecipe; readonly set?: true; readonly more?: Partial<Item> }

/** Every way in which a picture comes onto the wall: joined, alone, with sound, cut short, as a set of segments, and still. */
const recipes: readonly Recipe[] = [
  { clip: { kind: 'film', item: 1, codec: 'h264', seconds: 0.9 } },
  { clip: { kind: 'film', item: 2, codec: 'h264', seconds: 0.9, bFrames: true } },
  { clip: { kind: 'photo', item: 3, format: 'png' }, more: { seconds: 0.6 } },
  { clip: { kind: 'film', item: 4, codec: 'h264', seconds: 0.9 }, more: { audio: true } },
  { clip: { kind: 'photo', item: 5, format: 'jpeg' }, more: { seconds: 0.7 } },
  { clip: { kind: 'film', item: 6, codec: 'h264', seconds: 1.2 }, set: true, more: { seconds: 1 } },
  { clip: { kind: 'film', item: 7, codec: 'vp9', seconds: 0.8 } },
  { clip: { kind: 'film', item: 8, codec: 'h264', seconds: 1.5 }, more: { seconds: 0.8 } },
]

/** The mean time of an item on the wall. */
export const oracleItemSeconds = 0.85

/** Makes the media of the loop and serves them from a web server of their own. */
export async function serveOracleItems(): Promise<{ items: readonly OracleItem[]; stop(): Promise<void> }> {
  const files = new Map<string, Buffer>()
  const server = createServer((request, response) => {
    const found = files.get(request.url ?? '')
    if (found) response.writeHead(200, { 'Content-Length': found.byteLength, ETag: `"${request.url}"` }).end(found)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  const origin = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`

  const add = (path: string, bytes: Buffer, mediaType: string): PushedAsset => {
    files.set(path, bytes)
    const known = { mediaType: mediaType as PushedAsset['mediaType'], bytes: bytes.byteLength }
    return { asset: nameOfBytes(bytes), ...known, urls: [`${origin}${path}`] }
  }
  const addSet = async (clip: Clip): Promise<PushedAsset> => {
    const folder = dirname(clip.file)
    const names = (await readdir(folder)).toSorted((one) => (one === 'index.m3u8' ? -1 : 1))
    const listed = []
    for (const path of names) {
      const bytes = await readFile(join(folder, path))
      files.set(`/${clip.item}/${path}`, bytes)
      listed.push({ path, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') })
    }
    const manifest = { kind: 'hls-set', seconds: clip.frames / clip.rate, files: listed }
    return add(`/${clip.item}/manifest.json`, Buffer.from(JSON.stringify(manifest)), clip.mediaType)
  }

  const items: OracleItem[] = []
  for (const { clip: recipe, set, more = {} } of recipes) {
    const clip = set && recipe.kind === 'film' ? await madeSet(recipe) : await makeClip(recipe)
    const asset = set
      ? await addSet(clip)
      : add(`/${clip.item}`, Buffer.from(await readFile(clip.file)), clip.mediaType)
    const shown = more.seconds ?? Number.POSITIVE_INFINITY
    const frames = recipe.kind === 'film' ? Math.min(clip.frames, Math.round(shown * clip.rate)) : 0
    items.push({
      item: clip.item,
      kind: recipe.kind,
      frames,
      asset,
      listed: { id: `item-${clip.item}`, asset: asset.asset, ...more },
    })
  }
  return {
    items,
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function madeSet(recipe: Extract<ClipRecipe, { kind: 'film' }>): Promise<Clip> {
  if (recipe.codec !== 'h264') throw new Error('a set is made of H.264')
  return makeStreamSet({ ...recipe, codec: 'h264' }, 'fmp4')
}
