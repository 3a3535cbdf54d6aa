import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { createReporter } from '../../main/app/reporter.ts'
import { lastFaults } from '../../main/sqlite/faults.ts'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'
import { openFault, toldFaults } from '../../shared/technician/report.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'

const reporterOf = (db: WriteDb, ms = () => 1_000) =>
  createReporter(
    db,
    { ...systemClock, now: ms },
    () => {},
    { topicPrefix: 'plazacast/v1', playerId: 'wall' },
    () => {},
  )

test('the last faults are there after a restart, with what they were about, the newest first', (t) => {
  const file = join(temporaryFolder(t), 'player.db')
  const first = openDatabase(file)
  const { event } = reporterOf(first.db)
  event('player-started', 'no fault')
  event('item-stalled', 'no frame for 2 s', { item: 'hotpot-night' })
  event('health-changed', 'degraded: The disk is almost full.', { verdict: 'degraded', reasons: ['disk-low'] })
  event('health-changed', 'ok again', { verdict: 'ok', reasons: [] })
  first.close()
  const second = openDatabase(file)
  t.after(second.close)
  const faults = lastFaults(second.db, toldFaults)
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['health-changed', 'item-stalled'],
  )
  assert.deepEqual(faults[1]?.about, { item: 'hotpot-night' })
  assert.deepEqual(
    lastFaults(second.db, 1, 'error').map(({ code }) => code),
    ['item-stalled'],
  )
})

test('what repeats is one fault with a count, whatever its message says, and what differs stays apart', (t) => {
  const { db, close } = openDatabase(join(temporaryFolder(t), 'player.db'))
  t.after(close)
  let ms = 0
  const { event } = reporterOf(db, () => (ms += 1_000))
  for (const asset of ['one', 'two', 'one', 'one']) event('asset-download-failed', `try at ${ms}`, { asset })
  const faults = lastFaults(db, toldFaults)
  assert.deepEqual(
    faults.map(({ about, times, message }) => [about.asset, times, message]),
    [
      ['one', 3, 'try at 3000'],
      ['two', 1, 'try at 1000'],
    ],
  )
  assert.ok(Date.parse(faults[0]?.firstAt ?? '') < Date.parse(faults[0]?.at ?? ''))
})

test('a flood of one kind hides no other, and costs no disk', (t) => {
  const { db, close } = openDatabase(join(temporaryFolder(t), 'player.db'))
  t.after(close)
  const { event } = reporterOf(db)
  event('stage-gone', 'the page is gone', { what: 'page' })
  db.transaction(() => {
    for (let count = 0; count < 500; count += 1)
      event('document-refused', 'x'.repeat(5_000), { topic: `playlists/${count}`, long: 'y'.repeat(5_000) })
  })
  const faults = lastFaults(db, 1_000)
  assert.equal(faults.length, 11)
  assert.ok(faults.some(({ code }) => code === 'stage-gone'))
  assert.ok(JSON.stringify(faults).length < 20_000)
  for (const fault of faults) assert.ok(openFault(fault).title.zh)
})
