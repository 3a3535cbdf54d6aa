import { z } from 'zod'
import { name } from '../documents/fields.ts'

/** How often a player asks the fleet's time server, in milliseconds. */
export const askEveryMs = 8_000

const nonce = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/)

/** What a player asks on `clock/request`. Nothing in it is believed; the answer goes to the player's own topic. */
export const clockRequest = z.object({ player: name, nonce })
export type ClockRequest = z.infer<typeof clockRequest>

/**
 * What the time server says, signed by an operator key as `plazacast-clock+json`: when it heard the question with this
 * nonce, and when it answered, in milliseconds since 1970 with fractions.
 */
export const clockAnswer = z.strictObject({
  kind: z.literal('clock'),
  nonce,
  heardAt: z.number().positive().max(8.64e15),
  answeredAt: z.number().positive().max(8.64e15),
})
export type ClockAnswer = z.infer<typeof clockAnswer>

/** The `typ` of an answer's protected header. */
export const clockTyp = 'plazacast-clock+json'
