import assert from 'node:assert/strict'
import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { connectFile } from '../../main/sqlite/connection.ts'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'
import { finishPlay, lastPlays, startPlay } from '../../main/sqlite/plays.ts'
import { dropOldPlays, dropsAreSaid, unsaidDrops } from '../../main/sqlite/plays-budget.ts'
import { acknowledgePlays, playsChain, sealedPlays } from '../../main/sqlite/plays-chain.ts'
import { findSetting, putSetting } from '../../main/sqlite/settings.ts'
import { integritySteps, writeLogBack } from '../../main/sqlite/upkeep.ts'
import { assetNameOf } from '../../shared/asset-name.ts'
import { temporaryDatabase, temporaryFolder } from './temporary.ts'

const asset = assetNameOf('ab'.repeat(32))
const play = (startedAt: number) => ({ playlist: 'p', revision: 1, item: 'i', asset, startedAt })

function ended(db: WriteDb, count: number): void {
  const end = { ms: 1, presentedFrames: 0, droppedFrames: 0, outcome: 'complete' as const }
  db.transaction(() => {
    for (let at = 1; at <= count; at++) finishPlay(db, startPlay(db, play(at)), end)
  })
}
function acknowledge(db: WriteDb, through: number): void {
  const head = sealedPlays(db, through - 1, 1)[0]?.hash ?? ''
  assert.ok(acknowledgePlays(db, { through, head }, 'a JWS'))
}

test('the oldest records of plays go beyond the budget of rows, and acknowledged ones that are too old', (t) => {
  const db = temporaryDatabase(t)
  ended(db, 1000)
  acknowledge(db, 300)
  assert.deepEqual(dropOldPlays(db, { rows: 600, ms: 1e9 }), { plays: 400, unacknowledged: 100 })
  assert.equal(lastPlays(db, 5000).at(-1)?.seq, 401)
  // The newest hundred began at 901 and later: what began before 701 is too old, but nobody has it yet.
  assert.deepEqual(dropOldPlays(db, { rows: 1e6, ms: 200 }), { plays: 0, unacknowledged: 0 })
  acknowledge(db, 650)
  assert.deepEqual(dropOldPlays(db, { rows: 1e6, ms: 200 }), { plays: 250, unacknowledged: 0 })
  acknowledge(db, 900)
  assert.deepEqual(dropOldPlays(db, { rows: 1e6, ms: 200 }), { plays: 50, unacknowledged: 0 })
  assert.equal(playsChain(db).droppedThrough, 700)
})

test('records that are not sealed yet are never dropped', (t) => {
  const db = temporaryDatabase(t)
  startPlay(db, play(1))
  ended(db, 50)
  assert.deepEqual(dropOldPlays(db, { rows: 10, ms: 1e9 }), { plays: 0, unacknowledged: 0 })
})

test('a clock that jumps ahead for a moment drops no records', (t) => {
  const db = temporaryDatabase(t)
  ended(db, 200)
  acknowledge(db, 200)
  startPlay(db, play(1e14))
  assert.deepEqual(dropOldPlays(db, { rows: 1e6, ms: 1000 }), { plays: 0, unacknowledged: 0 })
})

test('the log beside the database gives its room back', (t) => {
  const file = join(temporaryFolder(t), 'player.db')
  const { db, close } = openDatabase(file)
  t.after(close)
  for (let count = 0; count < 20; count++) putSetting(db, `${count}`, 'x'.repeat(10_000))
  assert.ok(statSync(`${file}-wal`).size > 100_000)
  writeLogBack(db)
  assert.equal(statSync(`${file}-wal`).size, 0)
})

test('somebody who reads the database for long does not hold up its upkeep, and afterwards the log gives its room back', (t) => {
  const file = join(temporaryFolder(t), 'player.db')
  const { db, close } = openDatabase(file)
  t.after(close)
  const reader = connectFile(file, undefined)
  t.after(() => reader.close())
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM settings').get()
  for (let count = 0; count < 20; count++) putSetting(db, `${count}`, 'x'.repeat(10_000))
  assert.equal(writeLogBack(db), false)
  const timeout = db.get(z.object({ timeout: z.int() }), 'PRAGMA busy_timeout')
  assert.equal(timeout?.timeout, 5000, 'whoever writes waits as before')
  reader.exec('COMMIT')
  assert.equal(writeLogBack(db), true)
  assert.equal(statSync(`${file}-wal`).size, 0)
})

test('a sound database has nothing to say in any step of its check', (t) => {
  const db = temporaryDatabase(t)
  db.transaction(() => {
    for (let at = 1; at <= 5000; at++) startPlay(db, play(at))
  })
  const steps = [...integritySteps(db)]
  assert.ok(steps.length > 10 && steps.every((one) => one === undefined))
})

test('a data folder that is moved between two runs is as good as before', (t) => {
  const parent = temporaryFolder(t)
  const first = openDatabase(join(parent, 'here', 'player.db'))
  putSetting(first.db, 'a', '1')
  first.close()
  renameSync(join(parent, 'here'), join(parent, 'there'))
  const second = openDatabase(join(parent, 'there', 'player.db'))
  t.after(second.close)
  assert.equal(findSetting(second.db, 'a'), '1')
})

test('what was dropped is remembered until it is reported, also over a restart', (t) => {
  const db = temporaryDatabase(t)
  ended(db, 100)
  acknowledge(db, 20)
  dropOldPlays(db, { rows: 60, ms: 1e9 })
  dropOldPlays(db, { rows: 50, ms: 1e9 })
  assert.deepEqual(unsaidDrops(db), { plays: 50, unacknowledged: 30 })
  dropsAreSaid(db)
  assert.deepEqual(unsaidDrops(db), { plays: 0, unacknowledged: 0 })
})
