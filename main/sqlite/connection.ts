import Sqlite from 'better-sqlite3'
import type { z } from 'zod'

/** What can be bound to a named parameter. Booleans are 0 or 1: SQLite has none. */
export type SqlValue = string | number | bigint | Uint8Array | null
export type SqlParameters = Readonly<Record<string, SqlValue>>

/** Reads only: a statement that would write is refused. Every row is parsed on its way out; one that does not fit throws. */
export type ReadDb = {
  all<Schema extends z.ZodType>(row: Schema, sql: string, parameters?: SqlParameters): z.output<Schema>[]
  get<Schema extends z.ZodType>(row: Schema, sql: string, parameters?: SqlParameters): z.output<Schema> | undefined
}

/** Reads and writes. Functions that only read ask for a ReadDb, so that a signature says what may change. */
export type WriteDb = ReadDb & {
  /** `changes`: rows written; `lastId`: the rowid of the last insert. */
  run(sql: string, parameters?: SqlParameters): { readonly changes: number; readonly lastId: number }
  /** Several statements without parameters: for migrations. */
  exec(sql: string): void
  /** All or nothing, on disk when it returns. Nested ones become savepoints. */
  transaction<Result>(run: () => Result): Result
}

export type Connection = { readonly db: WriteDb; close(): void }

/** Opens the file, as SQLite itself does: nothing is set yet. `nativeBinding`: the addon's path where `require` cannot find it. */
export function connectFile(file: string, nativeBinding: string | undefined): Sqlite.Database {
  return new Sqlite(file, { timeout: 5000, ...(nativeBinding === undefined ? {} : { nativeBinding }) })
}
export type SqliteFile = Sqlite.Database

/**
 * A connection that is replaced after an input or output error. A failed fsync must not be tried again: the system may
 * have dropped the pages and call the next one a success ("fsyncgate", 2018). So the error goes to whoever wrote; before
 * the next use the connection is closed, by which SQLite copies what was acknowledged into the database file, and
 * `reopen` verifies what is on disk.
 */
export function createConnection(first: SqliteFile, reopen: () => SqliteFile): Connection {
  let file = first
  let suspect = false
  let statements = new Map<string, Sqlite.Statement>()

  const current = (): SqliteFile => {
    if (suspect && !file.inTransaction) {
      file.close()
      statements = new Map()
      file = reopen()
      suspect = false
    }
    return file
  }
  const watched = <Result>(use: () => Result): Result => {
    try {
      return use()
    } catch (error) {
      if (isInputOutputError(error)) suspect = true
      throw error
    }
  }
  const prepared = (sql: string): Sqlite.Statement => {
    const connection = current()
    const known = statements.get(sql)
    if (known) return known
    const fresh = connection.prepare(sql)
    statements.set(sql, fresh)
    return fresh
  }
  const reader = (sql: string): Sqlite.Statement => {
    const statement = prepared(sql)
    if (!statement.readonly) throw new Error(`not a reading statement: ${sql}`)
    return statement
  }

  const db: WriteDb = {
    all: (row, sql, parameters = {}) =>
      watched(() =>
        reader(sql)
          .all(parameters)
          .map((one) => row.parse(one)),
      ),
    get: (row, sql, parameters = {}) =>
      watched(() => {
        const found = reader(sql).get(parameters)
        return found === undefined ? undefined : row.parse(found)
      }),
    run: (sql, parameters = {}) =>
      watched(() => {
        const { changes, lastInsertRowid } = prepared(sql).run(parameters)
        return { changes, lastId: Number(lastInsertRowid) }
      }),
    exec: (sql) => watched(() => void current().exec(sql)),
    transaction: (run) => watched(() => current().transaction(run).immediate()),
  }
  return { db, close: () => file.close() }
}

function isInputOutputError(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_IOERR')
}

/** Whether an error says that the file is not, or no longer, a database. */
export function isDamage(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)
}
