import type { PublicJwk } from '../documents/jws.ts'

/**
 * The two primitives that trust stands on, given as an argument so that every decision is a plain function: checking a
 * document, deciding on it and committing it happen without a wait in between.
 */
export type Crypto = {
  /** Ed25519 (RFC 8032). False for anything that is not a good signature, malformed keys included; never throws. */
  verifyEd25519(key: PublicJwk, data: Uint8Array, signature: Uint8Array): boolean
  /** SHA-256 of the bytes. */
  sha256(data: Uint8Array): Uint8Array
}
