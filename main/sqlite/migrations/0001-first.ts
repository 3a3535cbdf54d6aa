import type { WriteDb } from '../connection.ts'

/** Documents, refusals, the queue to the broker, plays, the loop's position, assets and their downloads, settings. */
export function first(db: WriteDb): void {
  db.exec(`
    CREATE TABLE documents (
      kind TEXT NOT NULL,
      target TEXT NOT NULL,
      id TEXT NOT NULL,
      revision INTEGER NOT NULL,
      topic TEXT NOT NULL,
      jws TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      received_at INTEGER NOT NULL,
      PRIMARY KEY (kind, target, id)
    ) STRICT, WITHOUT ROWID;

    -- Outlives the documents: a removed document may not come back in an older revision.
    CREATE TABLE revisions_seen (
      kind TEXT NOT NULL,
      target TEXT NOT NULL,
      id TEXT NOT NULL,
      revision INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      PRIMARY KEY (kind, target, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE refusals (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      at INTEGER NOT NULL,
      topic TEXT NOT NULL,
      code TEXT NOT NULL,
      field TEXT NOT NULL,
      message TEXT NOT NULL
    ) STRICT;

    -- A row that is replaced gets a new id, and ids are never used twice: an acknowledgement removes only what was sent.
    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      topic TEXT NOT NULL,
      payload TEXT NOT NULL,
      qos INTEGER NOT NULL CHECK (qos IN (0, 1)),
      retain INTEGER NOT NULL CHECK (retain IN (0, 1)),
      slot TEXT UNIQUE,
      size_bytes INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX outbox_slots_first ON outbox (slot IS NULL, id);

    -- Kept by triggers: counting the queue at every message would grow with it.
    CREATE TABLE outbox_totals (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      messages INTEGER NOT NULL,
      size_bytes INTEGER NOT NULL,
      dropped INTEGER NOT NULL
    ) STRICT;
    INSERT INTO outbox_totals VALUES (1, 0, 0, 0);
    CREATE TRIGGER outbox_added AFTER INSERT ON outbox BEGIN
      UPDATE outbox_totals SET messages = messages + 1, size_bytes = size_bytes + new.size_bytes;
    END;
    CREATE TRIGGER outbox_removed AFTER DELETE ON outbox BEGIN
      UPDATE outbox_totals SET messages = messages - 1, size_bytes = size_bytes - old.size_bytes;
    END;

    CREATE TABLE plays (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      playlist TEXT NOT NULL,
      revision INTEGER NOT NULL,
      item TEXT NOT NULL,
      asset TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      ms INTEGER NOT NULL,
      presented_frames INTEGER NOT NULL,
      dropped_frames INTEGER NOT NULL,
      outcome TEXT NOT NULL CHECK (outcome IN ('running', 'complete', 'interrupted', 'failed'))
    ) STRICT;
    CREATE INDEX plays_running ON plays (seq) WHERE outcome = 'running';
    CREATE INDEX plays_by_time ON plays (started_at);

    CREATE TABLE position (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      position TEXT NOT NULL,
      showing_key TEXT NOT NULL
    ) STRICT;

    CREATE TABLE assets (
      asset TEXT PRIMARY KEY,
      size_bytes INTEGER NOT NULL,
      media_type TEXT NOT NULL,
      pieces BLOB NOT NULL,
      cached_at INTEGER NOT NULL,
      last_verified_at INTEGER NOT NULL,
      last_needed_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE downloads (
      asset TEXT PRIMARY KEY,
      url TEXT NOT NULL,
      validator TEXT,
      done_bytes INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      next_attempt_at INTEGER NOT NULL,
      touched_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE settings (
      name TEXT PRIMARY KEY,
      value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `)
}
