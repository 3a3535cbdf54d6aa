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

/**
 * Keeps an acknowledgement that is about a record of this chain and goes further than the one before. `other`: the record has
 * another hash, or is not there yet.
 */
export function acknowledgePlays(
  db: WriteDb,
  { through, head }: { readonly through: number; readonly head: string },
  acknowledgement: string,
): 'acknowledged' | 'known' | 'other' {
  return db.transaction(() => {
    const known = playsChain(db)
    const row = db.get(z.object({ hash: hashText.nullable() }), 'SELECT hash FROM plays WHERE seq = $through', {
      through,
    })
    if (!row && through <= Math.max(known.droppedThrough, known.acknowledgedThrough)) return 'known'
    if (row?.hash !== head) return 'other'
    if (through <= known.acknowledgedThrough) return 'known'
    db.run('UPDATE plays_chain SET acknowledged_through = $through, acknowledgement = $acknowledgement', {
      through,
      acknowledgement,
    })
    return 'acknowledged'
  })
}

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
