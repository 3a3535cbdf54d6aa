import { type AssetServer, serveAssets } from '../../main/operator/asset-server.ts'
import { localAsset } from '../../main/operator/publish-assets.ts'
import { lookAtFile } from '../../main/operator/read-playlist.ts'
import { type LocalAsset, withSetFiles } from '../../shared/operator/playlist-payload.ts'
import { type Clip, makeClip, makeStreamSet } from '../support/clips.ts'
import type { PushedAsset } from '../support/documents.ts'
import type { LoopItem } from './step-figures.ts'

/** What walls in step are given to play: `seconds` each. */
export type StreetItem = { readonly kind: LoopItem['kind']; readonly seconds: number }

/** The loop's items, served: what a playlist says of each, and what is to be seen of it. */
export type StreetMedia = {
  readonly items: readonly { readonly asset: PushedAsset; readonly photoSeconds?: number }[]
  readonly loop: readonly LoopItem[]
  stop(): Promise<void>
}

const size = { width: 320, height: 180 }

/** Makes the items, numbered from 1, and serves them as an operator does. */
export async function serveStreetMedia(items: readonly StreetItem[]): Promise<StreetMedia> {
  const made: { local: LocalAsset; clip: Clip; item: StreetItem }[] = []
  for (const [index, item] of items.entries()) {
    const clip = await clipOf(item, index + 1)
    made.push({ local: await localOf(clip.file), clip, item })
  }
  const server = await serveAssets(withSetFiles(made.map(({ local }) => local)), { host: '127.0.0.1', port: 0 })
  return {
    items: made.map(({ local, item }) => ({
      asset: pushed(local, server),
      ...(item.kind === 'photo' && { photoSeconds: item.seconds }),
    })),
    loop: made.map(({ clip, item }) => ({
      item: clip.item,
      kind: item.kind,
      frames: item.kind === 'photo' ? Math.round(item.seconds * 30) : clip.frames,
    })),
    stop: () => server.stop(),
  }
}

function clipOf({ kind, seconds }: StreetItem, item: number): Promise<Clip> {
  const film = { kind: 'film', item, codec: 'h264', seconds, audio: 'none', ...size } as const
  if (kind === 'photo') return makeClip({ kind, item, format: 'png', ...size })
  return kind === 'stream' ? makeStreamSet(film, 'fmp4') : makeClip(film)
}

async function localOf(file: string): Promise<LocalAsset> {
  const source = await lookAtFile(file, file)
  if (typeof source === 'string') throw new Error(`${file} ${source}`)
  return localAsset(source)
}

function pushed(local: LocalAsset, server: AssetServer): PushedAsset {
  const { mediaType, bytes, seconds } = local.facts
  return {
    asset: local.name,
    mediaType,
    bytes,
    ...(seconds !== undefined && { seconds }),
    urls: [server.urlOf(local)],
  }
}
