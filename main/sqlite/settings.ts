import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'

const valueRow = z.object({ value: z.string() })

/** What the player keeps for itself under a name, such as its own key. The reader parses the text. */
export function findSetting(db: ReadDb, name: string): string | undefined {
  return db.get(valueRow, 'SELECT value FROM settings WHERE name = $name', { name })?.value
}

export function putSetting(db: WriteDb, name: string, value: string): void {
  db.run('INSERT OR REPLACE INTO settings VALUES ($name, $value)', { name, value })
}
