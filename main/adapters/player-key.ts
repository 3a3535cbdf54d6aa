import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { type PublicJwk, publicJwk } from '../../shared/documents/jws.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { findSetting, putSetting } from '../sqlite/settings.ts'

const setting = 'player-key'

/** The public part of this player's own Ed25519 key, made at its first start and kept in its database. */
export function playerKey(db: WriteDb): PublicJwk {
  const stored = findSetting(db, setting)
  const pem = stored ?? String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  if (stored === undefined) putSetting(db, setting, pem)
  const { kty, crv, x } = createPublicKey(createPrivateKey(pem)).export({ format: 'jwk' })
  return publicJwk.parse({ kty, crv, x })
}
