import assert from 'node:assert/strict'
import { renameSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { DamagedPiece } from '../../main/app/asset-store.ts'
import { findAsset } from '../../main/sqlite/assets.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import { createRig, nameOf, type Rig, someBytes, until } from './rig.ts'

const mebibyte = 1024 * 1024

/** Puts bytes into the store as a finished download would. */
async function kept(rig: Rig, bytes: Buffer): Promise<AssetName> {
  const asset = nameOf(bytes)
  const before = findAsset(rig.db, asset)?.cachedAt
  await until('a millisecond has passed', () => Date.now() !== before)
  writeFileSync(rig.partialOf(asset), bytes)
  const facts = { sizeBytes: bytes.byteLength, mediaType: 'video/mp4' as const }
  assert.deepEqual(await rig.files.keep(asset, facts), { kind: 'kept' })
  return asset
}

/** Another file in the place of an asset's: whoever has the former one open goes on reading that. */
function alter(rig: Rig, asset: AssetName, bytes: Buffer): void {
  const altered = Buffer.from(bytes)
  altered[2 * mebibyte] = (altered[2 * mebibyte] ?? 0) ^ 1
  writeFileSync(`${rig.pathOf(asset)}.new`, altered)
  renameSync(`${rig.pathOf(asset)}.new`, rig.pathOf(asset))
}

test('a check that finds damage in a file that was replaced meanwhile leaves the new one where it is', async (t) => {
  const rig = createRig(t)
  const bytes = someBytes(3 * mebibyte)
  const asset = await kept(rig, bytes)
  alter(rig, asset, bytes)
  let isReplaced = false
  await rig.files.verify(asset, async () => {
    if (isReplaced) return
    isReplaced = true
    await rig.files.remove(asset)
    await kept(rig, bytes)
  })
  assert.ok(findAsset(rig.db, asset), 'the new one counts')
  assert.ok(rig.contentOf(asset).equals(bytes))
  assert.deepEqual(rig.damages, [])
})

test('a reader of a file that was replaced meanwhile gets no wrong byte, and the new one stays', async (t) => {
  const rig = createRig(t)
  const bytes = someBytes(3 * mebibyte)
  const asset = await kept(rig, bytes)
  alter(rig, asset, bytes)
  const opened = await rig.files.openAsset(asset)
  assert.ok(opened)
  let readBytes = 0
  await assert.rejects(async () => {
    for await (const chunk of opened.read(0, bytes.byteLength)) {
      if (readBytes === 0) {
        await rig.files.remove(asset)
        await kept(rig, bytes)
      }
      assert.ok(bytes.subarray(readBytes, readBytes + chunk.byteLength).equals(chunk))
      readBytes += chunk.byteLength
    }
  }, DamagedPiece)
  assert.ok(findAsset(rig.db, asset), 'the new one counts')
  assert.ok(rig.contentOf(asset).equals(bytes))
})

test('what is evicted while it is checked does not count as held afterwards', async (t) => {
  const rig = createRig(t)
  const asset = await kept(rig, someBytes(2 * mebibyte))
  rig.db.run('UPDATE assets SET pieces = $pieces', { pieces: new Uint8Array(64) }) // to be mended by the check
  await rig.files.verify(asset, () => rig.files.remove(asset))
  assert.equal(findAsset(rig.db, asset), undefined)
})
