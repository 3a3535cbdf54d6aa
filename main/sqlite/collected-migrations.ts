import type { WriteDb } from './connection.ts'
import type { Migration } from './migrate.ts'

/** What a receiver keeps of a fleet. In order and only ever appended to. */
export const collectedMigrations: readonly Migration[] = [first, gapStatements]

function first(db: WriteDb): void {
  db.exec(`
    -- A player's records under one key. A player that was set up anew has another key, and another chain.
    CREATE TABLE chains (
      chain INTEGER PRIMARY KEY,
      player TEXT NOT NULL,
      player_key TEXT NOT NULL,
      since INTEGER NOT NULL,
      head_seq INTEGER NOT NULL,
      head TEXT,
      acknowledgement TEXT
    ) STRICT;
    CREATE INDEX chains_by_player ON chains (player, chain);

    -- The key is what makes a record that is delivered twice one record.
    CREATE TABLE plays (
      chain INTEGER NOT NULL REFERENCES chains (chain),
      seq INTEGER NOT NULL,
      kind TEXT NOT NULL,
      playlist TEXT NOT NULL,
      revision INTEGER NOT NULL,
      item TEXT NOT NULL,
      asset TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      ms INTEGER NOT NULL,
      presented_frames INTEGER NOT NULL,
      dropped_frames INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      level TEXT,
      wall_on INTEGER NOT NULL,
      brightness REAL,
      clock TEXT NOT NULL,
      previous BLOB NOT NULL,
      hash BLOB NOT NULL,
      PRIMARY KEY (chain, seq)
    ) STRICT, WITHOUT ROWID;

    -- Records that no player will send any more.
    CREATE TABLE gaps (
      chain INTEGER NOT NULL REFERENCES chains (chain),
      from_seq INTEGER NOT NULL,
      through_seq INTEGER NOT NULL,
      noticed_at INTEGER NOT NULL,
      PRIMARY KEY (chain, from_seq)
    ) STRICT, WITHOUT ROWID;
  `)
}

/** An operator signs for a gap, so that an exported chain says by itself that it is one. */
function gapStatements(db: WriteDb): void {
  db.exec('ALTER TABLE gaps ADD COLUMN statement TEXT')
}
