import Sqlite from 'better-sqlite3'
import { z } from 'zod'

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
  /** Writes the log back into the database file and cuts it to nothing, if nobody else reads; whether it could. */
  writeLogBack(): boolean
  /** Whether a transaction is under way: whoever fails within one must let all of it fail. */
  inTransaction(): boolean
}

/** The system took a transaction back while it was under way. */
export class RolledBack extends Error {
  override readonly name = 'RolledBack'
  constructor() {
    super('the transaction was rolled back')
  }
}

export type Connection = {
  readonly db: WriteDb
  readonly file: () => SqliteFile
  /** Something is wrong with the file: before the next use it is opened anew and checked. */
  distrust(): void
  close(): void
}

/** How long a write waits for whoever else writes, such as a tool on the same machine. */
const busyTimeoutMs = 5000

/** Opens the file, as SQLite itself does: nothing is set yet. `nativeBinding`: the addon's path where `require` cannot find it. */
export function connectFile(file: string, nativeBinding: string | undefined): Sqlite.Database {
  return new Sqlite(file, { timeout: busyTimeoutMs, ...(nativeBinding === undefined ? {} : { nativeBinding }) })
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
  let depth = 0
  let statements = new Map<string, Sqlite.Statement>()

  const current = (): SqliteFile => {
    // A full disk rolls a whole transaction back: what follows in it must not be committed on its own.
    if (depth > 0 && !file.inTransaction) throw new RolledBack()
    if (suspect && depth === 0) {
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
      if (isInputOutputError(error) || isDamage(error)) suspect = true
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
    transaction: (run) =>
      watched(() => {
        const connection = current()
        depth += 1
        try {
          return connection.transaction(run).immediate()
        } finally {
          depth -= 1
        }
      }),
    writeLogBack: () =>
      watched(() => {
        const connection = current()
        connection.pragma('busy_timeout = 0')
        try {
          return logWritten.parse(connection.pragma('wal_checkpoint(TRUNCATE)'))[0].busy === 0
        } finally {
          connection.pragma(`busy_timeout = ${busyTimeoutMs}`)
        }
      }),
    inTransaction: () => depth > 0,
  }
  const distrust = () => {
    suspect = true
  }
  return { db, file: () => file, distrust, close: () => file.close() }
}

const logWritten = z.tuple([z.object({ busy: z.int() })])

function isInputOutputError(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_IOERR')
}

/**
 * Whether an error tells of the disk or of the file on it, and not of a bug: full, read-only, unreadable, damaged. What was
 * not written then is not written; the wall goes on.
 */
export function isStorageFailure(error: unknown): boolean {
  if (error instanceof RolledBack) return true
  if (error instanceof Sqlite.SqliteError) {
    return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|BUSY|CORRUPT|NOTADB|NOMEM)/.test(error.code)
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'damaged' || ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE'].includes(String(code))
}

/** Whether a disk had no room left. */
export function isFull(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return ['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'].includes(code)
}

/** Whether an error says that the file is not, or no longer, a database. */
export function isDamage(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)
}

/** Reads the rows of a table in the order of their key, or the other way round. */
export type Salvager = {
  /** The names of a table's columns; none if there is no such table. */
  columns(table: string): readonly string[]
  rows(table: string, direction: string, limit: number): Iterable<unknown>
  close(): void
}

/**
 * Opens a file that may be damaged, to read what can be read; undefined if it is no database at all. `readonly`: without
 * writing its log back, which SQLite otherwise does when it closes it.
 */
export function connectReading(file: string, readonly = false): Salvager | undefined {
  try {
    const old = new Sqlite(file, { fileMustExist: true, readonly })
    old.prepare('SELECT count(*) FROM sqlite_schema').get()
    const columnsOf = old.prepare('SELECT name FROM pragma_table_info(?)').pluck()
    return {
      columns: (table) => columnsOf.all(table).map(String),
      *rows(table, direction, limit) {
        const key = old.prepare(`SELECT 1 FROM pragma_table_list WHERE name = ? AND wr = 1`).get(table)
        const order = key === undefined ? `ORDER BY rowid ${direction}` : direction === 'ASC' ? '' : 'ORDER BY 1 DESC'
        yield* old.prepare(`SELECT * FROM "${table}" ${order} LIMIT ${limit}`).iterate()
      },
      close: () => old.close(),
    }
  } catch {
    return undefined
  }
}
