import type { PublicJwk } from '../documents/jws.ts'
import { textOf } from './base64url.ts'
import type { Crypto } from './crypto.ts'

/** The RFC 7638 thumbprint of an Ed25519 key (members of RFC 8037, in lexicographic order). */
export function thumbprintOf(jwk: PublicJwk, crypto: Crypto): string {
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x })
  return textOf(crypto.sha256(new TextEncoder().encode(canonical)))
}
