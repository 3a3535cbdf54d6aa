import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import type { ReadDb } from '../../main/sqlite/connection.ts'
import { putDocument } from '../../main/sqlite/documents.ts'
import { type Migration, migrations, versionOf } from '../../main/sqlite/migrate.ts'
import { DatabaseRefused, openDatabase, transaction } from '../../main/sqlite/open.ts'
import { findSetting, putSetting } from '../../main/sqlite/settings.ts'
import { temporaryDatabase, temporaryFolder } from './temporary.ts'

const refusedAs = (code: string) => (error: unknown) => error instanceof DatabaseRefused && error.code === code

test('what was committed is there after the database is opened again', (t) => {
  const file = join(temporaryFolder(t), 'below', 'player.sqlite')
  const first = openDatabase(file)
  putSetting(first.db, 'key', 'value')
  first.close()
  const second = openDatabase(file)
  t.after(second.close)
  assert.equal(findSetting(second.db, 'key'), 'value')
  assert.equal(versionOf(second.db), migrations.length)
})

test('a migration that fails leaves the database at the version before, and whole', (t) => {
  const file = join(temporaryFolder(t), 'player.sqlite')
  const failing: Migration = (db) => {
    db.exec('CREATE TABLE half (x TEXT) STRICT')
    throw new Error('power')
  }
  assert.throws(() => openDatabase(file, { migrations: [...migrations, failing] }), /power/)
  const after = openDatabase(file)
  t.after(after.close)
  assert.equal(versionOf(after.db), migrations.length)
  assert.equal(after.db.get(z.unknown(), `SELECT 1 FROM sqlite_schema WHERE name = 'half'`), undefined)
})

test('every migration starts from a database of the version before it, with rows in it', (t) => {
  const file = join(temporaryFolder(t), 'player.sqlite')
  migrations.forEach((_, index) => {
    const { db, close } = openDatabase(file, { migrations: migrations.slice(0, index + 1) })
    assert.equal(versionOf(db), index + 1)
    putSetting(db, `from-version-${index + 1}`, 'kept')
    close()
  })
  const { db, close } = openDatabase(file)
  t.after(close)
  migrations.forEach((_, index) => {
    assert.equal(findSetting(db, `from-version-${index + 1}`), 'kept')
  })
})

test('a database that a newer version wrote is refused and not touched', (t) => {
  const file = join(temporaryFolder(t), 'player.sqlite')
  const later: Migration = (db) => db.exec('CREATE TABLE later (x TEXT) STRICT')
  openDatabase(file, { migrations: [...migrations, later] }).close()
  assert.throws(() => openDatabase(file), refusedAs('too-new'))
  openDatabase(file, { migrations: [...migrations, later] }).close()
})

test('a file that is no database is refused as damaged', (t) => {
  const file = join(temporaryFolder(t), 'player.sqlite')
  writeFileSync(file, 'not a database, but long enough to be read as the header of one'.repeat(100))
  assert.throws(() => openDatabase(file), refusedAs('damaged'))
})

test('a database with a ruined page in its documents is refused at once, not when the page is read', (t) => {
  const file = join(temporaryFolder(t), 'player.sqlite')
  const { db, close } = openDatabase(file)
  transaction(db, () => {
    for (let count = 0; count < 200; count++) {
      const document = { kind: 'playlist' as const, target: 'players/a', id: `p${count}`, revision: 1, topic: 't' }
      putDocument(db, { ...document, jws: 'x'.repeat(500), receivedAt: 1 })
    }
  })
  const root = db.get(
    z.object({ page: z.int() }),
    `SELECT rootpage AS page FROM sqlite_schema WHERE name = 'documents'`,
  )
  close()
  const bytes = readFileSync(file)
  bytes.fill(0xff, ((root?.page ?? 0) - 1) * 4096, (root?.page ?? 0) * 4096)
  writeFileSync(file, bytes)
  assert.throws(() => openDatabase(file), refusedAs('damaged'))
})

test('a transaction that throws leaves nothing behind, and one within another takes only its own part back', (t) => {
  const db = temporaryDatabase(t)
  assert.throws(() =>
    transaction(db, () => {
      putSetting(db, 'a', '1')
      throw new Error('no')
    }),
  )
  assert.equal(findSetting(db, 'a'), undefined)
  transaction(db, () => {
    putSetting(db, 'outer', '1')
    assert.throws(() =>
      transaction(db, () => {
        putSetting(db, 'inner', '1')
        throw new Error('no')
      }),
    )
  })
  assert.deepEqual([findSetting(db, 'outer'), findSetting(db, 'inner')], ['1', undefined])
})

test('reading cannot write, and a row of another form than expected is an error, not a value', (t) => {
  const db = temporaryDatabase(t)
  const reading: ReadDb = db
  assert.throws(
    () => reading.all(z.unknown(), `INSERT INTO settings VALUES ('x', 'y') RETURNING name`),
    /not a reading statement/,
  )
  putSetting(db, 'name', 'text')
  assert.throws(() => reading.get(z.object({ value: z.int() }), 'SELECT value FROM settings'), z.ZodError)
})
