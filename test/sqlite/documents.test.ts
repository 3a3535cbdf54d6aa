import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  documents,
  findDocument,
  type NewDocument,
  putDocument,
  removeDocument,
  seenRevision,
} from '../../main/sqlite/documents.ts'
import { temporaryDatabase } from './temporary.ts'

const revision = (number: number, text = `{"revision":${number}}`): NewDocument => ({
  kind: 'playlist',
  target: 'groups/west',
  id: 'spring',
  revision: number,
  topic: 'plazacast/v1/groups/west/playlists/spring',
  jws: text,
  receivedAt: 1_700_000_000_000 + number,
})

test('a document is replaced only by a higher revision, and the answer says which one it replaced', (t) => {
  const db = temporaryDatabase(t)
  assert.deepEqual(putDocument(db, revision(3)), { kind: 'stored', before: undefined })
  assert.deepEqual(putDocument(db, revision(5)), { kind: 'stored', before: 3 })
  assert.deepEqual(putDocument(db, revision(4)), { kind: 'stale', seen: 5 })
  assert.equal(findDocument(db, 'playlist', 'groups/west', 'spring')?.revision, 5)
})

test('the same message twice changes nothing, other bytes under the same revision are a conflict', (t) => {
  const db = temporaryDatabase(t)
  putDocument(db, revision(3))
  assert.deepEqual(putDocument(db, revision(3)), { kind: 'same' })
  assert.deepEqual(putDocument(db, revision(3, '{"other":true}')), { kind: 'conflict', seen: 3 })
  assert.equal(findDocument(db, 'playlist', 'groups/west', 'spring')?.jws, '{"revision":3}')
})

test('a removed document cannot come back in an older revision, but in the same one', (t) => {
  const db = temporaryDatabase(t)
  putDocument(db, revision(7))
  assert.equal(removeDocument(db, 'playlist', 'groups/west', 'spring'), true)
  assert.equal(seenRevision(db, 'playlist', 'groups/west', 'spring')?.revision, 7)
  assert.deepEqual(putDocument(db, revision(6)), { kind: 'stale', seen: 7 })
  assert.deepEqual(putDocument(db, revision(7)), { kind: 'stored', before: undefined })
})

test('documents are told apart by kind, target and id, and the message comes back byte for byte', (t) => {
  const db = temporaryDatabase(t)
  const odd = '{ "payload" : "\u0000重庆\\u00e9" }\n'
  putDocument(db, revision(1, odd))
  putDocument(db, { ...revision(9), target: 'players/a' })
  putDocument(db, { ...revision(2), kind: 'site', target: 'players/a', id: 'a' })
  assert.deepEqual(
    documents(db, 'playlist').map((one) => [one.target, one.revision]),
    [
      ['groups/west', 1],
      ['players/a', 9],
    ],
  )
  assert.equal(documents(db).length, 3)
  assert.equal(findDocument(db, 'playlist', 'groups/west', 'spring')?.jws, odd)
})
