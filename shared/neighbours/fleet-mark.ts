import type { PublicJwk } from '../documents/jws.ts'
import type { Crypto } from '../trust/crypto.ts'
import { thumbprintOf } from '../trust/thumbprint.ts'

/**
 * What players of one fleet have in common: 32 hex digits over the root keys they were installed with and their topics. It
 * keeps fleets that share a network apart; it is no secret and proves nothing.
 */
export function fleetMark(rootKeys: readonly PublicJwk[], topicPrefix: string, crypto: Crypto): string {
  const names = rootKeys.map((jwk) => thumbprintOf(jwk, crypto)).sort()
  const hash = crypto.sha256(new TextEncoder().encode(JSON.stringify([topicPrefix, ...names])))
  return [...hash.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
