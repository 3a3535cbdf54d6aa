import { z } from 'zod'
import { instant } from '../documents/fields.ts'

/** Whether a player is connected; the broker sends the last form when the player is lost. */
export const presence = z.discriminatedUnion('online', [
  z.object({ online: z.literal(true), since: instant, version: z.string() }),
  z.object({ online: z.literal(false) }),
])
export type Presence = z.infer<typeof presence>
