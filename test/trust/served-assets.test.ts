import assert from 'node:assert/strict'
import { test } from 'node:test'
import { servedAssets } from '../../main/app/served-assets.ts'
import { isTakenDown, takeDown, takenDownAssets } from '../../main/sqlite/taken-down.ts'
import { temporaryDatabase } from '../sqlite/temporary.ts'
import { assetCalled } from '../support/documents.ts'

test('the loopback server gives no byte of an asset from the moment it is taken down', async (t) => {
  const db = temporaryDatabase(t)
  const [one, two] = [assetCalled('one').asset, assetCalled('two').asset]
  const opened = { mediaType: 'image/png' as const, sizeBytes: 3, async *read() {} }
  const served = servedAssets(db, { openAsset: async () => opened })
  assert.equal(await served(one), opened)
  assert.equal(takeDown(db, [one], 0), 1)
  assert.equal(await served(one), undefined)
  assert.equal(await served(two), opened)
})

test('a take-down that is there already is not counted again, and none is ever taken back', (t) => {
  const db = temporaryDatabase(t)
  const [one, two] = [assetCalled('one').asset, assetCalled('two').asset]
  takeDown(db, [one], 1)
  assert.equal(takeDown(db, [one, two, two], 2), 1)
  takeDown(db, [], 3)
  assert.deepEqual(takenDownAssets(db), [one, two].toSorted())
  assert.ok(isTakenDown(db, one) && isTakenDown(db, two))
})
