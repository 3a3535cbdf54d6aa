import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'
import { first } from './migrations/0001-first.ts'
import { inForce } from './migrations/0002-in-force.ts'
import { trustCore } from './migrations/0003-trust-core.ts'
import { darkPlays } from './migrations/0004-dark-plays.ts'
import { playChain } from './migrations/0005-play-chain.ts'
import { keptFaults } from './migrations/0006-faults.ts'

/** Brings a database from the version before to its own, within a transaction. */
export type Migration = (db: WriteDb) => void

/** In order and only ever appended to: a database's version is how many of these it has been through. */
export const migrations: readonly Migration[] = [first, inForce, trustCore, darkPlays, playChain, keptFaults]

/** Runs what is missing, each in a transaction of its own, and returns the version found before. A newer database is left alone. */
export function migrate(db: WriteDb, all: readonly Migration[]): number {
  const found = versionOf(db)
  all.slice(found).forEach((migration, index) => {
    db.transaction(() => {
      migration(db)
      db.exec(`PRAGMA user_version = ${found + index + 1}`)
    })
  })
  return found
}

const versionRow = z.object({ user_version: z.int() })

/** The version of a database: 0 when nothing was ever in it. */
export const versionOf = (db: ReadDb): number => db.get(versionRow, 'PRAGMA user_version')?.user_version ?? 0
