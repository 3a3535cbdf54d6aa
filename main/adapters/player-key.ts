import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { type Jws, type PublicJwk, publicJwk } from '../../shared/documents/jws.ts'
import { textOf } from '../../shared/trust/base64url.ts'
import { thumbprintOf } from '../../shared/trust/thumbprint.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { findSetting, putSetting } from '../sqlite/settings.ts'
import { nodeCrypto } from './node-crypto.ts'

const setting = 'player-key'

/** Signs a statement as this player: a JWS with one signature, at once. `typ` goes into the protected header. */
export type PlayerSigner = (typ: string, payload: Readonly<Record<string, unknown>>) => Jws

/** The public part of this player's own Ed25519 key, made at its first start and kept in its database. */
export function playerKey(db: WriteDb): PublicJwk {
  const stored = findSetting(db, setting)
  const pem = stored ?? String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  if (stored === undefined) putSetting(db, setting, pem)
  return publicPartOf(pem)
}

/** What signs with the key that is in this database; undefined if there is none yet. */
export function playerSigner(
  db: Parameters<typeof findSetting>[0],
): { key: PublicJwk; sign: PlayerSigner } | undefined {
  const pem = findSetting(db, setting)
  if (pem === undefined) return undefined
  const privateKey = createPrivateKey(pem)
  const key = publicPartOf(pem)
  const kid = thumbprintOf(key, nodeCrypto)
  return {
    key,
    sign(typ, content) {
      const encoded = (value: unknown): string => textOf(new TextEncoder().encode(JSON.stringify(value)))
      const header = encoded({ alg: 'EdDSA', kid, typ })
      const payload = encoded(content)
      const signature = textOf(sign(null, Buffer.from(`${header}.${payload}`), privateKey))
      return { payload, signatures: [{ protected: header, signature }] }
    },
  }
}

function publicPartOf(pem: string): PublicJwk {
  const { kty, crv, x } = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' })
  return publicJwk.parse({ kty, crv, x })
}
