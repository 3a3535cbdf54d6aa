import { dirname } from 'node:path'
import { z } from 'zod'
import { makeKeptFolder } from '../adapters/kept-folder.ts'
import {
  type Connection,
  connectFile,
  createConnection,
  isDamage,
  type ReadDb,
  type SqliteFile,
  type WriteDb,
} from './connection.ts'
import { versionOnDisk } from './file-version.ts'
import { type Migration, migrate, migrations as ownMigrations } from './migrate.ts'

export type { ReadDb, WriteDb } from './connection.ts'

/** What the log beside the database may keep of the disk once it is written back. */
export const walBudgetBytes = 16 * 1024 * 1024

/** The open database; `close` is its undo. */
export type DatabaseHandle = Connection

/** Why a database is not opened: `too-new` was written by a later version, `damaged` is not a sound database. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused'
  readonly code: 'too-new' | 'damaged' | 'sqlite-too-old'
  constructor(code: DatabaseRefused['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** `nativeBinding`: path of the compiled addon, where the bundler or Electron keeps it elsewhere. */
export type OpenOptions = {
  readonly nativeBinding?: string
  readonly migrations?: readonly Migration[]
  /** Makes a new database when this one is found damaged while it is open; without it, every use throws from then on. */
  readonly recover?: (why: DatabaseRefused) => DatabaseHandle
  /** Reads what SQLite's own check cannot judge when the file is opened anew; throws DatabaseRefused. */
  readonly judgeRows?: (db: ReadDb, file: string) => void
}

/**
 * Opens the player's database, makes it when there is none, and brings it to this version. The only connection that
 * writes. Throws DatabaseRefused, or SQLite's own error when the disk cannot be read or written.
 */
export function openDatabase(file: string, options: OpenOptions = {}): DatabaseHandle {
  makeKeptFolder(dirname(file))
  refuseNewerFile(file, options.migrations ?? ownMigrations)
  const connect = () => refusingDamage(file, () => durable(connectFile(file, options.nativeBinding)))
  const reopen = () => {
    try {
      return refusingDamage(file, () => verified(connect(), options.judgeRows))
    } catch (error) {
      if (!(error instanceof DatabaseRefused) || error.code !== 'damaged' || !options.recover) throw error
      return options.recover(error).file()
    }
  }
  const connection = createConnection(connect(), reopen)
  try {
    refusingDamage(file, () => {
      bringToThisVersion(connection.db, file, options.migrations ?? ownMigrations)
      refuseUnsoundTables(connection.db, file)
    })
  } catch (error) {
    connection.close()
    throw error
  }
  return connection
}

/** A database that is gone when it is closed. */
export function openInMemory(options: OpenOptions = {}): DatabaseHandle {
  const connection = createConnection(connectFile(':memory:', options.nativeBinding), () => {
    throw new DatabaseRefused('damaged', 'the database in memory failed')
  })
  migrate(connection.db, options.migrations ?? ownMigrations)
  return connection
}

/** Before SQLite opens it: even closing it again would write its log into it. */
function refuseNewerFile(file: string, migrations: readonly Migration[]): void {
  const found = versionOnDisk(file)
  if (found > migrations.length) throw tooNew(file, found, migrations)
}

/** Runs `run` as one write: all of it is on disk when this returns, or none of it. `run` may not wait for anything. */
export const transaction = <Result>(db: WriteDb, run: () => Result): Result => db.transaction(run)

/**
 * synchronous FULL comes after a first statement: better-sqlite3 is compiled with NORMAL for WAL, which SQLite puts in
 * force only then, while the pragma already reads FULL. With NORMAL a power cut takes back acknowledged commits.
 */
function durable(file: SqliteFile): SqliteFile {
  try {
    refuseOldSqlite(String(file.prepare('SELECT sqlite_version()').pluck().get()))
    file.pragma('journal_mode = WAL')
    file.prepare('SELECT count(*) FROM sqlite_schema').get()
    file.pragma('synchronous = FULL')
    file.pragma('foreign_keys = ON')
    file.pragma('trusted_schema = OFF')
    file.pragma(`journal_size_limit = ${walBudgetBytes}`)
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

/** Before 3.53 a checkpoint that raced with a writer could corrupt a WAL database. */
function refuseOldSqlite(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 3 || (major === 3 && minor >= 53)) return
  throw new DatabaseRefused('sqlite-too-old', `SQLite ${version} is older than 3.53`)
}

/** After a failed fsync, or when damage was found: what the log says is written to the database file anew, and the whole is checked. */
function verified(file: SqliteFile, judgeRows: OpenOptions['judgeRows']): SqliteFile {
  try {
    const verdict = file.pragma('quick_check', { simple: true })
    if (verdict !== 'ok') throw new DatabaseRefused('damaged', `${file.name} is damaged: ${String(verdict)}`)
    judgeRows?.(createConnection(file, () => file).db, file.name)
    file.pragma('wal_checkpoint(TRUNCATE)')
    return file
  } catch (error) {
    file.close()
    throw error
  }
}

const nameRow = z.object({ name: z.string() })
const verdictRow = z.object({ quick_check: z.string() })

/**
 * Damage would otherwise show only when a row of the page is read, in the middle of the work. The records of plays are
 * left out: they are by far the longest, and no wall goes dark for want of them.
 */
function refuseUnsoundTables(db: ReadDb, file: string): void {
  const tables = db.all(nameRow, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'plays'`)
  for (const { name } of tables) {
    const [verdict] = db.all(verdictRow, `PRAGMA quick_check('${name}')`)
    if (verdict?.quick_check === 'ok') continue
    throw new DatabaseRefused('damaged', `${file} is damaged in ${name}: ${verdict?.quick_check}`)
  }
}

function refusingDamage<Result>(file: string, use: () => Result): Result {
  try {
    return use()
  } catch (error) {
    if (!isDamage(error)) throw error
    throw new DatabaseRefused('damaged', `${file} is not a sound database: ${(error as Error).message}`)
  }
}

function bringToThisVersion(db: WriteDb, file: string, migrations: readonly Migration[]): void {
  const found = migrate(db, migrations)
  if (found <= migrations.length) return
  throw tooNew(file, found, migrations)
}

const tooNew = (file: string, found: number, migrations: readonly Migration[]): DatabaseRefused =>
  new DatabaseRefused(
    'too-new',
    `${file} has version ${found}, this program knows ${migrations.length}: a newer Plazacast wrote it`,
  )
