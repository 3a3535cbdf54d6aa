import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { WriteDb } from '../../main/sqlite/open.ts'
import { giveMemoryBack } from '../../main/sqlite/upkeep.ts'
import { temporaryDatabase } from './temporary.ts'

/** MiB of this process that are not pages of files. */
const ownMib = (): number => Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

/** Some 5 MB of records, in one statement, so that nothing is left of it in JavaScript's memory. */
const addPlays = (db: WriteDb) =>
  db.run(`INSERT INTO plays (playlist, revision, item, asset, started_at, ms, presented_frames, dropped_frames, outcome)
    WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < 10000)
    SELECT 'friends', 1, hex(randomblob(200)), '', n, 1, 0, 0, 'complete' FROM row`)

test('records that grow by megabytes do not make the process grow', (t) => {
  if (process.platform !== 'linux') return t.skip('there is no /proc')
  const db = temporaryDatabase(t)
  const look = () => {
    addPlays(db)
    giveMemoryBack(db)
    return ownMib()
  }
  const first = look()
  const sizes = [look(), look(), look()]
  assert.ok(Math.max(...sizes) < first + 3, `${first} MiB, then ${sizes}`)
})
