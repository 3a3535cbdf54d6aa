import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { typOf } from '../../shared/documents/documents.ts'
import { type Jws, type PublicJwk, publicJwk } from '../../shared/documents/jws.ts'
import { thumbprintOf } from '../../shared/trust/keyring.ts'

/** A key that an attack signs with: the same for a label in every run, so that a seed gives the same bytes again. */
export type ForgeKey = { readonly kid: string; readonly jwk: PublicJwk; readonly secret: KeyObject }

/** PKCS #8 of an Ed25519 key (RFC 8410), up to its 32 bytes. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

export function forgeKey(label: string): ForgeKey {
  const seed = createHash('sha256').update(`a key of the attacks: ${label}`).digest()
  const secret = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
  const { kty, crv, x } = secret.export({ format: 'jwk' })
  const jwk = publicJwk.parse({ kty, crv, x })
  return { kid: thumbprintOf(jwk, nodeCrypto), jwk, secret }
}

export type Kind = Parameters<typeof typOf>[0]
export type Payload = Record<string, unknown>
type Signature = Jws['signatures'][number]

/** Base64url without padding of a text or of bytes. */
export const encoded = (of: string | Uint8Array): string => Buffer.from(of).toString('base64url')
export const headerOf = (kind: Kind, key: ForgeKey): Record<string, unknown> => ({
  alg: 'EdDSA',
  kid: key.kid,
  typ: typOf(kind),
})

/** A true signature of the key over any header and payload, both already encoded. */
export const signatureOver = (header: string, payload: string, key: ForgeKey): Signature => ({
  protected: header,
  signature: sign(null, Buffer.from(`${header}.${payload}`), key.secret).toString('base64url'),
})

/** Signs a text or bytes as a document of this kind, as `signDocument` does, but at once and whatever they are. */
export function signText(kind: Kind, content: string | Uint8Array, keys: readonly ForgeKey[]): Jws {
  const payload = encoded(content)
  const one = (key: ForgeKey) => signatureOver(encoded(JSON.stringify(headerOf(kind, key))), payload, key)
  return { payload, signatures: keys.map(one) }
}

export const signPayload = (kind: Kind, payload: unknown, keys: readonly ForgeKey[]): Jws =>
  signText(kind, JSON.stringify(payload), keys)
