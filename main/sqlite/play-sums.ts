import { z } from 'zod'
import type { PlaySum, SumBy } from '../../shared/plays/export-rows.ts'
import type { PlayRecord } from '../../shared/plays/record.ts'
import type { ReadDb, SqlParameters } from './connection.ts'
import { playColumns, sealedPlay } from './play-rows.ts'

/** Which records are asked for; undefined members leave nothing out. Times in milliseconds since 1970, `until` exclusive. */
export type PlayFilter = {
  readonly fromMs?: number | undefined
  readonly untilMs?: number | undefined
  readonly playlist?: string | undefined
  /** Of a receiver's database, the chain; undefined in a player's own. */
  readonly chain?: number | undefined
}

/** Of a player's own table only what is sealed: the rest is not over yet. */
const condition = ({ chain }: PlayFilter): string => `hash IS NOT NULL
  AND ($from IS NULL OR started_at >= $from) AND ($until IS NULL OR started_at < $until)
  AND ($playlist IS NULL OR playlist = $playlist)${chain === undefined ? '' : ' AND chain = $chain'}`

const parametersOf = ({ fromMs, untilMs, playlist, chain }: PlayFilter): SqlParameters => ({
  from: fromMs ?? null,
  until: untilMs ?? null,
  playlist: playlist ?? null,
  ...(chain !== undefined && { chain }),
})

/** The records that are asked for after `seq`, oldest first. */
export function filteredPlays(db: ReadDb, filter: PlayFilter, seq: number, limit: number): PlayRecord[] {
  const sql = `SELECT ${playColumns}, previous, hash FROM plays WHERE seq > $seq AND ${condition(filter)}
    ORDER BY seq LIMIT $limit`
  return db.all(sealedPlay, sql, { ...parametersOf(filter), seq, limit })
}

const sum = z.object({
  playlist: z.string(),
  item: z.string(),
  asset: z.string(),
  hour: z.string(),
  plays: z.int(),
  billable: z.int(),
  ms: z.int(),
  interrupted: z.int(),
  failed: z.int(),
  emergency: z.int(),
  unlit: z.int(),
})

const groups: Readonly<Record<SumBy, string>> = {
  item: 'playlist, item, asset',
  playlist: 'playlist',
  hour: 'hour',
}

/** Showings summed up; stretches of darkness are no showings. */
export function playSums(db: ReadDb, filter: PlayFilter, by: SumBy): PlaySum[] {
  const billable = `outcome = 'complete' AND wall_on = 1 AND coalesce(level, '') NOT IN ('emergency', 'fallback')`
  const sql = `SELECT playlist, item, asset, strftime('%Y-%m-%dT%H:00:00Z', started_at / 1000, 'unixepoch') AS hour,
      count(*) AS plays, sum(${billable}) AS billable, sum(ms) AS ms, sum(outcome = 'interrupted') AS interrupted,
      sum(outcome = 'failed') AS failed, sum(coalesce(level, '') = 'emergency') AS emergency, sum(wall_on = 0) AS unlit
    FROM plays WHERE kind = 'showing' AND ${condition(filter)} GROUP BY ${groups[by]} ORDER BY ${groups[by]}`
  return db.all(sum, sql, parametersOf(filter))
}
