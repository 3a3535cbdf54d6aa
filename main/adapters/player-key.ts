import { generateKeyPairSync } from 'node:crypto'
import { isStorageFailure } from '../sqlite/connection.ts'
import type { ReadDb, WriteDb } from '../sqlite/open.ts'
import { findSetting, putSetting } from '../sqlite/settings.ts'
import { type StatementSigner, statementSigner } from './statement-signer.ts'

const setting = 'player-key'

/**
 * Signs with this player's own Ed25519 key, made at its first start and kept in its database. A disk that fails costs no wall: it
 * is asked once more, by which time the file was opened anew; then this run signs nothing, and `problems` says so.
 */
export function ownSigner(db: WriteDb, problems: string[]): StatementSigner | undefined {
  try {
    return onceMore(() => playerSigner(db) ?? makeSigner(db))
  } catch (error) {
    if (!isStorageFailure(error)) throw error
    problems.push(
      `the disk does not give or take this player's key (${String(error)}): no play is sent until the next start`,
    )
    return undefined
  }
}

/** Signs as this player; undefined if it has no key yet. */
export function playerSigner(db: ReadDb): StatementSigner | undefined {
  const pem = findSetting(db, setting)
  return pem === undefined ? undefined : statementSigner(pem)
}

function makeSigner(db: WriteDb): StatementSigner {
  const pem = String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }))
  putSetting(db, setting, pem)
  return statementSigner(pem)
}

function onceMore<Result>(run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (!isStorageFailure(error)) throw error
    return run()
  }
}
