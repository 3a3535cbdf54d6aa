import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'

const flag = z.literal([0, 1]).transform((value) => value === 1)
const waitingMessage = z.object({
  id: z.int(),
  topic: z.string(),
  payload: z.string(),
  qos: z.literal([0, 1]),
  retain: flag,
  slot: z.string().nullable(),
})

/** A message that waits for the broker's acknowledgement. */
export type WaitingMessage = z.infer<typeof waitingMessage>

/** A message for the broker. One with a `slot` takes the place of what still waits under that name. */
export type OutgoingMessage = {
  readonly topic: string
  readonly payload: string
  readonly qos: 0 | 1
  readonly retain: boolean
  readonly slot?: string
}

/** How much may wait: weeks of faults without a broker must not fill the disk. */
export type OutboxBudget = { readonly messages: number; readonly bytes: number }
export const outboxBudget: OutboxBudget = { messages: 20_000, bytes: 32 * 1024 * 1024 }

/** Appends a message and returns its id. Beyond the budget the oldest without a slot are dropped, and counted. */
export function enqueue(db: WriteDb, message: OutgoingMessage, budget: OutboxBudget = outboxBudget): number {
  return db.transaction(() => {
    const { topic, payload, qos, slot = null } = message
    if (slot !== null) db.run('DELETE FROM outbox WHERE slot = $slot', { slot })
    const { lastId } = db.run(
      `INSERT INTO outbox (topic, payload, qos, retain, slot, size_bytes)
       VALUES ($topic, $payload, $qos, $retain, $slot, octet_length($payload))`,
      { topic, payload, qos, retain: message.retain ? 1 : 0, slot },
    )
    dropBeyond(db, budget)
    return lastId
  })
}

function dropBeyond(db: WriteDb, budget: OutboxBudget): void {
  for (;;) {
    const { messages, bytes } = outboxTotals(db)
    if (messages <= budget.messages && bytes <= budget.bytes) return
    const sql = 'DELETE FROM outbox WHERE id = (SELECT id FROM outbox WHERE slot IS NULL ORDER BY id LIMIT 1)'
    if (db.run(sql).changes === 0) return
    db.run('UPDATE outbox_totals SET dropped = dropped + 1')
  }
}

/** What to send next but `except`: slots (what is true now) before what happened, each in the order of arrival. */
export function nextInOutbox(db: ReadDb, limit: number, except: readonly number[] = []): WaitingMessage[] {
  const sql = `SELECT id, topic, payload, qos, retain, slot FROM outbox
    WHERE id NOT IN (SELECT value FROM json_each($except)) ORDER BY slot IS NULL, id LIMIT $limit`
  return db.all(waitingMessage, sql, { limit, except: JSON.stringify(except) })
}

/** After the acknowledgement. Leaves a message that has taken the place of this one since; returns whether it removed one. */
export function removeFromOutbox(db: WriteDb, id: number): boolean {
  return db.run('DELETE FROM outbox WHERE id = $id', { id }).changes > 0
}

/** How much waits, and how many messages were dropped since the database was made. */
export function outboxTotals(db: ReadDb): { messages: number; bytes: number; dropped: number } {
  const row = z.object({ messages: z.int(), bytes: z.int(), dropped: z.int() })
  const totals = db.get(row, 'SELECT messages, size_bytes AS bytes, dropped FROM outbox_totals')
  return totals ?? { messages: 0, bytes: 0, dropped: 0 }
}
