import { generateKeyPairSync } from 'node:crypto'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { ReadDb, WriteDb } from '../sqlite/open.ts'
import { findSetting, putSetting } from '../sqlite/settings.ts'
import { type StatementSigner, statementSigner } from './statement-signer.ts'

const setting = 'player-key'

/** The public part of this player's own Ed25519 key, made at its first start and kept in its database. */
export function playerKey(db: WriteDb): PublicJwk {
  const stored = findSetting(db, setting)
  const pem = stored ?? String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  if (stored === undefined) putSetting(db, setting, pem)
  return statementSigner(pem).key
}

/** Signs as this player; undefined if it has no key yet. */
export function playerSigner(db: ReadDb): StatementSigner | undefined {
  const pem = findSetting(db, setting)
  return pem === undefined ? undefined : statementSigner(pem)
}
