import type { Chance } from './chance.ts'
import type { ForgeKey, Payload } from './forge.ts'
import { type Genuine, genuine, textOf } from './world.ts'

/**
 * What an attacker sends. `expected`: `refused`, whatever it is; `genuine`, taken only if its payload is one that was truly
 * signed for this topic, since bytes around it may have been changed without changing what it says; `unshown`, may be
 * taken, since everything about it is in order, but nothing outside the signed set comes into the loop by it.
 */
export type Move = {
  readonly topic: string
  readonly bytes: Uint8Array
  readonly expected: 'refused' | 'genuine' | 'unshown'
}
export type Recipe = (chance: Chance) => Move

/** A value as JSON on a topic, to be refused. */
export const sent = (topic: string, value: unknown): Move => ({ topic, bytes: textOf(value), expected: 'refused' })
export const sentText = (topic: string, text: string | Uint8Array): Move => ({
  topic,
  bytes: Buffer.from(text),
  expected: 'refused',
})

/** A document signed by these keys on the topic that it names, to be refused. */
export function signedBy(kind: Genuine['kind'], payload: Payload, ...by: ForgeKey[]): Move {
  const { topic, bytes } = genuine(kind, payload, ...by)
  return { topic, bytes, expected: 'refused' }
}
