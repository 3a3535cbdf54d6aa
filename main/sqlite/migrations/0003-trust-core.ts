import type { WriteDb } from '../connection.ts'

/** The chain of root keys, assets that may never be shown again, commands carried out, and when what is in force had come. */
export function trustCore(db: WriteDb): void {
  db.exec(`
    -- Every accepted trust document that changed the root keys: from the installed ones, each vouches for the next.
    CREATE TABLE trust_chain (
      revision INTEGER PRIMARY KEY,
      jws TEXT NOT NULL
    ) STRICT;

    -- Outlives the lists it came in: nothing is ever removed from it.
    CREATE TABLE taken_down (
      asset TEXT PRIMARY KEY,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE commands_seen (
      id TEXT PRIMARY KEY,
      expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX commands_seen_by_expiry ON commands_seen (expires_at);

    -- No command that expires at or before this is believed: those ids are forgotten.
    CREATE TABLE commands_forgotten (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      through INTEGER NOT NULL
    ) STRICT;
    INSERT INTO commands_forgotten VALUES (1, 0);

    ALTER TABLE playlists_in_force ADD COLUMN received_at INTEGER NOT NULL DEFAULT 0;
  `)
}
