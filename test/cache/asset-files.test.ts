import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { startAssetCheck } from '../../main/app/asset-check.ts'
import { DamagedPiece } from '../../main/app/asset-store.ts'
import { findAsset, heldAssets } from '../../main/sqlite/assets.ts'
import { putDownload } from '../../main/sqlite/downloads.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import { createRig, hurriedClock, nameOf, type Rig, someBytes, until } from './rig.ts'

const mebibyte = 1024 * 1024

/** Puts bytes into the store as a finished download would. */
async function kept(rig: Rig, bytes: Buffer): Promise<AssetName> {
  const asset = nameOf(bytes)
  writeFileSync(rig.partialOf(asset), bytes)
  const facts = { sizeBytes: bytes.byteLength, mediaType: 'video/mp4' as const }
  assert.deepEqual(await rig.files.keep(asset, facts), { kind: 'kept' })
  return asset
}

async function readAll(rig: Rig, asset: AssetName, start: number, end: number): Promise<Buffer> {
  const opened = await rig.files.openAsset(asset)
  assert.ok(opened)
  const chunks: Uint8Array[] = []
  for await (const chunk of opened.read(start, end)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Changes one byte on disk behind the store's back. */
function rot(rig: Rig, asset: AssetName, offset: number): void {
  const bytes = rig.contentOf(asset)
  bytes[offset] = (bytes[offset] ?? 0) ^ 1
  writeFileSync(rig.pathOf(asset), bytes)
}

test('any range of an asset reads as the same range of the bytes that were kept', async (t) => {
  const rig = createRig(t)
  const bytes = someBytes(3 * mebibyte + 77)
  const asset = await kept(rig, bytes)
  const near = fc.nat(3).chain((piece) => fc.integer({ min: -2, max: 2 }).map((by) => piece * mebibyte + by))
  const offset = fc.oneof(near, fc.nat(bytes.byteLength)).map((at) => Math.min(Math.max(at, 0), bytes.byteLength))
  await fc.assert(
    fc.asyncProperty(offset, offset, async (a, b) => {
      const [start, end] = [Math.min(a, b), Math.max(a, b)]
      assert.ok((await readAll(rig, asset, start, end)).equals(bytes.subarray(start, end)))
    }),
    { numRuns: 60 },
  )
  const opened = await rig.files.openAsset(asset)
  assert.deepEqual([opened?.mediaType, opened?.sizeBytes], ['video/mp4', bytes.byteLength])
  await assert.rejects(readAll(rig, asset, 0, bytes.byteLength + 1), RangeError)
  assert.equal(await rig.files.openAsset(nameOf(someBytes(5))), undefined)
})

test('no byte of a piece that changed on disk is handed out, and the asset is told, dropped and no longer held', async (t) => {
  const rig = createRig(t)
  const bytes = someBytes(3 * mebibyte + 77)
  const asset = await kept(rig, bytes)
  rot(rig, asset, 2 * mebibyte + 5)
  assert.ok((await readAll(rig, asset, 10, 2 * mebibyte)).equals(bytes.subarray(10, 2 * mebibyte)))

  const opened = await rig.files.openAsset(asset)
  assert.ok(opened)
  const got: Uint8Array[] = []
  const reading = async () => {
    for await (const chunk of opened.read(mebibyte + 3, bytes.byteLength)) got.push(chunk)
  }
  await assert.rejects(reading(), (error) => error instanceof DamagedPiece && error.piece === 2)
  assert.ok(Buffer.concat(got).equals(bytes.subarray(mebibyte + 3, 2 * mebibyte)))
  assert.deepEqual(
    rig.damages.map((one) => [one.asset, one.piece]),
    [[asset, 2]],
  )
  assert.deepEqual([heldAssets(rig.db), existsSync(rig.pathOf(asset))], [[], false])
  assert.equal(await rig.files.openAsset(asset), undefined)
})

const replacements: Record<string, (rig: Rig, asset: AssetName) => void> = {
  'that is missing': (rig, asset) => rmSync(rig.pathOf(asset)),
  'that became shorter': (rig, asset) => truncateSync(rig.pathOf(asset), 99_999),
  'that became longer': (rig, asset) => truncateSync(rig.pathOf(asset), 100_001),
  'that became a link, even to the same bytes': (rig, asset) => {
    const elsewhere = join(rig.dataDir, 'elsewhere')
    renameSync(rig.pathOf(asset), elsewhere)
    symlinkSync(elsewhere, rig.pathOf(asset))
  },
  'that became a folder': (rig, asset) => {
    rmSync(rig.pathOf(asset))
    mkdirSync(rig.pathOf(asset))
  },
}
for (const [what, replace] of Object.entries(replacements)) {
  test(`a file ${what} is not read, neither when it is opened, nor after, nor at the start`, async (t) => {
    const rig = createRig(t)
    const bytes = someBytes(100_000)
    const asset = await kept(rig, bytes)
    const opened = await rig.files.openAsset(asset)
    assert.ok(opened)
    replace(rig, asset)
    await assert.rejects(async () => {
      for await (const _chunk of opened.read(0, 1)) assert.fail('gave bytes')
    }, DamagedPiece)
    assert.deepEqual([heldAssets(rig.db).length, rig.damages.length], [0, 1])

    await kept(rig, bytes)
    replace(rig, asset)
    assert.equal(await rig.files.openAsset(asset), undefined)
    assert.deepEqual([heldAssets(rig.db).length, rig.damages.length], [0, 2])

    await kept(rig, bytes)
    replace(rig, asset)
    rig.files.checkSizes()
    assert.equal(heldAssets(rig.db).length, 0)
  })
}

test('a reader that stops early leaves no file open', async (t) => {
  const rig = createRig(t)
  const asset = await kept(rig, someBytes(3 * mebibyte))
  const openFiles = () => readdirSync('/proc/self/fd').length
  const before = openFiles()
  for (let round = 0; round < 50; round++) {
    const opened = await rig.files.openAsset(asset)
    assert.ok(opened)
    opened.read(0, 1)
    for await (const _chunk of opened.read(0, 3 * mebibyte)) break
  }
  await until('every file is closed', () => openFiles() <= before)
})

test('a download that is not what it is named by becomes nothing and is thrown away', async (t) => {
  const rig = createRig(t)
  const asset = nameOf(someBytes(1000))
  writeFileSync(rig.partialOf(asset), someBytes(1000))
  const outcome = await rig.files.keep(asset, { sizeBytes: 1000, mediaType: 'image/png' })
  assert.equal(outcome.kind, 'mismatch')
  assert.deepEqual(
    [existsSync(rig.partialOf(asset)), existsSync(rig.pathOf(asset)), heldAssets(rig.db)],
    [false, false, []],
  )
})

test('after a start every file is read and hashed in the background: rot is found, what is sound is noted', async (t) => {
  const rig = createRig(t)
  const sound = await kept(rig, someBytes(2 * mebibyte))
  const rotten = await kept(rig, someBytes(2 * mebibyte))
  const missing = await kept(rig, someBytes(10))
  rot(rig, rotten, mebibyte + 1)
  rmSync(rig.pathOf(missing))
  rig.db.run('UPDATE assets SET last_verified_at = 0')
  const stop = startAssetCheck({ db: rig.db, files: rig.files, clock: hurriedClock })
  t.after(stop)
  assert.equal(findAsset(rig.db, missing), undefined, 'a missing file is dropped before anything is shown')
  await until('the rot is told', () => rig.damages.length === 2)
  await until('all are checked', () => heldAssets(rig.db).every((one) => one.lastVerifiedAt > 0))
  assert.deepEqual(
    heldAssets(rig.db).map((one) => one.asset),
    [sound],
  )
  assert.deepEqual(new Set(rig.damages.map((one) => one.asset)), new Set([rotten, missing]))
})

test('a row whose pieces are wrong is mended from the file when the file is right', async (t) => {
  const rig = createRig(t)
  const bytes = someBytes(2 * mebibyte)
  const asset = await kept(rig, bytes)
  rig.db.run('UPDATE assets SET pieces = $pieces', { pieces: new Uint8Array(64) })
  assert.equal(await rig.files.verify(asset, async () => {}), true)
  assert.ok((await readAll(rig, asset, 0, bytes.byteLength)).equals(bytes))
})

test('the check ends when it is told to', async (t) => {
  const rig = createRig(t)
  for (let count = 0; count < 5; count++) await kept(rig, someBytes(1000))
  rig.db.run('UPDATE assets SET last_verified_at = 0')
  let paused = () => {}
  const neverAgain = () => {
    paused()
    return () => {}
  }
  const clock = { ...hurriedClock, after: neverAgain }
  const firstPause = new Promise<void>((resolve) => {
    paused = resolve
  })
  const stop = startAssetCheck({ db: rig.db, files: rig.files, clock })
  await firstPause
  stop()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(heldAssets(rig.db).filter((one) => one.lastVerifiedAt > 0).length, 0)
})

test('half downloads that nothing is known of are removed at the start, the others are kept', async (t) => {
  const rig = createRig(t)
  const [known, stray] = [nameOf(someBytes(5)), nameOf(someBytes(5))]
  for (const asset of [known, stray]) writeFileSync(rig.partialOf(asset), 'half')
  const row = { url: 'http://a/', validator: null, doneBytes: 4, attempts: 0, nextAttemptAt: 0, touchedAt: 0 }
  putDownload(rig.db, { ...row, asset: known })
  await rig.files.removeStrayPartials()
  assert.deepEqual([existsSync(rig.partialOf(known)), existsSync(rig.partialOf(stray))], [true, false])
})

test('everything that takes room is listed, also what has no row', async (t) => {
  const rig = createRig(t)
  const held = await kept(rig, someBytes(1000))
  const loose = nameOf(someBytes(7))
  mkdirSync(dirname(rig.pathOf(loose)), { recursive: true })
  writeFileSync(rig.pathOf(loose), 'no row')
  writeFileSync(rig.partialOf(loose), 'half')
  const stored = (await rig.files.stored()).map((one) => [one.asset, one.sizeBytes, one.lastNeededAt > 0])
  assert.deepEqual(
    new Set(stored.map((one) => JSON.stringify(one))),
    new Set(
      [
        [held, 1000, true],
        [loose, 6, false],
        [loose, 4, false],
      ].map((one) => JSON.stringify(one)),
    ),
  )
})

test('what others left in the folders of the cache goes in the background; assets and half downloads stay', async (t) => {
  const rig = createRig(t)
  const asset = await kept(rig, someBytes(1000))
  const strangers = ['assets/.copying', 'assets/zz', `${dirname(rig.pathOf(asset))}/half.tmp`, 'partial/notes.txt']
  const paths = strangers.map((path) => (path.startsWith('/') ? path : join(rig.dataDir, path)))
  for (const path of paths) writeFileSync(path, 'left')
  await rig.files.removeStrayPartials()
  assert.deepEqual(
    paths.map((path) => existsSync(path)),
    [false, false, false, false],
  )
  assert.ok(existsSync(rig.pathOf(asset)))
})
