import { createHash } from 'node:crypto'
import { z } from 'zod'
import { sealed } from '../../shared/plays/chain.ts'
import type { PlayRecord } from '../../shared/plays/record.ts'
import type { ReadDb, WriteDb } from './connection.ts'
import { hashText, playColumns, sealedPlay, unsealedPlay } from './play-rows.ts'

const chain = z.object({
  sealedThrough: z.int(),
  sealedHash: hashText,
  acknowledgedThrough: z.int(),
  acknowledgement: z.string().nullable(),
  droppedThrough: z.int(),
})

/**
 * How far the chain of plays is sealed, how far an operator has countersigned it (with the newest acknowledgement, a JWS), and up
 * to where it is gone.
 */
export type PlaysChain = z.infer<typeof chain>

export function playsChain(db: ReadDb): PlaysChain {
  const sql = `SELECT sealed_through AS sealedThrough, sealed_hash AS sealedHash, acknowledged_through AS acknowledgedThrough,
    acknowledgement, dropped_through AS droppedThrough FROM plays_chain`
  return chain.parse(db.get(z.unknown(), sql)) // a row that is gone is as bad as one that cannot be read
}

/** SHA-256 by Node: sealing happens within the transaction that ends a showing. */
const sha256 = { sha256: (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest() }

/**
 * Seals ended records in their order, as many as `limit`, up to the first that still runs: in a fade two overlap, and what
 * ended first may have begun last. Returns how many.
 */
export function sealPlays(db: WriteDb, limit: number): number {
  return db.transaction(() => {
    const { sealedThrough, sealedHash } = playsChain(db)
    const sql = `SELECT ${playColumns} FROM plays WHERE seq > $sealedThrough AND seq <
      coalesce((SELECT min(seq) FROM plays WHERE outcome = 'running'), 9007199254740991) ORDER BY seq LIMIT $limit`
    let last = { seq: sealedThrough, hash: sealedHash }
    const rows = db.all(unsealedPlay, sql, { sealedThrough, limit })
    for (const row of rows) {
      const { seq, previous, hash } = sealed(row, last.hash, sha256)
      const bytes = { previous: Buffer.from(previous, 'hex'), hash: Buffer.from(hash, 'hex') }
      db.run('UPDATE plays SET previous = $previous, hash = $hash WHERE seq = $seq', { seq, ...bytes })
      last = { seq, hash }
    }
    if (rows.length > 0) putSealed(db, last)
    return rows.length
  })
}

/** The sealed records after `seq`, oldest first. */
export function sealedPlays(db: ReadDb, seq: number, limit: number): PlayRecord[] {
  const sql = `SELECT ${playColumns}, previous, hash FROM plays WHERE seq > $seq
    AND seq <= (SELECT sealed_through FROM plays_chain) AND hash IS NOT NULL ORDER BY seq LIMIT $limit`
  return db.all(sealedPlay, sql, { seq, limit })
}

/** An acknowledgement's word: everything up to this record is in other hands, and the chain was so. */
type Acknowledged = { readonly through: number; readonly head: string }

/**
 * Whether an acknowledgement is about a record of this chain and goes further than the one on disk. `other`: the record has
 * another hash, or is not there yet.
 */
export function fitsChain(db: ReadDb, { through, head }: Acknowledged): 'further' | 'known' | 'other' {
  const known = playsChain(db)
  const sql = 'SELECT hash FROM plays WHERE seq = $through'
  const row = db.get(z.object({ hash: hashText.nullable() }), sql, { through })
  if (!row && through <= Math.max(known.droppedThrough, known.acknowledgedThrough)) return 'known'
  if (row?.hash !== head) return 'other'
  return through <= known.acknowledgedThrough ? 'known' : 'further'
}

/** Keeps an acknowledgement (`text`: as it came) that fits the chain and goes further than the one before; whether it does. */
export function acknowledgePlays(db: WriteDb, acknowledged: Acknowledged, text: string): boolean {
  return db.transaction(() => {
    if (fitsChain(db, acknowledged) !== 'further') return false
    const { through } = acknowledged
    const sql = 'UPDATE plays_chain SET acknowledged_through = $through, acknowledgement = $text'
    return db.run(sql, { through, text }).changes > 0
  })
}

const holeRow = z.object({ from: z.int(), through: z.int(), hash: hashText })

/** Records that are gone for good, from the oldest on, with the hash of the last of each: what the record behind it names. */
export const playHoles = (db: ReadDb): z.infer<typeof holeRow>[] =>
  db.all(
    holeRow,
    `SELECT coalesce((SELECT max(seq) FROM plays WHERE seq < one.seq), 0) + 1 AS "from", seq - 1 AS through, previous AS hash
     FROM plays AS one WHERE seq > 1 AND seq <= (SELECT dropped_through FROM plays_chain) + 1 AND previous IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM plays WHERE seq = one.seq - 1) ORDER BY seq`,
  )

/** Records up to this one that are not here any more will not be sent. */
export function noteHole(db: WriteDb, through: number): void {
  db.run('UPDATE plays_chain SET dropped_through = max(dropped_through, $through)', { through })
}

const tail = z.object({ seq: z.int(), hash: hashText })

/** After a start, maybe with rows that were saved from a damaged file: no number is given twice, and no record sealed twice. */
export function resumeChain(db: WriteDb): void {
  const { sealedThrough } = playsChain(db)
  const newest = `SELECT seq, hash FROM (SELECT seq, hash FROM plays ORDER BY seq DESC LIMIT 1000)
    WHERE hash IS NOT NULL ORDER BY seq DESC LIMIT 1`
  const last = db.get(tail, newest)
  if (last && last.seq >= sealedThrough) putSealed(db, last)
  db.run(`INSERT INTO sqlite_sequence (name, seq) SELECT 'plays', 0
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'plays')`)
  db.run(`UPDATE sqlite_sequence SET seq = max(seq, (SELECT sealed_through FROM plays_chain)) WHERE name = 'plays'`)
}

function putSealed(db: WriteDb, { seq, hash }: { seq: number; hash: string }): void {
  db.run('UPDATE plays_chain SET sealed_through = $seq, sealed_hash = $hash', { seq, hash: Buffer.from(hash, 'hex') })
}
