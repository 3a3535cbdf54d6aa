import type { WriteDb } from '../connection.ts'

/** Stretches in which the wall was off stand among the plays, so that a gap between two showings is explained. */
export function darkPlays(db: WriteDb): void {
  db.exec(`ALTER TABLE plays ADD COLUMN kind TEXT NOT NULL DEFAULT 'showing' CHECK (kind IN ('showing', 'dark'))`)
}
