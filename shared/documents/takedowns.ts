import { z } from 'zod'
import { assetName } from '../asset-name.ts'
import { instant, revision } from './fields.ts'

/** The payload of the take-down list: assets that may never be shown again. Signed by an approver or emergency key. */
export const takedowns = z.strictObject({
  kind: z.literal('takedowns'),
  id: z.literal('takedowns'),
  revision,
  issuedAt: instant,
  target: z.literal('fleet'),
  assets: z.array(z.strictObject({ asset: assetName, reason: z.string().max(500), at: instant })).max(100_000),
})
export type Takedowns = z.infer<typeof takedowns>
