import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { startUpkeep } from '../../main/app/upkeep.ts'
import { documents, putDocument } from '../../main/sqlite/documents.ts'
import { openOrRebuild, type Rebuilt } from '../../main/sqlite/rebuild.ts'
import { findSetting, putSetting } from '../../main/sqlite/settings.ts'
import { temporaryFolder } from './temporary.ts'

const payload = (id: string) => Buffer.from(JSON.stringify({ id, revision: 1 })).toString('base64url')
const document = (id: string) =>
  ({
    kind: 'playlist',
    target: 'players/wall',
    id,
    revision: 1,
    topic: 't',
    jws: JSON.stringify({ payload: payload(id), signatures: [] }),
    receivedAt: 1,
  }) as const

test('a bit that flips within a document while the player runs is found by the daily check, and the database rebuilt', async (t) => {
  const rebuilt: Rebuilt[] = []
  const { db, close, distrust } = openOrRebuild(join(temporaryFolder(t), 'player.db'), {
    now: systemClock.now,
    onRebuilt: (one) => rebuilt.push(one),
  })
  t.after(close)
  putDocument(db, document('sound'))
  putDocument(db, document('rotten'))
  putSetting(db, 'known', 'value')
  db.run(`UPDATE documents SET jws = replace(jws, 'signatures', 'signaturez') WHERE id = 'rotten'`)
  const found = await new Promise<string>((resolve) => {
    const stop = startUpkeep({
      db,
      clock: systemClock,
      reporter: { event: () => {} },
      ballast: undefined,
      logBytes: () => 0,
      damaged(reason) {
        distrust()
        resolve(reason)
      },
      tidy: () => {},
      every: { ms: 60_000, firstCheckMs: 1 },
    })
    t.after(stop)
  })
  assert.match(found, /playlist rotten/)
  assert.deepEqual(
    documents(db).map(({ id }) => id),
    ['sound'],
  )
  assert.equal(findSetting(db, 'known'), 'value')
  assert.equal(rebuilt.length, 1)
  assert.match(rebuilt[0]?.message ?? '', /playlist rotten/, 'it is said what was damaged')
})
