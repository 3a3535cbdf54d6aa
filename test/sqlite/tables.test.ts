import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import {
  findAsset,
  type HeldAssetWithPieces,
  heldAssets,
  noteNeeded,
  noteVerified,
  putAsset,
  removeAsset,
} from '../../main/sqlite/assets.ts'
import { findDownload, halfDownloads, putDownload, removeDownload } from '../../main/sqlite/downloads.ts'
import { enqueue, nextInOutbox, outboxTotals, removeFromOutbox } from '../../main/sqlite/outbox.ts'
import { finishPlay, interruptRunningPlays, lastPlays, playsAfter, startPlay } from '../../main/sqlite/plays.ts'
import { loadPosition, savePosition } from '../../main/sqlite/position.ts'
import { addRefusal, lastRefusals } from '../../main/sqlite/refusals.ts'
import { findSetting, putSetting } from '../../main/sqlite/settings.ts'
import { assetNameOf } from '../../shared/asset-name.ts'
import { showingKey } from '../../shared/screen/programme.ts'
import { temporaryDatabase } from './temporary.ts'

const planRow = z.object({ detail: z.string() })

const asset = assetNameOf('ab'.repeat(32))
const event = (payload: string) => ({ topic: 'p/events', payload, qos: 1 as const, retain: false })
const state = (payload: string) => ({ topic: 'p/state', payload, qos: 1 as const, retain: true, slot: 'state' })

test('the newest refusals come first, and thousands of them do not fill the disk', (t) => {
  const db = temporaryDatabase(t)
  for (let at = 1; at <= 1000; at++) addRefusal(db, { at, topic: 't', code: 'stale', field: '', message: `m${at}` })
  assert.deepEqual(
    lastRefusals(db, 2).map((one) => one.message),
    ['m1000', 'm999'],
  )
  assert.equal(lastRefusals(db, 5000).length, 200)
})

test('a message with a slot takes the place of the one that waits, and what is true now goes before what happened', (t) => {
  const db = temporaryDatabase(t)
  enqueue(db, event('first'))
  enqueue(db, state('old'))
  enqueue(db, event('second'))
  enqueue(db, state('new'))
  assert.deepEqual(
    nextInOutbox(db, 10).map((one) => [one.payload, one.retain]),
    [
      ['new', true],
      ['first', false],
      ['second', false],
    ],
  )
})

test('an acknowledgement does not remove a message that was replaced after it was sent', (t) => {
  const db = temporaryDatabase(t)
  const sent = enqueue(db, state('old'))
  enqueue(db, state('new'))
  assert.equal(removeFromOutbox(db, sent), false)
  assert.deepEqual(
    nextInOutbox(db, 10).map((one) => one.payload),
    ['new'],
  )
  const next = nextInOutbox(db, 1)[0]
  assert.equal(next && removeFromOutbox(db, next.id), true)
  assert.deepEqual(outboxTotals(db), { messages: 0, bytes: 0, dropped: 0 })
})

test('beyond its budget the outbox drops the oldest messages without a slot, and counts them', (t) => {
  const db = temporaryDatabase(t)
  const budget = { messages: 3, bytes: 100 }
  enqueue(db, state('s'), budget)
  for (const payload of ['a', 'b', 'c', 'd']) enqueue(db, event(payload), budget)
  assert.deepEqual(
    nextInOutbox(db, 10).map((one) => one.payload),
    ['s', 'c', 'd'],
  )
  enqueue(db, event('é'.repeat(49)), budget)
  assert.deepEqual(
    nextInOutbox(db, 10).map((one) => one.payload.slice(0, 1)),
    ['s', 'd', 'é'],
  )
  assert.deepEqual(outboxTotals(db), { messages: 3, bytes: 100, dropped: 3 })
})

