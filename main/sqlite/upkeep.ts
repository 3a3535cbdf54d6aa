import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'

/**
 * Writes the log back into the database and gives its room back; false if somebody else reads it just now, who is not waited
 * for: the wall's own work would wait as well. Not while a row of this connection is being read.
 */
export const writeLogBack = (db: WriteDb): boolean => db.writeLogBack()

/**
 * SQLite keeps up to 16 MB of what it has read and written (better-sqlite3's cache_size); the records of plays would fill
 * that over days, though the system keeps the same pages of the file anyway.
 */
export const giveMemoryBack = (db: WriteDb): void => db.exec('PRAGMA shrink_memory')

const rowsAtATime = 2_000
const edge = z.object({ first: z.int().nullable(), last: z.int().nullable() })
const named = z.object({ name: z.string() })
const verdict = z.object({ quick_check: z.string() })

/**
 * Checks the whole database in small steps, each a few milliseconds: to be rested between. Yields what is wrong, or undefined
 * while nothing is; throws SQLite's own error where a page cannot be read.
 */
export function* integritySteps(db: ReadDb): Generator<string | undefined> {
  const tables = db.all(named, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'plays'`)
  for (const { name } of tables) {
    const [found] = db.all(verdict, `PRAGMA quick_check('${name}')`)
    yield found?.quick_check === 'ok' ? undefined : `${name}: ${found?.quick_check}`
  }
  // The records of plays are by far the longest: read a few thousand at a time.
  const { first, last } = db.get(edge, 'SELECT min(seq) AS first, max(seq) AS last FROM plays') ?? {}
  for (let from = first ?? 0; from <= (last ?? -1); from += rowsAtATime) {
    const until = from + rowsAtATime
    const sql =
      'SELECT count(*) AS n FROM plays WHERE seq >= $from AND seq < $until AND length(item) + length(outcome) > 0'
    db.get(z.object({ n: z.int() }), sql, { from, until })
    yield undefined
  }
}
