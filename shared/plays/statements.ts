import { z } from 'zod'
import { parseJson } from '../documents/documents.ts'
import { playerId } from '../documents/fields.ts'
import { type Jws, jws, type PublicJwk } from '../documents/jws.ts'
import { accepted, type Outcome, refused, refusedBy } from '../documents/refusal.ts'
import type { Crypto } from '../trust/crypto.ts'
import { type Keyring, keyringOf, thumbprintOf } from '../trust/keyring.ts'
import { verifyJws, withRole } from '../trust/verify.ts'
import { playHash } from './record.ts'

/** The `typ` of the protected header of a head, which the player signs, and of an acknowledgement, which an operator key signs. */
export const headTyp = 'plazacast-plays-head+json'
export const ackTyp = 'plazacast-plays-ack+json'
/** The `typ` of a gap: signed by the player for what it had to drop, or by an operator for what never came. */
export const gapTyp = 'plazacast-plays-gap+json'

/** A player says how its chain goes up to a record. */
export const playsHead = z.strictObject({
  kind: z.literal('plays-head'),
  player: playerId,
  seq: z.int().min(1),
  hash: playHash,
  /** Nothing up to and with this one will be sent again: it was acknowledged, or is gone. */
  after: z.int().min(0),
})
export type PlaysHead = z.infer<typeof playsHead>

/**
 * An operator has everything up to a record, and that the chain was so far as it was. What says no more than the player knows
 * asks for what comes behind it; 0 and `noRecordBefore`: there is nothing yet.
 */
export const playsAck = z.strictObject({
  kind: z.literal('plays-ack'),
  player: playerId,
  through: z.int().min(0),
  head: playHash,
})
export type PlaysAck = z.infer<typeof playsAck>

/** Records that are gone for good. Whoever kept the chain says so, and by `hash` where it goes on. */
export const playsGap = z.strictObject({
  kind: z.literal('plays-gap'),
  player: playerId,
  from: z.int().min(1),
  through: z.int().min(1),
  /** The hash of record `through`, which the record behind the gap names as the one before it. */
  hash: playHash,
})
export type PlaysGap = z.infer<typeof playsGap>

/** Checks that the player's own key, or an operator's, has signed for a gap in this player's chain, and reads it. */
export function readGap(
  signed: Jws,
  player: string,
  key: PublicJwk,
  operators: Keyring | undefined,
  crypto: Crypto,
): Outcome<PlaysGap> {
  const own = keyringOfOne(key, crypto)
  const keyring = { ...own, keys: new Map([...(operators?.keys ?? []), ...own.keys]) }
  const verified = verifyJws(signed, gapTyp, keyring, crypto)
  if (!verified.ok) return verified
  return readStatement(playsGap, verified.value.payload, player)
}

/** Checks that a player's own key has signed a head about this player, and reads it. */
export function readHead(signed: Jws, player: string, key: PublicJwk, crypto: Crypto): Outcome<PlaysHead> {
  const verified = verifyJws(signed, headTyp, keyringOfOne(key, crypto), crypto)
  if (!verified.ok) return verified
  return readStatement(playsHead, verified.value.payload, player)
}

/** Checks that an operator key has signed an acknowledgement for this player, and reads it. */
export function readAck(bytes: Uint8Array, player: string, keyring: Keyring, crypto: Crypto): Outcome<PlaysAck> {
  const json = parseJson(bytes)
  if (!json.ok) return json
  const signed = jws.safeParse(json.value)
  if (!signed.success) return refusedBy(signed.error, 'not-a-document')
  const verified = verifyJws(signed.data, ackTyp, keyring, crypto)
  if (!verified.ok) return verified
  if (withRole(verified.value.signers, 'operator').length === 0)
    return refused('missing-role', 'no operator key has signed this', 'signatures')
  return readStatement(playsAck, verified.value.payload, player)
}

function readStatement<Schema extends typeof playsHead | typeof playsAck | typeof playsGap>(
  schema: Schema,
  payload: Uint8Array,
  player: string,
): Outcome<z.output<Schema>> {
  const json = parseJson(payload)
  if (!json.ok) return json
  const read = schema.safeParse(json.value)
  if (!read.success) return refusedBy(read.error)
  if (read.data.player !== player)
    return refused('misdirected', `it is about ${read.data.player}, not ${player}`, 'player')
  return accepted(read.data as z.output<Schema>)
}

/** A keyring in which one key counts, whatever it may do. */
function keyringOfOne(jwk: PublicJwk, crypto: Crypto): Keyring {
  const kid = thumbprintOf(jwk, crypto)
  return {
    ...keyringOf([], undefined, crypto),
    keys: new Map([[kid, { kid, jwk, roles: new Set(), label: undefined }]]),
  }
}