test('a play is recorded when it starts, completed once, and interrupted by a restart', (t) => {
  const db = temporaryDatabase(t)
  const started = { playlist: 'spring', revision: 2, item: 'one', asset, startedAt: 1000.4 }
  const first = startPlay(db, started)
  const second = startPlay(db, { ...started, item: 'two', startedAt: 2000 })
  const end = { ms: 999.6, presentedFrames: 30, droppedFrames: 1, outcome: 'complete' as const }
  assert.equal(finishPlay(db, first, end), true)
  assert.equal(finishPlay(db, first, { ...end, outcome: 'failed' }), false)
  assert.equal(interruptRunningPlays(db), 1)
  assert.deepEqual(
    playsAfter(db, 0, 10).map((one) => [one.seq, one.item, one.startedAt, one.ms, one.outcome]),
    [
      [first, 'one', 1000, 1000, 'complete'],
      [second, 'two', 2000, 0, 'interrupted'],
    ],
  )
  assert.equal(lastPlays(db, 1)[0]?.seq, second)
})

test('the position of the loop survives, and one that cannot be understood starts the loop anew', (t) => {
  const db = temporaryDatabase(t)
  assert.equal(loadPosition(db), undefined)
  const position = { next: { lane: 'item-2' }, turns: { lane: { weight: 1, count: 0 } } }
  const key = showingKey.parse('lane/item-1/sha256')
  savePosition(db, position, key)
  savePosition(db, position, key)
  assert.deepEqual(loadPosition(db), { position, showingKey: key })
  for (const text of ['{"next":', '{"other":1}']) {
    db.run('UPDATE position SET position = $text', { text })
    assert.equal(loadPosition(db), undefined)
  }
})

test('assets come with the longest unverified first, keep their pieces, and are needed at most once an hour', (t) => {
  const db = temporaryDatabase(t)
  const held: HeldAssetWithPieces = {
    asset,
    sizeBytes: 5,
    mediaType: 'image/png',
    pieces: new Uint8Array(32).fill(7),
    cachedAt: 1,
    lastVerifiedAt: 1,
    lastNeededAt: 1,
  }
  const other = assetNameOf('cd'.repeat(32))
  putAsset(db, held)
  putAsset(db, { ...held, asset: other })
  noteVerified(db, asset, 9)
  assert.deepEqual(
    heldAssets(db).map((one) => one.asset),
    [other, asset],
  )
  assert.deepEqual(Uint8Array.from(findAsset(db, asset)?.pieces ?? []), held.pieces)
  noteNeeded(db, [asset], 1000)
  assert.equal(findAsset(db, asset)?.lastNeededAt, 1)
  noteNeeded(db, [asset], 5_000_000)
  assert.deepEqual([findAsset(db, asset)?.lastNeededAt, findAsset(db, other)?.lastNeededAt], [5_000_000, 1])
  assert.deepEqual([removeAsset(db, asset), removeAsset(db, asset)], [true, false])
})

test('half downloads and settings are kept by name and replaced', (t) => {
  const db = temporaryDatabase(t)
  const half = {
    asset,
    url: 'http://a/1',
    validator: null,
    doneBytes: 5,
    attempts: 2,
    nextAttemptAt: 7,
    touchedAt: 8,
  }
  putDownload(db, half)
  putDownload(db, { ...half, validator: '"v2"' })
  assert.deepEqual(halfDownloads(db), [{ ...half, validator: '"v2"' }])
  assert.equal(removeDownload(db, asset), true)
  assert.equal(findDownload(db, asset), undefined)
  putSetting(db, 'playerKey', 'one')
  putSetting(db, 'playerKey', 'two')
  assert.equal(findSetting(db, 'playerKey'), 'two')
})

test('what is asked for at every start and every cut is answered by an index, however many plays there are', (t) => {
  const db = temporaryDatabase(t)
  const plan = (sql: string) => JSON.stringify(db.all(planRow, `EXPLAIN QUERY PLAN ${sql}`))
  const running = plan(`SELECT * FROM plays WHERE outcome = 'running'`)
  assert.match(running, /INDEX plays_running/)
  assert.match(plan('SELECT * FROM plays WHERE seq > 5 ORDER BY seq LIMIT 9'), /USING INTEGER PRIMARY KEY/)
  const next = plan('SELECT * FROM outbox ORDER BY slot IS NULL, id LIMIT 9')
  assert.match(next, /INDEX outbox_slots_first/)
  assert.doesNotMatch(next, /TEMP B-TREE/)
})
