import assert from 'node:assert/strict'
import { rename, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { watchAssetFiles } from '../../main/adapters/asset-watch.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { checkTouchedAssets } from '../../main/app/touched-assets.ts'
import { findAsset } from '../../main/sqlite/assets.ts'
import { startAssetServer } from './asset-server.ts'
import { createRig, fetched, nameOf, someBytes, until, wantedOf } from './rig.ts'

/** Nothing is held to be the player's own doing: what was just fetched counts as old. */
const later = { ...systemClock, now: () => systemClock.now() + 60_000 }

test('a file that is edited by hand is found out at once, though nobody reads it', async (t) => {
  const rig = createRig(t)
  const bytes = someBytes(100_000)
  const server = await startAssetServer(t)
  await fetched(rig, wantedOf(bytes, [server.answer('/a', { bytes })]))
  t.after(checkTouchedAssets(rig.db, rig.files, later, (touched) => watchAssetFiles(rig.dataDir, touched)))
  const other = `${rig.pathOf(nameOf(bytes))}.other`
  await writeFile(other, someBytes(100_000))
  await rename(other, rig.pathOf(nameOf(bytes)))
  await until('the damage is told', () => rig.damages.length === 1)
  assert.equal(findAsset(rig.db, nameOf(bytes)), undefined)
})

test('a file that is touched and still what it was stays', async (t) => {
  const rig = createRig(t)
  const bytes = someBytes(100_000)
  const server = await startAssetServer(t)
  await fetched(rig, wantedOf(bytes, [server.answer('/a', { bytes })]))
  const checkedBefore = findAsset(rig.db, nameOf(bytes))?.lastVerifiedAt
  t.after(checkTouchedAssets(rig.db, rig.files, later, (touched) => watchAssetFiles(rig.dataDir, touched)))
  await writeFile(rig.pathOf(nameOf(bytes)), bytes)
  await until('it was checked again', () => findAsset(rig.db, nameOf(bytes))?.lastVerifiedAt !== checkedBefore)
  assert.deepEqual(rig.damages, [])
})
