import { basename, dirname, join } from 'node:path'
import { type Clip, type ClipRecipe, makeClip, makeStreamSet } from '../support/clips.ts'
import type { PushedAsset } from '../support/documents.ts'
import type { LiveStream } from '../support/live-stream.ts'
import { startMediaServer } from '../support/media-server.ts'

/** One item of the soak's loop: what is pushed of it, and how long it stays. */
export type SoakItem = { readonly pushed: PushedAsset; readonly seconds: number; readonly live: boolean }

const hlsType = 'application/vnd.apple.mpegurl'

const recipes: readonly (ClipRecipe & { readonly shown: number })[] = [
  { kind: 'photo', item: 1, format: 'jpeg', shown: 0.7 },
  { kind: 'film', item: 2, codec: 'h264', seconds: 1.2, shown: 1.2 },
  { kind: 'film', item: 3, codec: 'h264', seconds: 1, bFrames: true, audio: 'none', shown: 1 },
  { kind: 'photo', item: 4, format: 'png', shown: 0.8 },
  { kind: 'film', item: 5, codec: 'vp9', seconds: 1.4, shown: 1.4 },
  { kind: 'film', item: 6, codec: 'av1', seconds: 1, shown: 1 },
  { kind: 'photo', item: 7, format: 'webp', shown: 0.9 },
  { kind: 'film', item: 8, codec: 'h264', seconds: 1, width: 480, shown: 0.7 },
]

const sets = [
  { recipe: { kind: 'film', item: 20, codec: 'h264', seconds: 1.5 }, segments: 'mpegts', shown: 1.5 },
  { recipe: { kind: 'film', item: 21, codec: 'h264', seconds: 1.5, bFrames: true }, segments: 'fmp4', shown: 1 },
] as const

/** The number of the live stream's pictures. */
export const liveItem = 30

/** A web server with the media of the soak: photos, films of several kinds and sizes, HLS sets, and one live stream. */
export async function serveMedia(stream: LiveStream) {
  const server = await startMediaServer({
    tellsLength: false,
    changing: (path) => {
      const live = /^\/live\/([\w.-]+)$/.exec(path)?.[1]
      return live && join(stream.folder, live)
    },
  })
  const addClip = async (recipe: ClipRecipe): Promise<PushedAsset> => {
    const clip = await makeClip(recipe)
    return server.addClip(`/${basename(clip.file)}`, clip)
  }
  const addSet = (clip: Clip): Promise<PushedAsset> => server.addSet(`/${basename(dirname(clip.file))}`, clip)
  const addLive = (): PushedAsset => {
    const manifest = { kind: 'hls-live', url: `${server.origin}/live/index.m3u8` }
    return server.add('/live-manifest.json', Buffer.from(JSON.stringify(manifest)), hlsType)
  }

  const items: SoakItem[] = []
  for (const { shown, ...recipe } of recipes) items.push({ pushed: await addClip(recipe), seconds: shown, live: false })
  for (const { recipe, segments, shown } of sets) {
    items.push({ pushed: await addSet(await makeStreamSet(recipe, segments)), seconds: shown, live: false })
  }
  // A stream needs a moment to be joined: the item before it stays long enough.
  items.push({ pushed: await addClip({ kind: 'photo', item: 9, format: 'jpeg' }), seconds: 2, live: false })
  items.push({ pushed: addLive(), seconds: 2, live: true })
  return { items, stop: server.stop }
}
