import { z } from 'zod'
import { type PublicJwk, publicJwk } from '../../shared/documents/jws.ts'
import type { Gap } from '../../shared/plays/receive.ts'
import type { PlayRecord } from '../../shared/plays/record.ts'
import type { ReadDb, WriteDb } from './connection.ts'
import { hashBytes, hashText, playColumns, sealedPlay } from './play-rows.ts'

const jsonKey = z.string().transform((text) => publicJwk.parse(JSON.parse(text)))
const chainRow = z.object({
  chain: z.int(),
  player: z.string(),
  key: jsonKey,
  since: z.int(),
  headSeq: z.int(),
  /** The player's newest head, and our newest acknowledgement: JWS texts. */
  head: z.string().nullable(),
  acknowledgement: z.string().nullable(),
})

/** One player's records under one key; `headSeq` is the newest that is held, 0 for none. */
export type CollectedChain = z.infer<typeof chainRow>

const columns = `chain, player, player_key AS key, since, head_seq AS headSeq, head, acknowledgement`

/** Every chain, by player and age. */
export const collectedChains = (db: ReadDb): CollectedChain[] =>
  db.all(chainRow, `SELECT ${columns} FROM chains ORDER BY player, chain`)

/** The chain that a player goes on with. */
export const currentChain = (db: ReadDb, player: string): CollectedChain | undefined =>
  db.get(chainRow, `SELECT ${columns} FROM chains WHERE player = $player ORDER BY chain DESC LIMIT 1`, { player })

/** Begins a chain under a key that is believed from now on. */
export function beginChain(db: WriteDb, player: string, key: PublicJwk, since: number): CollectedChain {
  const sql = 'INSERT INTO chains (player, player_key, since, head_seq) VALUES ($player, $key, $since, 0)'
  const { lastId } = db.run(sql, { player, key: JSON.stringify(key), since })
  return { chain: lastId, player, key, since, headSeq: 0, head: null, acknowledgement: null }
}

/** The hash of a record that is held. */
export const collectedHash = (db: ReadDb, chain: number, seq: number): string | undefined =>
  db.get(z.object({ hash: hashText }), 'SELECT hash FROM plays WHERE chain = $chain AND seq = $seq', { chain, seq })
    ?.hash

/** Stores records, once each; a record that is there already stays as it is. */
export function addCollected(db: WriteDb, chain: number, records: readonly PlayRecord[]): void {
  const sql = `INSERT OR IGNORE INTO plays VALUES ($chain, $seq, $kind, $playlist, $revision, $item, $asset, $startedAt, $ms,
    $presentedFrames, $droppedFrames, $outcome, $level, $wallOn, $brightness, $clock, $previous, $hash)`
  for (const record of records) {
    const { startedAt, wallOn, previous, hash } = record
    const bytes = { previous: hashBytes(previous), hash: hashBytes(hash) }
    db.run(sql, { ...record, chain, startedAt: Date.parse(startedAt), wallOn: wallOn ? 1 : 0, ...bytes })
  }
}

/** What is held now goes up to here, by the player's word and ours. */
export function putHead(
  db: WriteDb,
  chain: number,
  held: { readonly seq: number; readonly head: string; readonly acknowledgement: string },
): void {
  const sql = 'UPDATE chains SET head_seq = $seq, head = $head, acknowledgement = $acknowledgement WHERE chain = $chain'
  db.run(sql, { chain, ...held })
}

/** `statement`: the gap as an operator signs for it, a JWS text. */
export function addGap(
  db: WriteDb,
  chain: number,
  { from, through }: Gap,
  { noticedAt, statement }: { readonly noticedAt: number; readonly statement: string },
): void {
  const sql = 'INSERT OR IGNORE INTO gaps VALUES ($chain, $from, $through, $noticedAt, $statement)'
  db.run(sql, { chain, from, through, noticedAt, statement })
}

const statementRow = z.object({ through: z.int(), statement: z.string() })
/** The gaps of a chain that an operator has signed for, with the JWS texts. */
export const gapStatementsOf = (db: ReadDb, chain: number): z.infer<typeof statementRow>[] =>
  db.all(
    statementRow,
    `SELECT through_seq AS through, statement FROM gaps WHERE chain = $chain AND statement IS NOT NULL ORDER BY from_seq`,
    { chain },
  )

const gapRow = z.object({ player: z.string(), from: z.int(), through: z.int(), noticedAt: z.int() })
/** Every gap, by player. */
export const collectedGaps = (db: ReadDb): z.infer<typeof gapRow>[] =>
  db.all(
    gapRow,
    `SELECT player, from_seq AS "from", through_seq AS through, noticed_at AS noticedAt
     FROM gaps JOIN chains USING (chain) ORDER BY player, chain, from_seq`,
  )

/** The records of a chain after `seq`, oldest first. */
export function collectedPlays(db: ReadDb, chain: number, seq: number, limit: number): PlayRecord[] {
  const sql = `SELECT ${playColumns}, previous, hash FROM plays WHERE chain = $chain AND seq > $seq ORDER BY seq LIMIT $limit`
  return db.all(sealedPlay, sql, { chain, seq, limit })
}

const counted = z.object({ count: z.int() })
export const countCollected = (db: ReadDb): number => db.get(counted, 'SELECT count(*) AS count FROM plays')?.count ?? 0
