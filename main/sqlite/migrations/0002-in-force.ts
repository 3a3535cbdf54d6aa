import type { WriteDb } from '../connection.ts'

/** The revision of each playlist that plays while a newer one is still arriving. */
export function inForce(db: WriteDb): void {
  db.exec(`
    CREATE TABLE playlists_in_force (
      target TEXT NOT NULL,
      id TEXT NOT NULL,
      revision INTEGER NOT NULL,
      topic TEXT NOT NULL,
      jws TEXT NOT NULL,
      PRIMARY KEY (target, id)
    ) STRICT, WITHOUT ROWID;
  `)
}
