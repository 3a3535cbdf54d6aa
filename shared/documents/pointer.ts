import { z } from 'zod'
import { webAddress } from './fields.ts'

/** Stands for a document that is too large for a message: fetched, hashed, then taken as if it had come itself. */
export const pointer = z.strictObject({
  kind: z.literal('pointer'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z
    .int()
    .min(1)
    .max(64 * 1024 * 1024),
  urls: z.array(webAddress).min(1).max(16),
})
export type Pointer = z.infer<typeof pointer>
