import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type DocumentKind, documentSchemas } from '../../shared/documents/documents.ts'
import type { ReadDb, WriteDb } from './connection.ts'

const kinds = Object.keys(documentSchemas) as DocumentKind[]

const storedDocument = z.object({
  kind: z.enum(kinds),
  target: z.string(),
  id: z.string(),
  revision: z.int(),
  topic: z.string(),
  jws: z.string(),
  sha256: z.string(),
  receivedAt: z.int(),
})

/** An accepted document: `jws` is the message as it came, `sha256` its hash in hex, `receivedAt` milliseconds since 1970. */
export type StoredDocument = z.infer<typeof storedDocument>
export type NewDocument = Omit<StoredDocument, 'sha256'>

/**
 * What came of storing a document. `before`: the revision it replaced. `same`: had already, byte for byte. `stale`: a
 * higher revision was seen. `conflict`: other bytes were seen under this revision.
 */
export type Stored =
  | { readonly kind: 'stored'; readonly before: number | undefined }
  | { readonly kind: 'same' }
  | { readonly kind: 'stale'; readonly seen: number }
  | { readonly kind: 'conflict'; readonly seen: number }

const columns = 'kind, target, id, revision, topic, jws, sha256, received_at AS receivedAt'

/** Keeps a document if it is newer than what was ever seen of its kind, target and id, even if that is gone by now. */
export function putDocument(db: WriteDb, document: NewDocument): Stored {
  return db.transaction(() => {
    const sha256 = createHash('sha256').update(document.jws).digest('hex')
    const { kind, target, id, revision } = document
    const seen = seenRevision(db, kind, target, id)
    if (seen && seen.revision > revision) return { kind: 'stale', seen: seen.revision }
    if (seen && seen.revision === revision && seen.sha256 !== sha256) return { kind: 'conflict', seen: seen.revision }
    const before = findDocument(db, kind, target, id)
    if (before?.revision === revision) return { kind: 'same' }
    db.run(
      `INSERT OR REPLACE INTO documents (kind, target, id, revision, topic, jws, sha256, received_at)
       VALUES ($kind, $target, $id, $revision, $topic, $jws, $sha256, $receivedAt)`,
      { ...document, sha256 },
    )
    db.run('INSERT OR REPLACE INTO revisions_seen VALUES ($kind, $target, $id, $revision, $sha256)', {
      kind,
      target,
      id,
      revision,
      sha256,
    })
    return { kind: 'stored', before: before?.revision }
  })
}

/** Every accepted document, or those of a kind, in a stable order. */
export function documents(db: ReadDb, kind?: DocumentKind): StoredDocument[] {
  const where = kind === undefined ? '' : 'WHERE kind = $kind'
  const sql = `SELECT ${columns} FROM documents ${where} ORDER BY kind, target, id`
  return db.all(storedDocument, sql, kind === undefined ? {} : { kind })
}

export function findDocument(db: ReadDb, kind: DocumentKind, target: string, id: string): StoredDocument | undefined {
  const sql = `SELECT ${columns} FROM documents WHERE kind = $kind AND target = $target AND id = $id`
  return db.get(storedDocument, sql, { kind, target, id })
}

/** Forgets a document but not its revision; returns whether there was one. */
export function removeDocument(db: WriteDb, kind: DocumentKind, target: string, id: string): boolean {
  const sql = 'DELETE FROM documents WHERE kind = $kind AND target = $target AND id = $id'
  return db.run(sql, { kind, target, id }).changes > 0
}

const revisionRow = z.object({ revision: z.int(), sha256: z.string() })

/** The highest revision ever accepted, and the hash of the message it came in. */
export function seenRevision(
  db: ReadDb,
  kind: DocumentKind,
  target: string,
  id: string,
): { revision: number; sha256: string } | undefined {
  const sql = 'SELECT revision, sha256 FROM revisions_seen WHERE kind = $kind AND target = $target AND id = $id'
  return db.get(revisionRow, sql, { kind, target, id })
}

const seenRow = z.object({
  kind: z.enum(kinds),
  target: z.string(),
  id: z.string(),
  revision: z.int(),
  sha256: z.string(),
})

/** The highest revision ever accepted under a kind, target and id. */
export type SeenRevision = z.infer<typeof seenRow>

export const seenRevisions = (db: ReadDb): SeenRevision[] =>
  db.all(seenRow, 'SELECT kind, target, id, revision, sha256 FROM revisions_seen ORDER BY kind, target, id')

/** A higher revision was seen, by another memory than this database: nothing older is believed from now on. */
export function raiseSeenRevision(db: WriteDb, seen: SeenRevision): void {
  db.run('INSERT OR REPLACE INTO revisions_seen VALUES ($kind, $target, $id, $revision, $sha256)', seen)
}

/** How many documents of a kind are kept. */
export const countDocuments = (db: ReadDb, kind: DocumentKind): number =>
  db.get(z.object({ n: z.int() }), 'SELECT count(*) AS n FROM documents WHERE kind = $kind', { kind })?.n ?? 0
