import { z } from 'zod'
import { webAddress } from './fields.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hex digits')

/** A relative path below the manifest's folder: no way up, no scheme, no query. */
export const hlsPath = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/, 'expected a relative path of plain names')

/** One file of a set: an asset of its own, named by its hash. */
export const hlsFile = z.strictObject({ path: hlsPath, bytes: z.int().min(1), sha256 })
export type HlsFile = z.infer<typeof hlsFile>

/**
 * The bytes of an asset of media type `application/vnd.apple.mpegurl`: what its approvals approve. A set lists every file by
 * hash, so that the name of the manifest covers all of them; a live stream is approved by its address.
 */
export const hlsManifest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('hls-set'),
    seconds: z.number().positive().max(86_400),
    /** The first is the playlist that is played. */
    files: z.array(hlsFile).min(2).max(20_000),
  }),
  z.strictObject({ kind: z.literal('hls-live'), url: webAddress }),
])
export type HlsManifest = z.infer<typeof hlsManifest>
