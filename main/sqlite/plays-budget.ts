import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'
import { playsChain } from './plays-chain.ts'
import { findSetting, putSetting } from './settings.ts'

/** How many records of plays are kept, and for how long: about 600 MB, and a little more than a year. */
export type PlaysBudget = { readonly rows: number; readonly ms: number }
export const playsBudget: PlaysBudget = { rows: 2_000_000, ms: 400 * 24 * 60 * 60_000 }

/** A write must not hold up the others; asked once a minute, it is more than any wall plays. */
const mostAtOnce = 1_000

/** How many records went, and how many of these nobody had acknowledged. */
export type DroppedPlays = { readonly plays: number; readonly unacknowledged: number }

const edges = z.object({ first: z.int().nullable(), last: z.int().nullable() })

/**
 * Drops the oldest records beyond the budget, some thousand at most. Those that are too old go only once they are
 * acknowledged; those that there is no room for go in any case, and as acknowledgements run from the oldest on, the
 * acknowledged ones go first. A clock that jumps ahead drops nothing: only records older than the newest hundred by the whole
 * time go.
 */
export function dropOldPlays(db: WriteDb, budget: PlaysBudget = playsBudget): DroppedPlays {
  return db.transaction(() => {
    const { first, last } = db.get(edges, 'SELECT min(seq) AS first, max(seq) AS last FROM plays') ?? {}
    if (typeof first !== 'number' || typeof last !== 'number') return { plays: 0, unacknowledged: 0 }
    const { acknowledgedThrough, sealedThrough } = playsChain(db)
    const tooOld = oldThrough(db, Math.min(acknowledgedThrough, first + mostAtOnce), budget.ms)
    // What is not sealed yet has its place in the chain still before it.
    const through = Math.min(Math.max(last - budget.rows, tooOld), first + mostAtOnce - 1, sealedThrough)
    const plays = db.run('DELETE FROM plays WHERE seq <= $through', { through }).changes
    if (plays === 0) return { plays, unacknowledged: 0 }
    db.run('UPDATE plays_chain SET dropped_through = max(dropped_through, $through)', { through })
    const dropped = { plays, unacknowledged: Math.max(0, Math.min(plays, through - acknowledgedThrough)) }
    const before = unsaidDrops(db)
    putUnsaid(db, {
      plays: before.plays + dropped.plays,
      unacknowledged: before.unacknowledged + dropped.unacknowledged,
    })
    return dropped
  })
}

const unsaidName = 'plays-dropped-unsaid'
const unsaid = z.object({ plays: z.int(), unacknowledged: z.int() })

/** What went and was not reported yet: it outlives a restart, so that nothing goes in silence. */
export function unsaidDrops(db: ReadDb): DroppedPlays {
  const text = findSetting(db, unsaidName)
  return text === undefined ? { plays: 0, unacknowledged: 0 } : unsaid.parse(JSON.parse(text))
}

/** All of it is reported; belongs into the transaction that stores the report. */
export const dropsAreSaid = (db: WriteDb): void => putUnsaid(db, { plays: 0, unacknowledged: 0 })

const putUnsaid = (db: WriteDb, drops: DroppedPlays): void => putSetting(db, unsaidName, JSON.stringify(drops))

function oldThrough(db: ReadDb, limit: number, ms: number): number {
  const sql = `SELECT max(seq) AS through FROM plays WHERE seq <= $limit AND started_at <
    (SELECT min(started_at) FROM (SELECT started_at FROM plays ORDER BY seq DESC LIMIT 100)) - $ms`
  return db.get(z.object({ through: z.int().nullable() }), sql, { limit, ms })?.through ?? 0
}
