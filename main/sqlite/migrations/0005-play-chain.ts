import type { WriteDb } from '../connection.ts'

/** Each record of a play is sealed with a hash over itself and the one before, so that none can be changed unseen. */
export function playChain(db: WriteDb): void {
  db.exec(`
    ALTER TABLE plays ADD COLUMN level TEXT;
    ALTER TABLE plays ADD COLUMN wall_on INTEGER NOT NULL DEFAULT 1 CHECK (wall_on IN (0, 1));
    ALTER TABLE plays ADD COLUMN brightness REAL;
    ALTER TABLE plays ADD COLUMN clock TEXT NOT NULL DEFAULT 'unknown' CHECK (clock IN ('trusted', 'holdover', 'unknown'));
    ALTER TABLE plays ADD COLUMN previous BLOB;
    ALTER TABLE plays ADD COLUMN hash BLOB;
    UPDATE plays SET wall_on = 0 WHERE kind = 'dark';

    -- How far the chain is sealed, how far somebody has countersigned it, and how much of it is gone.
    CREATE TABLE plays_chain (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      sealed_through INTEGER NOT NULL,
      sealed_hash BLOB NOT NULL,
      acknowledged_through INTEGER NOT NULL,
      acknowledgement TEXT,
      dropped_through INTEGER NOT NULL
    ) STRICT;
    INSERT INTO plays_chain
      SELECT 1, coalesce(min(seq), 1) - 1, zeroblob(32), 0, NULL, coalesce(min(seq), 1) - 1 FROM plays;
  `)
}
