import { z } from 'zod'
import { clockSources } from '../clock/trusted-time.ts'
import { instant } from '../documents/fields.ts'

/** `ready` may play but something else does; `scheduled` waits for its window; `waiting` lacks bytes or approvals. */
export const playlistStatus = z.enum(['waiting', 'ready', 'live', 'scheduled', 'expired', 'withdrawn'])
export type PlaylistStatus = z.infer<typeof playlistStatus>

export const shownNow = z.union([
  z.object({
    playlist: z.string(),
    revision: z.int(),
    item: z.string(),
    asset: z.string(),
    since: instant,
    /** It is of the site's fallback, and this is why nothing else is shown; then `revision` is the site's. */
    fallback: z.string().optional(),
  }),
  z.object({ slate: z.string() }),
  /** The wall is off, and why. */
  z.object({ dark: z.string() }),
])
export type ShownNow = z.infer<typeof shownNow>

export const playlistReport = z.object({
  id: z.string(),
  target: z.string(),
  revision: z.int(),
  status: playlistStatus,
  /** What is not here yet of its items' assets; parts of unfinished downloads count as here. */
  missingBytes: z.int(),
  /** All of its items' assets together. Absent in what older players say. */
  totalBytes: z.int().optional(),
  reasons: z.array(z.string()),
})
export type PlaylistReport = z.infer<typeof playlistReport>

/** How the site's fallback stands: how many items it has, and how many of them could be shown now. */
export const fallbackReport = z.object({
  items: z.int(),
  playable: z.int(),
  /** What is not here yet of its items' assets. */
  missingBytes: z.int(),
  reasons: z.array(z.string()),
})
export type FallbackReport = z.infer<typeof fallbackReport>

/** A wanted asset that is not here yet. `playlists`: target and id of each that names it; `reason`: why the last try failed. */
export const downloadReport = z.object({
  asset: z.string(),
  playlists: z.array(z.string()),
  bytes: z.int(),
  doneBytes: z.int(),
  state: z.enum(['waiting', 'downloading', 'checking']),
  reason: z.string().optional(),
})
export type DownloadReport = z.infer<typeof downloadReport>

export const refusedReport = z.object({
  at: instant,
  topic: z.string(),
  code: z.string(),
  field: z.string(),
  message: z.string(),
})
export type RefusedReport = z.infer<typeof refusedReport>

/** What is on the wall, what is next, and what every playlist is waiting for. Retained; sent when it changes. */
export const state = z.object({
  at: instant,
  now: shownNow,
  next: z.object({ playlist: z.string(), item: z.string() }).nullable(),
  playlists: z.array(playlistReport),
  /** Absent when the site has no fallback. */
  fallback: fallbackReport.optional(),
  refused: z.array(refusedReport),
  /** What is being fetched, then what waits for it, the soonest needed first; at most 50. Absent in what older players say. */
  downloads: z.array(downloadReport).optional(),
  clock: z.enum(['trusted', 'holdover', 'unknown']),
  /** What the time rests on, and how long ago that confirmed it, in seconds; null: nothing ever has. */
  clockSource: z.enum(clockSources).optional(),
  clockAgeSeconds: z.number().nullable().optional(),
  trust: z.int(),
  site: z.int(),
  /** Revision of the take-down list in force; 0 if none has come. Absent in what older players say. */
  takedowns: z.int().optional(),
  playerKey: z.unknown().optional(),
  /** The page for who stands under the wall, while it is served; `fingerprint`: SHA-256 of its certificate. */
  health: z.object({ url: z.string(), fingerprint: z.string().nullable() }).optional(),
  version: z.string(),
  host: z.string(),
})
export type State = z.infer<typeof state>
