import type { Item } from '../../shared/documents/playlist.ts'
import { type Clip, type ClipRecipe, makeClip, makeStreamSet } from '../support/clips.ts'
import type { PushedAsset } from '../support/documents.ts'
import { startMediaServer } from '../support/media-server.ts'

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
  const server = await startMediaServer({ tellsLength: true })
  const items: OracleItem[] = []
  for (const { clip: recipe, set, more = {} } of recipes) {
    const clip = set && recipe.kind === 'film' ? await madeSet(recipe) : await makeClip(recipe)
    const path = `/${clip.item}`
    const asset = await (set ? server.addSet(path, clip) : server.addClip(path, clip))
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
  return { items, stop: server.stop }
}

async function madeSet(recipe: Extract<ClipRecipe, { kind: 'film' }>): Promise<Clip> {
  if (recipe.codec !== 'h264') throw new Error('a set is made of H.264')
  return makeStreamSet({ ...recipe, codec: 'h264' }, 'fmp4')
}
