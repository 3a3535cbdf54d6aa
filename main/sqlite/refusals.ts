import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'

const storedRefusal = z.object({
  at: z.int(),
  topic: z.string(),
  code: z.string(),
  field: z.string(),
  message: z.string(),
})

/** A document that was not taken, and why; `at` in milliseconds since 1970. */
export type StoredRefusal = z.infer<typeof storedRefusal>

/** How many are kept: whoever controls the broker can cause as many as he likes. */
const kept = 200

/** Notes a refusal; the oldest beyond 200 are forgotten. */
export function addRefusal(db: WriteDb, refusal: StoredRefusal): void {
  db.transaction(() => {
    const sql = `INSERT INTO refusals (at, topic, code, field, message) VALUES ($at, $topic, $code, $field, $message)`
    const { lastId } = db.run(sql, refusal)
    db.run('DELETE FROM refusals WHERE seq <= $through', { through: lastId - kept })
  })
}

/** The newest first. */
export function lastRefusals(db: ReadDb, limit: number): StoredRefusal[] {
  const sql = 'SELECT at, topic, code, field, message FROM refusals ORDER BY seq DESC LIMIT $limit'
  return db.all(storedRefusal, sql, { limit })
}
