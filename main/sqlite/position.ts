import { z } from 'zod'
import { type ShowingKey, showingKey } from '../../shared/screen/programme.ts'
import { type Position, position } from '../../shared/screen/rotation.ts'
import type { ReadDb, WriteDb } from './connection.ts'

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' }) // the reader starts the loop anew
    return z.NEVER
  }
})
const savedPosition = z.object({ position: json.pipe(position), showingKey })

/** Where the loop stood before the showing that was last presented, and which showing that was. */
export type SavedPosition = z.infer<typeof savedPosition>

/** Replaces what was saved before. */
export function savePosition(db: WriteDb, at: Position, key: ShowingKey): void {
  db.run('INSERT OR REPLACE INTO position VALUES (1, $position, $key)', { position: JSON.stringify(at), key })
}

/** What was saved last; undefined if nothing was, or if it has a form that this version does not know. */
export function loadPosition(db: ReadDb): SavedPosition | undefined {
  const row = db.get(z.unknown(), 'SELECT position, showing_key AS showingKey FROM position')
  return savedPosition.safeParse(row).data
}
