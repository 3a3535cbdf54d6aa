import { z } from 'zod'
import { instant, target } from './fields.ts'

/** The payload of a command: carried out at most once, and answered. Signed by an operator key. */
export const command = z.strictObject({
  kind: z.literal('command'),
  id: z.uuid(),
  issuedAt: instant,
  expiresAt: instant,
  target,
  command: z.string().regex(/^[a-z][a-z-]{0,63}$/),
  arguments: z.record(z.string(), z.unknown()).default({}),
})
export type Command = z.infer<typeof command>
