import { z } from 'zod'
import { assetName } from '../asset-name.ts'
import { priorities } from '../documents/playlist.ts'

/** A SHA-256 as 64 hexadecimal digits. */
export const playHash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')

/** What stands for the record before the first one. */
export const noRecordBefore = '0'.repeat(64)

/** Years that RFC 3339 can write. */
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** The level that a showing was of; `fallback`: the site's, which nobody pays for, because nothing else could be shown. */
export const playLevel = z.enum(['fallback', ...priorities])
export type PlayLevel = z.infer<typeof playLevel>

/** How a showing ended. `interrupted`: something else had to come, or the power went; then `ms` may be 0, as nobody saw the end. */
export const playOutcome = z.enum(['complete', 'interrupted', 'failed'])

/**
 * One showing that really happened, or one stretch in which the wall was off, as it goes over the wire and into the hash.
 * `seq` counts from 1 without a gap. Members are never left out, so that there is one way to write a record.
 */
export const playRecord = z.strictObject({
  seq: z.int().min(1),
  /** `dark`: the wall was off; then `item` says why, and there is no playlist and no asset. */
  kind: z.enum(['showing', 'dark']),
  playlist: z.string(),
  revision: z.int().min(0),
  item: z.string(),
  asset: assetName.or(z.literal('')),
  /** When its first frame was presented, by the trusted clock. */
  startedAt: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'expected an instant in UTC with milliseconds'),
  ms: z.int().min(0),
  /** Frames of films; 0 for photos. */
  presentedFrames: z.int().min(0),
  droppedFrames: z.int().min(0),
  outcome: playOutcome,
  /** The level of its playlist: `emergency` and `fallback` mark what nobody pays for. Null: the wall was off, or nobody knows any more. */
  level: playLevel.nullable(),
  /** False: it was played, but the wall was dark or had no power. */
  wallOn: z.boolean(),
  /** Nits, or null where nobody measures them. */
  brightness: z.number().nullable(),
  /** How far the time could be believed. */
  clock: z.enum(['trusted', 'holdover', 'unknown']),
  /** The hash of the record before it. */
  previous: playHash,
  hash: playHash,
})
export type PlayRecord = z.infer<typeof playRecord>

/** A record before it is sealed. */
export type UnsealedPlay = Omit<PlayRecord, 'previous' | 'hash'>

/** Milliseconds since 1970 as a record says them; what no calendar can say is put to its edge. */
export const playInstant = (ms: number): string =>
  new Date(Math.min(Math.max(0, Math.round(ms)), latestMs)).toISOString()
