import { z } from 'zod'
import type { ReadDb, WriteDb } from './connection.ts'

const link = z.object({ revision: z.int(), jws: z.string() })

/** A trust document, as it came, that changed who signs trust. */
export type TrustChainLink = z.infer<typeof link>

/** In the order in which they vouch for one another. */
export const trustChain = (db: ReadDb): TrustChainLink[] =>
  db.all(link, 'SELECT revision, jws FROM trust_chain ORDER BY revision')

export function addToTrustChain(db: WriteDb, { revision, jws }: TrustChainLink): void {
  db.run('INSERT OR REPLACE INTO trust_chain (revision, jws) VALUES ($revision, $jws)', { revision, jws })
}
