import assert from 'node:assert/strict'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type TestContext, test } from 'node:test'
import { findAsset, heldAssets } from '../../main/sqlite/assets.ts'
import { findDownload } from '../../main/sqlite/downloads.ts'
import { startAssetServer } from './asset-server.ts'
import { createRig, fetched, nameOf, someBytes, until, wantedOf } from './rig.ts'

const mebibyte = 1024 * 1024

/** A download of six MiB that stands still after five, and comes whole when it is asked for again. */
async function begun(t: TestContext) {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(6 * mebibyte)
  const good = { bytes, etag: '"1"' }
  const url = server.answer('/a', { ...good, standsStillAfter: 5 * mebibyte }, good)
  const wanted = wantedOf(bytes, [url])
  rig.downloads.want([wanted])
  await until('most of it is there', () => (rig.downloads.progress()[0]?.bytesDone ?? 0) === 5 * mebibyte)
  return { server, rig, bytes, wanted }
}

test('what is no longer wanted is not fetched any further, and goes on where it was when it is wanted again', async (t) => {
  const { server, rig, bytes, wanted } = await begun(t)
  rig.downloads.want([])
  await until('the connection is closed', () => server.asked[0]?.closed === true)
  assert.deepEqual(rig.downloads.progress(), [])
  assert.deepEqual(await fetched(rig, wanted), bytes)
  assert.equal(server.asked[1]?.range, `bytes=${5 * mebibyte}-`)
})

test('what is given up and wanted again in the same moment is written by one try only', async (t) => {
  const { server, rig, bytes, wanted } = await begun(t)
  rig.downloads.want([])
  assert.deepEqual(await fetched(rig, wanted), bytes)
  assert.equal(server.asked[1]?.range, `bytes=${5 * mebibyte}-`)
})

test('a stop in mid download leaves a half that the next start goes on with', async (t) => {
  const { server, rig: first, bytes, wanted } = await begun(t)
  await first.stop()
  const second = createRig(t, { dataDir: first.dataDir })
  assert.equal(findDownload(second.db, nameOf(bytes))?.doneBytes, 5 * mebibyte)
  assert.deepEqual(await fetched(second, wanted), bytes)
  assert.deepEqual([server.asked[1]?.range, server.asked[1]?.ifRange], [`bytes=${5 * mebibyte}-`, '"1"'])
})

test('a half download that another address began is gone on with at the next', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(mebibyte)
  const dying = server.answer('/dying', { bytes, etag: '"a"', cutAfter: 700_000 }, { status: 503 })
  const mirror = server.answer('/mirror', { bytes, etag: '"b"' })
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [dying, mirror])), bytes)
  const last = server.asked.at(-1)
  assert.deepEqual([last?.path, last?.ifRange, (last?.sentBytes ?? 0) < mebibyte], ['/mirror', undefined, true])
})

test('a full disk makes room with what nothing needs, never with what is wanted, and says so when that is not enough', async (t) => {
  const server = await startAssetServer(t)
  const first = createRig(t)
  const [needed, unneeded, next] = [someBytes(1000), someBytes(1000), someBytes(1000)]
  const wantNeeded = wantedOf(needed, [server.answer('/needed', { bytes: needed })])
  await fetched(first, wantNeeded)
  await fetched(first, wantedOf(unneeded, [server.answer('/unneeded', { bytes: unneeded })]))
  await first.stop()

  const full = createRig(t, { dataDir: first.dataDir, reserveBytes: Number.MAX_SAFE_INTEGER })
  full.downloads.want([wantNeeded, wantedOf(next, [server.answer('/next', { bytes: next })])])
  await until('it is told', () => full.troubles.length > 0)
  assert.deepEqual(
    full.troubles.map((one) => [one.code, one.about.reason]),
    [['asset-download-failed', 'the disk is full']],
  )
  assert.deepEqual(
    heldAssets(full.db).map((one) => one.asset),
    [nameOf(needed)],
  )
  assert.deepEqual([existsSync(full.pathOf(nameOf(needed))), existsSync(full.pathOf(nameOf(unneeded)))], [true, false])
  assert.equal(server.asked.filter((one) => one.path === '/next').length, 0)
})

test('a file that is there already without a row is taken up after hashing it, and nothing is fetched', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const [sound, rotten] = [someBytes(100_000), someBytes(100_000)]
  for (const bytes of [sound, rotten]) mkdirSync(dirname(rig.pathOf(nameOf(bytes))), { recursive: true })
  writeFileSync(rig.pathOf(nameOf(sound)), sound)
  writeFileSync(rig.pathOf(nameOf(rotten)), someBytes(100_000))
  assert.deepEqual(await fetched(rig, wantedOf(sound, [server.answer('/sound', { bytes: sound })])), sound)
  assert.equal(server.asked.length, 0)
  assert.deepEqual(await fetched(rig, wantedOf(rotten, [server.answer('/rotten', { bytes: rotten })])), rotten)
  assert.equal(server.asked.length, 1)
})

test('a half download that is complete, since the power went before it got its name, needs no server', async (t) => {
  const server = await startAssetServer(t)
  const bytes = someBytes(5 * mebibyte)
  const first = createRig(t)
  const url = server.answer('/a', { bytes, standsStillAfter: bytes.byteLength - 1 })
  first.downloads.want([wantedOf(bytes, [url])])
  await until('nearly all is there', () => (first.downloads.progress()[0]?.bytesDone ?? 0) === bytes.byteLength - 1)
  await first.stop()
  writeFileSync(first.partialOf(nameOf(bytes)), bytes)
  const second = createRig(t, { dataDir: first.dataDir })
  second.db.run('UPDATE downloads SET done_bytes = $all', { all: bytes.byteLength })
  assert.deepEqual(await fetched(second, wantedOf(bytes, [url])), bytes)
  assert.equal(server.asked.length, 1)
  assert.equal(findAsset(second.db, nameOf(bytes))?.pieces.byteLength, 5 * 32)
  assert.equal(statSync(second.pathOf(nameOf(bytes))).size, bytes.byteLength)
})

test('a half download whose bytes on disk have rotted is fetched anew, and no address is blamed', async (t) => {
  const { rig: first, bytes, wanted } = await begun(t)
  await first.stop()
  writeFileSync(first.partialOf(nameOf(bytes)), Buffer.alloc(5 * mebibyte))
  const second = createRig(t, { dataDir: first.dataDir })
  assert.deepEqual(await fetched(second, wanted), bytes)
  assert.deepEqual(second.troubles, [])
})
