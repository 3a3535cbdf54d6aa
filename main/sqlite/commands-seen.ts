import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'

/** An operator key can make as many commands as it likes; this many are remembered. */
const kept = 10_000

export const isCommandSeen = (db: ReadDb, id: string): boolean =>
  db.get(z.object({ id: z.string() }), 'SELECT id FROM commands_seen WHERE id = $id', { id }) !== undefined

/** Ids of commands that expired at or before this instant are forgotten. */
export const commandsForgottenThrough = (db: ReadDb): number =>
  db.get(z.object({ through: z.int() }), 'SELECT through FROM commands_forgotten')?.through ?? 0

/** Notes a command before it is carried out, and forgets those that expired before `keepFromMs`. */
export function noteCommand(db: WriteDb, id: string, expiresAtMs: number, keepFromMs: number): void {
  db.transaction(() => {
    db.run('INSERT OR IGNORE INTO commands_seen VALUES ($id, $expiresAtMs)', { id, expiresAtMs })
    const beyond = db.get(
      z.object({ at: z.int() }),
      'SELECT expires_at AS at FROM commands_seen ORDER BY expires_at DESC LIMIT 1 OFFSET $kept',
      { kept },
    )
    const through = Math.max(keepFromMs - 1, beyond?.at ?? 0)
    db.run(
      `UPDATE commands_forgotten SET through = max(through,
         coalesce((SELECT max(expires_at) FROM commands_seen WHERE expires_at <= $through), 0))`,
      { through },
    )
    db.run('DELETE FROM commands_seen WHERE expires_at <= $through', { through })
  })
}
