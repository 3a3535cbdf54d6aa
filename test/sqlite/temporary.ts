import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A real database in a file of its own, closed after the test. */
export function temporaryDatabase(t: TestContext): WriteDb {
  const { db, close } = openDatabase(join(temporaryFolder(t), 'player.sqlite'))
  t.after(close)
  return db
}
