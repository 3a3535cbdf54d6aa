import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { heldAssets } from '../../main/sqlite/assets.ts'
import { hexOf } from '../../shared/asset-name.ts'
import { traced } from '../sqlite/strace.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'
import { startAssetServer } from './asset-server.ts'
import { createRig, fetched, nameOf, someBytes, until, wantedOf } from './rig.ts'

const mebibyte = 1024 * 1024
const doneBytes = z.object({ done: z.int() })
const program = fileURLToPath(new URL('./keep.ts', import.meta.url))
const linux = { skip: process.platform === 'linux' ? false : 'system calls are traced with strace, on Linux only' }

test('a player killed in mid download goes on after its last safe byte, and fetches only the rest', async (t) => {
  const server = await startAssetServer(t)
  const bytes = someBytes(24 * mebibyte)
  const good = { bytes, etag: '"1"' }
  const url = server.answer('/a', { ...good, standsStillAfter: 19 * mebibyte }, good)
  const dataDir = temporaryFolder(t)
  const wanted = wantedOf(bytes, [url])
  const child = spawn(process.execPath, [program, dataDir, JSON.stringify([wanted])])
  t.after(() => child.kill('SIGKILL'))
  await until('the server has sent what it sends', () => server.asked[0]?.sentBytes === 19 * mebibyte)
  const watching = createRig(t, { dataDir })
  const safeBytes = () => watching.db.get(doneBytes, 'SELECT done_bytes AS done FROM downloads')?.done ?? 0
  await until('most of it is safe', () => safeBytes() >= 15 * mebibyte)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await watching.stop()

  const rig = createRig(t, { dataDir })
  assert.deepEqual(heldAssets(rig.db), [])
  assert.ok((await fetched(rig, wanted)).equals(bytes))
  const resumedAt = Number(/^bytes=(\d+)-$/.exec(server.asked[1]?.range ?? '')?.[1])
  assert.ok(resumedAt >= 15 * mebibyte, `resumed at ${resumedAt}`)
  assert.equal(server.asked[1]?.sentBytes, bytes.byteLength - resumedAt)
  assert.equal(server.asked.length, 2)
})

test(
  'bytes are safe before they get their name, the name before the row: in the order that a power cut cannot break',
  linux,
  async (t) => {
    const server = await startAssetServer(t)
    const bytes = someBytes(2 * mebibyte)
    const wanted = wantedOf(bytes, [server.answer('/a', { bytes })])
    const hex = hexOf(nameOf(bytes))
    const dataDir = temporaryFolder(t)
    const calls = ['trace=openat,fsync,fdatasync,rename,renameat,renameat2,read,pread64,pwrite64,write']
    const args = [dataDir, JSON.stringify([wanted])]
    const { calls: lines } = await traced(dataDir, calls, program, args)

    const partial = `${dataDir}/partial/${hex}>`
    const folder = `${dataDir}/assets/${hex.slice(0, 2)}>`
    const wal = `${dataDir}/player.sqlite-wal>`
    const last = (call: RegExp, path: string, before = Number.POSITIVE_INFINITY) =>
      lines.findLastIndex((line, index) => index < before && call.test(line) && line.includes(path))
    const renamed = last(/rename/, `"${dataDir}/assets/${hex.slice(0, 2)}/${hex}"`)
    const first = (call: RegExp, path: string, after: number) =>
      lines.findIndex((line, index) => index > after && call.test(line) && line.includes(path))
    const order = {
      written: last(/write/, partial, renamed),
      synced: last(/fsync|fdatasync/, partial, renamed),
      hashed: last(/read/, partial, renamed),
      renamed,
      folderSynced: first(/fsync/, folder, renamed),
      rowWritten: first(/pwrite64/, wal, renamed),
      rowSynced: last(/fsync|fdatasync/, wal),
    }
    const places = Object.values(order)
    assert.ok(!places.includes(-1), JSON.stringify(order))
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      JSON.stringify(order),
    )
  },
)

const diskFaults = { 'is full': 'write,pwrite64:error=ENOSPC', 'fails to sync': 'fsync,fdatasync:error=EIO' }
for (const [what, fault] of Object.entries(diskFaults)) {
  test(
    `when the disk ${what} in mid download, nothing that was written is trusted, and the whole is fetched anew`,
    linux,
    async (t) => {
      const server = await startAssetServer(t)
      const bytes = someBytes(6 * mebibyte)
      const wanted = wantedOf(bytes, [server.answer('/a', { bytes, etag: '"1"' })])
      const dataDir = temporaryFolder(t)
      const partial = join(dataDir, 'partial', hexOf(wanted.asset))
      const inject = ['trace=write,pwrite64,fsync,fdatasync', `inject=${fault}:when=1`]
      const { stdout } = await traced(dataDir, inject, program, [dataDir, JSON.stringify([wanted])], ['-P', partial])
      assert.match(stdout, /^asset-download-failed (ENOSPC|EIO)/)
      // strace counts for each thread, and files are written by several: the fault comes up to four times.
      assert.ok(server.asked.length >= 2)
      assert.ok(server.asked.every((one) => one.range === undefined))
      const rig = createRig(t, { dataDir })
      assert.ok(rig.contentOf(wanted.asset).equals(bytes))
    },
  )
}

test('killed again and again at any moment, whatever it says it holds is there and right', async (t) => {
  const server = await startAssetServer(t)
  const all = Array.from({ length: 40 }, (_, index) => someBytes(200_000 + index))
  const wanted = all.map((bytes, index) => wantedOf(bytes, [server.answer(`/${index}`, { bytes })], index))
  const dataDir = temporaryFolder(t)
  for (let heldBefore = 0; heldBefore < all.length; ) {
    const askedBefore = server.asked.length
    const child = spawn(process.execPath, [program, dataDir, JSON.stringify(wanted)])
    const exited = once(child, 'exit')
    const killAfter = 1 + Math.floor(Math.random() * 8)
    await until('it is in the midst of it, or done', () => {
      return server.asked.length >= askedBefore + killAfter || child.exitCode !== null
    })
    child.kill('SIGKILL')
    await exited
    const rig = createRig(t, { dataDir })
    const held = heldAssets(rig.db)
    for (const { asset } of held) assert.equal(nameOf(rig.contentOf(asset)), asset)
    assert.ok(held.length >= heldBefore, 'nothing that was held is lost')
    heldBefore = held.length
    await rig.stop()
  }
})
