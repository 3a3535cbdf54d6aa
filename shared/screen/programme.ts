import { z } from 'zod'
import { assetName } from '../asset-name.ts'
import { syncLoop } from '../clock/synced-slots.ts'
import { localizedText } from '../documents/fields.ts'
import { credit, fit, limits, mediaType, transition } from '../documents/playlist.ts'

/** Names a showing within a programme: the same item with other bytes is another showing. */
export const showingKey = z.string().brand<'ShowingKey'>()
export type ShowingKey = z.infer<typeof showingKey>

/** One item as the screen shows it: everything it needs is here, and the address is local. */
export const showing = z.strictObject({
  key: showingKey,
  playlist: z.string(),
  revision: z.int(),
  item: z.string(),
  asset: assetName,
  mediaType,
  /** Only on HLS: a set of files that is on this machine, or a stream that the loopback server relays. */
  stream: z.enum(['on-demand', 'live']).optional(),
  /**
   * Below the loopback server's prefix, relative to the page: `assets/<64 hex>`; of HLS on demand
   * `assets/<64 hex of the manifest>/<path of the playlist>`, of a live stream `live/<64 hex of the manifest>/index.m3u8`.
   */
  address: z.string(),
  /** How long it stays, in seconds; null: a film plays once, whole. A film shorter than this starts again. */
  seconds: z.number().positive().nullable(),
  fit,
  transition,
  audio: z.boolean(),
  caption: localizedText.optional(),
  credit: credit.optional(),
  hashtag: z.string().optional(),
  qr: z.string().optional(),
})
export type Showing = z.infer<typeof showing>

/** One playlist's showings in order, and its weight among the lanes. `key` is the playlist's target and id. */
export const lane = z.strictObject({
  key: z.string(),
  weight: z.int().min(1),
  showings: z.array(showing).min(1),
  limits: limits.optional(),
  /** Ids of playlists whose showings may not stand directly before or after its own. */
  notBeside: z.array(z.string()).optional(),
})
export type Lane = z.infer<typeof lane>

/** The loop: the lanes of the winning level take turns by weight. No lanes: the slate, for the reason given. */
export const programme = z.strictObject({
  /** Changes whenever anything below does. */
  id: z.string(),
  lanes: z.array(lane),
  slateReason: z.string().nullable(),
  /** What takes turns instead of the slate when nothing of the lanes may be shown, or there are none. */
  fallback: lane.optional(),
  /** Why the wall is off: it is black, and not even the slate is seen. */
  dark: z.string().optional(),
  /** The same loop with fixed times, for walls that keep in step; how far the fleet's clock is ahead, `clock` messages say. */
  synced: syncLoop.optional(),
})
export type Programme = z.infer<typeof programme>

/** All that a programme may show, its fallback last. */
export const lanesOf = ({ lanes, fallback }: Playable): readonly Lane[] => (fallback ? [...lanes, fallback] : lanes)
type Playable = { readonly lanes: readonly Lane[]; readonly fallback?: Lane | undefined }

/** Made a hundred thousand times when a large loop is built, so it is branded without asking the schema, which takes any text. */
export const keyOf = (lane: string, item: string, asset: string): ShowingKey => `${lane}/${item}/${asset}` as ShowingKey
