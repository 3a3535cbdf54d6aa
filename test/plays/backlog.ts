import { ownSigner } from '../../main/adapters/player-key.ts'
import type { StatementSigner } from '../../main/adapters/statement-signer.ts'
import type { WriteDb } from '../../main/sqlite/open.ts'
import { startPlay } from '../../main/sqlite/plays.ts'
import { sealPlays } from '../../main/sqlite/plays-chain.ts'
import { assetNameOf } from '../../shared/asset-name.ts'

const asset = assetNameOf('ab'.repeat(32))
export const backlogBeganMs = Date.UTC(2026, 0, 1)

/** Adds showings of ten seconds that ended long ago, unsealed. */
export function addEndedPlays(db: WriteDb, count: number, from = 0): void {
  db.transaction(() => {
    for (let index = from; index < from + count; index++) {
      const startedAt = backlogBeganMs + index * 10_000
      const playlist = `campaign-${index % 7}`
      const item = `item-${index % 40}`
      startPlay(db, { playlist, revision: 3, item, asset, startedAt, level: 'normal', clock: 'trusted' })
    }
    db.run(`UPDATE plays SET outcome = 'complete', ms = 10000, presented_frames = 300 WHERE outcome = 'running'`)
  })
}

/** Seals all that has ended. */
export function sealAll(db: WriteDb): void {
  while (sealPlays(db, 5_000) > 0);
}

/** The signer of the player whose database this is. */
export function signerOf(db: WriteDb): StatementSigner {
  const signer = ownSigner(db, [])
  if (!signer) throw new Error('no key')
  return signer
}
