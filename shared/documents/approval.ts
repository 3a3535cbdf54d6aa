import { z } from 'zod'
import { assetName } from '../asset-name.ts'
import { instant, target } from './fields.ts'
import { mediaType } from './playlist.ts'

/**
 * An approver's statement that one asset may be shown, optionally only in a time and at places. With `words` (the SHA-256 of
 * an item's words, see trust/words.ts) it says that it may be shown with exactly these; without, it says nothing of words.
 */
export const approval = z.strictObject({
  kind: z.literal('approval'),
  asset: assetName,
  mediaType,
  bytes: z.int().min(1),
  seconds: z.number().positive().optional(),
  approvedAt: instant,
  from: instant.optional(),
  until: instant.optional(),
  targets: z.array(target).min(1).max(256).optional(),
  words: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')
    .optional(),
})
export type Approval = z.infer<typeof approval>
