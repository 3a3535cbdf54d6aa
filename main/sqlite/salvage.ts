import { createHash } from 'node:crypto'
import { z } from 'zod'
import { assetName } from '../../shared/asset-name.ts'
import { type DocumentKind, documentSchemas } from '../../shared/documents/documents.ts'
import { connectReading, type ReadDb, type SqlValue, type WriteDb } from './connection.ts'
import { putDocument } from './documents.ts'
import { rowsOfCopy } from './documents-copy.ts'

/** More rows than any table may hold: a damaged file may lead a reader in circles. */
const mostRows = 3_000_000

/** Tables with rules of their own, below, and those that are made anew from what is on disk. */
const notCopied = [
  'documents',
  'revisions_seen',
  'outbox_totals',
  'refusals',
  'assets',
  'downloads',
  'commands_forgotten',
]

const row = z.record(z.string(), z.union([z.string(), z.number(), z.bigint(), z.instanceof(Uint8Array), z.null()]))
type Row = z.infer<typeof row>

/** How many rows of a damaged database were brought over, and how many there were that could not be. */
export type Salvaged = { readonly rows: number; readonly unreadable: number }

/**
 * Brings over what can still be read of a damaged database, row by row. Nothing is believed for having been stored there:
 * documents are checked by their signatures whenever they are read, must have the hash and the revision that their row says,
 * and what was seen at most is taken from the seal as well. Files of assets are hashed before they count again.
 */
export function salvage(from: string, into: WriteDb): Salvaged {
  const count = { rows: 0, unreadable: 0 }
  const old = connectReading(from)
  if (!old) return { rows: 0, unreadable: 1 }
  try {
    const tables = tablesOf(into).filter((name) => !notCopied.includes(name))
    copyRows(old, 'documents', count, (found) => putSoundDocument(into, found))
    for (const table of tables) copyTable(old, into, table, count)
  } finally {
    old.close()
  }
  return count
}

/** What a wall plays by, and what keeps it from playing more than it may: of use only together. */
const playedBy = [
  ...['revisions_seen', 'taken_down', 'trust_chain', 'playlists_in_force'],
  ...['commands_seen', 'commands_forgotten', 'position', 'assets', 'downloads'],
]

/**
 * Brings over what a newer version's database says of what plays; its file is only read. Its records of plays stay with it.
 * Returns how many rows there were: none at all if one of the tables is not as this version knows it, since what was taken down
 * or seen might then be missed.
 */
export function borrow(from: string, into: WriteDb): number {
  const old = connectReading(from, true)
  if (!old) return 0
  const count = { rows: 0, unreadable: 0 }
  try {
    return into.transaction(() => {
      for (const table of playedBy) {
        const there = old.columns(table)
        if (!columnsOf(into, table).every((name) => there.includes(name))) throw new NotUnderstood()
        copyTable(old, into, table, count)
      }
      if (count.unreadable > 0) throw new NotUnderstood()
      copyRows(old, 'documents', count, (found) => putSoundDocument(into, found))
      return count.rows
    })
  } catch (error) {
    if (error instanceof NotUnderstood) return 0
    throw error
  } finally {
    old.close()
  }
}

class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood'
}

/** Brings over those documents of a copy of which nothing newer was found; they are judged like those of a damaged database. */
export function salvageCopy(text: string | undefined, into: WriteDb): number {
  return rowsOfCopy(text).filter((raw) => {
    const found = row.safeParse(raw)
    return found.success && attempt(() => putSoundDocument(into, found.data))
  }).length
}

type Reading = NonNullable<ReturnType<typeof connectReading>>
type Count = { rows: number; unreadable: number }

function copyTable(old: Reading, into: WriteDb, table: string, count: Count): void {
  const columns = columnsOf(into, table)
  copyRows(old, table, count, (found) => {
    const known = columns.filter((name) => found[name] !== undefined)
    const parameters: Record<string, SqlValue> = Object.fromEntries(known.map((name) => [name, found[name] ?? null]))
    if (table === 'taken_down' && !assetName.safeParse(found.asset).success) return false
    const sql = `INSERT OR REPLACE INTO "${table}" (${known.map((name) => `"${name}"`).join(', ')})
      VALUES (${known.map((name) => `$${name}`).join(', ')})`
    return known.length > 0 && into.run(sql, parameters).changes > 0
  })
}

/** Reads as far as the file lets it; from a ruined page on, backwards from the other end. */
function copyRows(old: Reading, table: string, count: Count, put: (found: Row) => boolean): void {
  const seen = new Set<string>()
  for (const direction of ['ASC', 'DESC']) {
    try {
      for (const raw of old.rows(table, direction, mostRows)) {
        const found = row.safeParse(raw)
        const key = createHash('sha256').update(JSON.stringify(raw)).digest('base64')
        if (direction === 'ASC') seen.add(key)
        else if (seen.has(key)) return
        if (found.success && attempt(() => put(found.data))) count.rows += 1
        else count.unreadable += 1
      }
      return
    } catch {
      count.unreadable += 1 // the page is ruined: what lies behind it is read from the other end
    }
  }
}

const documentRow = z.object({
  kind: z.enum(Object.keys(documentSchemas) as DocumentKind[]),
  target: z.string(),
  id: z.string(),
  revision: z.int(),
  topic: z.string(),
  jws: z.string(),
  sha256: z.string(),
  received_at: z.int(),
})
const signed = z.object({ payload: z.string() })
const revised = z.object({ revision: z.int() })

/** A flipped bit in a revision would shut out every later one: a row must agree with what is signed. */
function putSoundDocument(into: WriteDb, found: Row): boolean {
  const { data } = documentRow.safeParse(found)
  if (!data || createHash('sha256').update(data.jws).digest('hex') !== data.sha256) return false
  const payload = Buffer.from(signed.parse(JSON.parse(data.jws)).payload, 'base64url').toString('utf8')
  if (revised.parse(JSON.parse(payload)).revision !== data.revision) return false
  return putDocument(into, { ...data, receivedAt: data.received_at }).kind === 'stored'
}

/** A row that does not fit is left out. */
function attempt(put: () => boolean): boolean {
  try {
    return put()
  } catch {
    return false
  }
}

const named = z.object({ name: z.string() })

const tablesOf = (db: ReadDb): string[] =>
  db
    .all(named, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .map(({ name }) => name)

const columnsOf = (db: ReadDb, table: string): string[] =>
  db.all(named, `SELECT name FROM pragma_table_info('${table}')`).map(({ name }) => name)
