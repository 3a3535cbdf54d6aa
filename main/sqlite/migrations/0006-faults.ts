import type { WriteDb } from '../connection.ts'

/** The last faults outlive a restart and the outbox: they are what a technician asks for first. */
export function keptFaults(db: WriteDb): void {
  db.exec(`
    CREATE TABLE faults (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      code TEXT NOT NULL,
      subject TEXT NOT NULL,
      severity TEXT NOT NULL CHECK (severity IN ('warning', 'error')),
      first_at INTEGER NOT NULL,
      at INTEGER NOT NULL,
      times INTEGER NOT NULL,
      message TEXT NOT NULL,
      about TEXT NOT NULL,
      UNIQUE (code, subject)
    ) STRICT;
  `)
}
