import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandsForgottenThrough, isCommandSeen, noteCommand } from '../../main/sqlite/commands-seen.ts'
import { temporaryDatabase } from './temporary.ts'

test('ids of commands that are long over are forgotten, and what is forgotten is known by its expiry', (t) => {
  const db = temporaryDatabase(t)
  noteCommand(db, 'a', 1000, 0)
  noteCommand(db, 'b', 5000, 0)
  assert.ok(isCommandSeen(db, 'a'))
  assert.equal(commandsForgottenThrough(db), 0)
  noteCommand(db, 'c', 9000, 2000)
  assert.ok(!isCommandSeen(db, 'a') && isCommandSeen(db, 'b'))
  assert.equal(commandsForgottenThrough(db), 1000)
  noteCommand(db, 'd', 9000, 4_000_000_000_000)
  assert.equal(commandsForgottenThrough(db), 9000, 'a clock far ahead forgets no more than there was')
})

test('ten thousand ids are kept, those that expire last', (t) => {
  const db = temporaryDatabase(t)
  db.transaction(() => {
    for (let n = 1; n <= 10_050; n++) noteCommand(db, `id-${n}`, n, 0)
  })
  assert.equal(commandsForgottenThrough(db), 50)
  assert.ok(!isCommandSeen(db, 'id-50') && isCommandSeen(db, 'id-51'))
})
