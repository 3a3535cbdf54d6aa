import { z } from 'zod'
import { assetName } from '../asset-name.ts'
import { instant, target } from './fields.ts'
import { mediaType } from './playlist.ts'

/** An approver's statement that one asset may be shown, optionally only in a time and at places. */
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
})
export type Approval = z.infer<typeof approval>
