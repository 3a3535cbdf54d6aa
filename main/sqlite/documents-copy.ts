import { z } from 'zod'
import { documents, type StoredDocument } from './documents.ts'
import type { ReadDb } from './open.ts'

const copy = z.object({ version: z.literal(1), documents: z.array(z.unknown()) })

/** Beyond this there is no copy: the broker has it all as well. */
const mostBytes = 32 * 1024 * 1024

/**
 * All accepted documents as the text of a file beside the database, which a ruined page of the database cannot take along;
 * undefined if there are too many. Whoever reads it believes none of it for having been there: see `salvage.ts`.
 */
export function documentsAsText(db: ReadDb): string | undefined {
  const all = documents(db)
  const sizeBytes = all.reduce((sum, { jws }) => sum + jws.length, 0)
  return sizeBytes > mostBytes ? undefined : JSON.stringify({ version: 1, documents: all.map(asRow) })
}

const marked = z.object({ kind: z.string(), target: z.string(), id: z.string(), revision: z.int() })

/** Names what there is, so that the text is made only when it would be another one; reads no document. */
export const documentsMark = (db: ReadDb): string =>
  JSON.stringify(db.all(marked, 'SELECT kind, target, id, revision FROM documents ORDER BY kind, target, id'))

/** The rows of such a text, unjudged; none if it cannot be read. */
export function rowsOfCopy(text: string | undefined): readonly unknown[] {
  try {
    const read = copy.safeParse(JSON.parse(text ?? ''))
    return read.success ? read.data.documents : []
  } catch {
    return [] // no JSON: as good as no copy
  }
}

const asRow = ({ receivedAt, ...rest }: StoredDocument) => ({ ...rest, received_at: receivedAt })
