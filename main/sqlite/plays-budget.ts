import { z } from 'zod'
import type { WriteDb } from './connection.ts'

/** How many records of plays are kept, and for how long: about 300 MB, and a little more than a year. */
export type PlaysBudget = { readonly rows: number; readonly ms: number }
export const playsBudget: PlaysBudget = { rows: 2_000_000, ms: 400 * 24 * 60 * 60_000 }

/** A write must not hold up the others. */
const mostAtOnce = 5_000

const edges = z.object({ first: z.int().nullable(), last: z.int().nullable() })

/**
 * Drops the oldest records beyond the budget, some thousand at most; returns how many. A clock that jumps ahead drops nothing
 * that is newer than what it dropped before: only records older than the newest one by the whole time go.
 */
export function dropOldPlays(db: WriteDb, budget: PlaysBudget = playsBudget): number {
  return db.transaction(() => {
    const { first, last } = db.get(edges, 'SELECT min(seq) AS first, max(seq) AS last FROM plays') ?? {}
    if (typeof first !== 'number' || typeof last !== 'number') return 0
    const beyond = last - budget.rows
    const old = db.get(
      z.object({ through: z.int().nullable() }),
      `SELECT max(seq) AS through FROM plays WHERE seq < $limit AND started_at <
         (SELECT min(started_at) FROM (SELECT started_at FROM plays ORDER BY seq DESC LIMIT 100)) - $ms`,
      { limit: first + mostAtOnce, ms: budget.ms },
    )
    const through = Math.min(Math.max(beyond, old?.through ?? 0), first + mostAtOnce - 1)
    return db.run('DELETE FROM plays WHERE seq <= $through', { through }).changes
  })
}
