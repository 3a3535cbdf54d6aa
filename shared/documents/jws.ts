import { z } from 'zod'

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/, 'expected base64url without padding')

/** A JWS in General JSON Serialization (RFC 7515, 7.2.1): one payload, signed by several people. */
export const jws = z.strictObject({
  payload: base64url.min(1).max(96 * 1024 * 1024),
  signatures: z
    .array(z.strictObject({ protected: base64url.min(1).max(1024), signature: base64url.length(86) }))
    .min(1)
    .max(16),
})
export type Jws = z.infer<typeof jws>

/** The protected header of each signature: Ed25519 (RFC 8037) and the key's RFC 7638 thumbprint, nothing more. */
export const protectedHeader = z.strictObject({
  alg: z.literal('EdDSA'),
  kid: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  typ: z.string().max(64),
})

/** A public Ed25519 key (RFC 8037). Private parts are refused, not ignored. */
export const publicJwk = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: base64url.length(43),
})
export type PublicJwk = z.infer<typeof publicJwk>
