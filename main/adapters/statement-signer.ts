import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto'
import { type Jws, type PublicJwk, publicJwk } from '../../shared/documents/jws.ts'
import { textOf } from '../../shared/trust/base64url.ts'
import { thumbprintOf } from '../../shared/trust/thumbprint.ts'
import { nodeCrypto } from './node-crypto.ts'

/** Signs a statement at once: a JWS with one signature. `typ` goes into the protected header. */
export type StatementSigner = {
  readonly key: PublicJwk
  readonly sign: (typ: string, payload: Readonly<Record<string, unknown>>) => Jws
}

/** Signs with an Ed25519 key, given as PEM (PKCS #8) or as a JWK with its private part. */
export function statementSigner(secret: string | (PublicJwk & { readonly d: string })): StatementSigner {
  const privateKey = typeof secret === 'string' ? createPrivateKey(secret) : importedJwk(secret)
  const key = publicPartOf(privateKey)
  const kid = thumbprintOf(key, nodeCrypto)
  const encoded = (value: unknown): string => textOf(new TextEncoder().encode(JSON.stringify(value)))
  return {
    key,
    sign(typ, content) {
      const header = encoded({ alg: 'EdDSA', kid, typ })
      const payload = encoded(content)
      const signature = textOf(sign(null, Buffer.from(`${header}.${payload}`), privateKey))
      return { payload, signatures: [{ protected: header, signature }] }
    },
  }
}

const importedJwk = (jwk: JsonWebKey): KeyObject => createPrivateKey({ key: jwk, format: 'jwk' })

function publicPartOf(privateKey: KeyObject): PublicJwk {
  const { kty, crv, x } = createPublicKey(privateKey).export({ format: 'jwk' })
  return publicJwk.parse({ kty, crv, x })
}
