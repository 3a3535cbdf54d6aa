import { z } from 'zod'
import { type AssetName, assetName } from '../../shared/asset-name.ts'
import type { PlayLevel, UnsealedPlay } from '../../shared/plays/record.ts'
import type { ReadDb, WriteDb } from './connection.ts'
import { resumeChain, sealPlays } from './plays-chain.ts'

const play = z.object({
  seq: z.int(),
  /** `dark`: the wall was off; then `item` says why, and there is no playlist and no asset. */
  kind: z.enum(['showing', 'dark']),
  playlist: z.string(),
  revision: z.int(),
  item: z.string(),
  asset: assetName.or(z.literal('')),
  startedAt: z.int(),
  ms: z.int(),
  presentedFrames: z.int(),
  droppedFrames: z.int(),
  outcome: z.enum(['running', 'complete', 'interrupted', 'failed']),
})

/** One showing that really happened. `seq` only grows; `startedAt` in milliseconds since 1970; frames are 0 for photos. */
export type Play = z.infer<typeof play>
export type StartedPlay = Pick<Play, 'playlist' | 'revision' | 'item' | 'startedAt'> & {
  readonly asset: AssetName
  /** Of its playlist; absent where nobody knows. */
  readonly level?: PlayLevel | undefined
  /** Absent: it was on. */
  readonly wallOn?: boolean | undefined
  /** How far the time could be believed; absent: not at all. */
  readonly clock?: UnsealedPlay['clock'] | undefined
}
export type EndOfPlay = Pick<Play, 'ms' | 'presentedFrames' | 'droppedFrames'> & {
  readonly outcome: Exclude<Play['outcome'], 'running'>
  /** False: the wall had none for a part of the time. Absent: as at the start. */
  readonly hadPower?: boolean | undefined
}

const columns = `seq, kind, playlist, revision, item, asset, started_at AS startedAt, ms,
  presented_frames AS presentedFrames, dropped_frames AS droppedFrames, outcome`

/** With one a record is sealed when it ends, with the next if that ended in the meantime; more are a backlog for slices of their own. */
const sealedAtOnce = 4

/** Records a showing whose first frame was presented; returns its seq. */
export function startPlay(db: WriteDb, started: StartedPlay): number {
  const { level = null, wallOn = true, clock = 'unknown', playlist, revision, item, asset } = started
  const sql = `INSERT INTO plays (playlist, revision, item, asset, started_at, ms, presented_frames, dropped_frames, outcome, level, wall_on, clock)
    VALUES ($playlist, $revision, $item, $asset, $startedAt, 0, 0, 0, 'running', $level, $wallOn, $clock)`
  const startedAt = Math.round(started.startedAt)
  return db.run(sql, { playlist, revision, item, asset, startedAt, level, wallOn: wallOn ? 1 : 0, clock }).lastId
}

/** Records that the wall went off, and why; returns its seq. */
export function startDark(
  db: WriteDb,
  reason: string,
  startedAt: number,
  clock: UnsealedPlay['clock'] = 'unknown',
): number {
  const sql = `INSERT INTO plays (kind, playlist, revision, item, asset, started_at, ms, presented_frames, dropped_frames, outcome, wall_on, clock)
    VALUES ('dark', '', 0, $reason, '', $startedAt, 0, 0, 0, 'running', 0, $clock)`
  return db.run(sql, { reason, startedAt: Math.round(startedAt), clock }).lastId
}

/** Completes a showing, and seals it; returns false if it was not running: nothing that is finished is written twice. */
export function finishPlay(db: WriteDb, seq: number, end: EndOfPlay): boolean {
  const sql = `UPDATE plays SET ms = $ms, presented_frames = $presentedFrames, dropped_frames = $droppedFrames,
    outcome = $outcome, wall_on = min(wall_on, $hadPower) WHERE seq = $seq AND outcome = 'running'`
  return db.transaction(() => {
    const { ms, presentedFrames, droppedFrames, outcome, hadPower = true } = end
    const changes = { ms: Math.round(ms), presentedFrames, droppedFrames, outcome, hadPower: hadPower ? 1 : 0, seq }
    const isFinished = db.run(sql, changes).changes > 0
    if (isFinished) sealPlays(db, sealedAtOnce)
    return isFinished
  })
}

/** At start: what was on when the power went never ended. Returns how many there were. */
export function interruptRunningPlays(db: WriteDb): number {
  return db.transaction(() => {
    resumeChain(db)
    return db.run(`UPDATE plays SET outcome = 'interrupted' WHERE outcome = 'running'`).changes
  })
}

/** The records after `seq`, oldest first. */
export function playsAfter(db: ReadDb, seq: number, limit: number): Play[] {
  return db.all(play, `SELECT ${columns} FROM plays WHERE seq > $seq ORDER BY seq LIMIT $limit`, { seq, limit })
}

/** The newest records first. */
export function lastPlays(db: ReadDb, limit: number): Play[] {
  return db.all(play, `SELECT ${columns} FROM plays ORDER BY seq DESC LIMIT $limit`, { limit })
}
