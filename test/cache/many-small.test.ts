import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readlinkSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { heldAssets } from '../../main/sqlite/assets.ts'
import { halfDownloads } from '../../main/sqlite/downloads.ts'
import { startAssetServer } from './asset-server.ts'
import { createRig, nameOf, someBytes, until, wantedOf } from './rig.ts'

test('many small files that come at once are all kept, each under its own hash, and one that is wrong is not', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const all = Array.from({ length: 200 }, (_, index) => someBytes(1_000 + index))
  const wanted = all.map((bytes, index) =>
    wantedOf(bytes, [server.answer(`/${index}`, { bytes: index === 100 ? someBytes(bytes.length) : bytes })], index),
  )
  rig.downloads.want(wanted)
  await until('all others are cached, and the wrong one is told of', () => {
    return rig.cached.length === 199 && rig.troubles.some(({ code }) => code === 'asset-hash-mismatch')
  })
  for (const bytes of all.filter((_, index) => index !== 100)) {
    assert.deepEqual(rig.contentOf(nameOf(bytes)), bytes)
  }
  assert.equal(heldAssets(rig.db).length, 199)
  assert.deepEqual(halfDownloads(rig.db), [])
})

test('when somebody removes the folders of the cache while the player runs, everything comes again', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(100_000)
  const wanted = wantedOf(bytes, [server.answer('/a', { bytes })])
  rig.downloads.want([wanted])
  await until('it is cached', () => rig.cached.length === 1)
  for (const folder of ['assets', 'partial']) rmSync(join(rig.dataDir, folder), { recursive: true })
  assert.deepEqual(await rig.files.stored(), [])
  await rig.files.removeStrayPartials()
  assert.equal(await rig.files.openAsset(wanted.asset), undefined)
  rig.downloads.want([wanted])
  await until('it is cached again', () => rig.cached.length === 2)
  assert.deepEqual(rig.contentOf(wanted.asset), bytes)
})

test('a connection that the server gave up while it was idle is not taken for a failure of the server', async (t) => {
  let connections = 0
  const server = createServer((request, response) => {
    if (request.url === '/a') return void response.end('first')
    if (connections === 1) return void request.socket.destroy()
    response.end('other')
  })
  server.on('connection', () => {
    connections += 1
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.closeAllConnections())
  t.after(() => void server.close())
  const bound = server.address()
  const origin = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`
  const source = createHttpSource({ clock: systemClock })
  const read = async (path: string): Promise<string> => {
    const asked = {
      url: `${origin}${path}`,
      asset: nameOf(Buffer.from(path)),
      fromByte: 0,
      sizeBytes: 5,
      validator: null,
    }
    const answer = await source(asked, new AbortController().signal)
    const chunks: Uint8Array[] = []
    for await (const chunk of answer.chunks) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  assert.equal(await read('/a'), 'first')
  await until('the connection is idle', () => connections === 1)
  assert.equal(await read('/b'), 'other')
  assert.equal(connections, 2)
})

test('a file whose folder could not be synced is taken back and fetched again, and the others are kept', async (t) => {
  if (process.platform !== 'linux') return t.skip('it takes /proc to know what is synced')
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const all = Array.from({ length: 20 }, (_, index) => someBytes(1_000 + index))
  const failing = await failOneFolderSync(t, join(rig.dataDir, 'assets'))
  const wanted = all.map((bytes, index) => wantedOf(bytes, [server.answer(`/${index}`, { bytes })], index))
  rig.downloads.want(wanted)
  await until('all are cached', () => rig.cached.length === 20)
  assert.equal(failing.failed(), 1)
  assert.equal(server.asked.length, 21)
  for (const bytes of all) assert.deepEqual(rig.contentOf(nameOf(bytes)), bytes)
})

/** The disk refuses once to sync a folder below this one. */
async function failOneFolderSync(t: TestContext, folder: string): Promise<{ failed(): number }> {
  const handle = await open('/', 'r')
  const prototype: { sync(this: FileHandle): Promise<void> } = Object.getPrototypeOf(handle)
  await handle.close()
  const { sync } = prototype
  t.after(() => {
    prototype.sync = sync
  })
  let failed = 0
  prototype.sync = async function () {
    if (failed === 0 && readlinkSync(`/proc/self/fd/${this.fd}`).startsWith(`${folder}/`)) {
      failed += 1
      throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' })
    }
    return sync.call(this)
  }
  return { failed: () => failed }
}
