import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownSigner } from '../../main/adapters/player-key.ts'
import type { WriteDb } from '../../main/sqlite/open.ts'
import { temporaryDatabase } from './temporary.ts'

/** A database to which nothing can be written from now on, as on a disk that has become read-only. */
const takeNothing = (db: WriteDb) => db.exec('PRAGMA query_only = ON')
const takeAgain = (db: WriteDb) => db.exec('PRAGMA query_only = OFF')

test('a player has one key for good', (t) => {
  const db = temporaryDatabase(t)
  const problems: string[] = []
  const first = ownSigner(db, problems)?.key
  assert.ok(first)
  takeNothing(db)
  assert.deepEqual(ownSigner(db, problems)?.key, first)
  assert.deepEqual(problems, [])
})

test('a disk that does not take the key of a first start costs no wall: nothing is signed, and it is said', (t) => {
  const db = temporaryDatabase(t)
  const problems: string[] = []
  takeNothing(db)
  assert.equal(ownSigner(db, problems), undefined)
  assert.match(problems.join(), /this player's key .*readonly.*no play is sent until the next start/)
  takeAgain(db)
  assert.ok(ownSigner(db, [])?.key)
})

test('a disk that fails once only costs nothing', (t) => {
  const db = temporaryDatabase(t)
  const problems: string[] = []
  let tries = 0
  const failsOnce: WriteDb = {
    ...db,
    run(sql, parameters) {
      tries += 1
      if (tries === 1) takeNothing(db)
      try {
        return db.run(sql, parameters)
      } finally {
        takeAgain(db)
      }
    },
  }
  assert.ok(ownSigner(failsOnce, problems)?.key)
  assert.deepEqual([tries, problems], [2, []])
})
