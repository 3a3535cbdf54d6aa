import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { heldAssets } from '../../main/sqlite/assets.ts'
import { halfDownloads } from '../../main/sqlite/downloads.ts'
import { type Answer, startAssetServer } from './asset-server.ts'
import { createRig, fetched, nameOf, someBytes, tickedClock, until, wantedOf } from './rig.ts'

const mebibyte = 1024 * 1024

test('what is wanted is fetched in its order, at most three at a time, and ends as files named by their content', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const held: (() => void)[] = []
  let mostAtOnce = 0
  const all = Array.from({ length: 8 }, (_, index) => someBytes(100_000 + index))
  const wanted = all.map((bytes, index) => {
    const url = server.answer(`/${index}`, (_request, response) => {
      const running = rig.downloads.progress().filter((one) => one.state !== 'waiting')
      mostAtOnce = Math.max(mostAtOnce, running.length)
      held.push(() => void response.end(bytes))
      if (server.asked.length >= 3) for (const answer of held.splice(0)) answer()
    })
    return wantedOf(bytes, [url], 8 - index)
  })
  rig.downloads.want(wanted)
  await until('all are cached', () => rig.cached.length === 8)
  assert.equal(mostAtOnce, 3)
  const firstThree = server.asked.slice(0, 3).map((one) => one.path)
  assert.deepEqual(firstThree.toSorted(), ['/5', '/6', '/7'])
  for (const bytes of all) assert.deepEqual(rig.contentOf(nameOf(bytes)), bytes)
  assert.equal(heldAssets(rig.db).length, 8)
  assert.deepEqual([halfDownloads(rig.db), rig.downloads.progress(), rig.troubles], [[], [], []])
})

test('after a cut only the rest is fetched, in the version that the half download is of', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(3 * mebibyte)
  const good = { bytes, etag: '"one"' }
  const url = server.answer('/a', { ...good, cutAfter: 2 * mebibyte }, good)
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [url])), bytes)
  assert.equal(server.asked.length, 2)
  const [first, second] = server.asked
  const got = Number(/^bytes=(\d+)-$/.exec(second?.range ?? '')?.[1])
  assert.ok(got > mebibyte && got <= 2 * mebibyte, `resumed at ${got}`)
  assert.equal(second?.ifRange, '"one"')
  assert.equal(second?.sentBytes, bytes.byteLength - got)
  assert.equal(first?.range, undefined)
})

test('a server that ignores Range gives the right file all the same', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(mebibyte)
  const whole = { bytes, etag: '"one"', ignoresRange: true }
  const url = server.answer('/a', { ...whole, cutAfter: 500_000 }, whole)
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [url])), bytes)
  assert.deepEqual(rig.troubles, [])
})

test('a file that was mended on the server is fetched anew, not joined with its old half', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(mebibyte)
  const old = { bytes: someBytes(mebibyte), etag: '"old"', cutAfter: 500_000 }
  const url = server.answer('/a', old, { bytes, etag: '"new"' })
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [url])), bytes)
  assert.equal(server.asked[1]?.sentBytes, bytes.byteLength)
  assert.deepEqual(rig.troubles, [])
})

test('a part of another version, sent in spite of If-Range, is refused and the whole is fetched', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(mebibyte)
  const old = { bytes: someBytes(mebibyte), etag: '"old"', cutAfter: 500_000 }
  const url = server.answer('/a', old, { bytes, etag: '"new"', ignoresIfRange: true })
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [url])), bytes)
  assert.deepEqual(
    server.asked.map((one) => one.range !== undefined),
    [false, true, false],
  )
})

test('without a validator the rest is fetched, and if the halves do not belong together the whole, without blame', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const [one, two] = [someBytes(mebibyte), someBytes(mebibyte)]
  const same = server.answer('/same', { bytes: one, cutAfter: 500_000 }, { bytes: one })
  assert.deepEqual(await fetched(rig, wantedOf(one, [same])), one)
  assert.ok((server.asked[1]?.sentBytes ?? 0) < mebibyte)
  const changed = server.answer('/changed', { bytes: someBytes(mebibyte), cutAfter: 500_000 }, { bytes: two })
  assert.deepEqual(await fetched(rig, wantedOf(two, [changed])), two)
  assert.deepEqual(rig.troubles, [])
})

for (const contentRange of ['bytes 0-99/1048576', 'bytes 600000-1048575/1048576', 'lines 1-2/3', 'bytes 5-1/*']) {
  test(`a part that says it is "${contentRange}" is not used`, async (t) => {
    const server = await startAssetServer(t)
    const rig = createRig(t)
    const bytes = someBytes(mebibyte)
    const url = server.answer('/a', { bytes, etag: '"1"', cutAfter: 500_000 }, { bytes, etag: '"1"', contentRange })
    assert.deepEqual(await fetched(rig, wantedOf(bytes, [url])), bytes)
  })
}

test('wrong bytes are thrown away, told with their address, and the next address is asked', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(200_000)
  const forged = server.answer('/forged', { bytes: someBytes(200_000), etag: '"1"' })
  const right = server.answer('/right', { bytes })
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [forged, right])), bytes)
  assert.deepEqual(
    rig.troubles.map((one) => [one.code, one.about.url]),
    [['asset-hash-mismatch', forged]],
  )
  assert.deepEqual(
    server.asked.map((one) => one.path),
    ['/forged', '/right'],
  )
})

test('an asset that only comes wrong never becomes a file, and leaves nothing behind', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(200_000)
  const url = server.answer('/forged', { bytes: someBytes(200_000) })
  rig.downloads.want([wantedOf(bytes, [url])])
  await until('it was tried three times', () => rig.troubles.length === 3)
  assert.deepEqual(rig.cached, [])
  assert.equal(existsSync(rig.pathOf(nameOf(bytes))), false)
  await rig.stop()
  assert.equal(existsSync(rig.partialOf(nameOf(bytes))), false)
})

test('a body that is longer than what was signed is refused, or cut off when it does not say how long it is', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(300_000)
  const long = Buffer.concat([someBytes(300_000), someBytes(40 * mebibyte)])
  const tooLong = server.answer('/too-long', { bytes: long })
  const endless = server.answer('/endless', { bytes: long, chunked: true })
  const right = server.answer('/right', { bytes })
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [tooLong, endless, right])), bytes)
  await until('the endless answers are closed', () => server.asked.every((one) => one.closed))
  for (const one of server.asked) assert.ok(one.sentBytes < 30 * mebibyte, `${one.path}: ${one.sentBytes}`)
  assert.deepEqual(
    rig.troubles.map((one) => one.about.url),
    [endless],
  )
})

test('what a server packs though nobody asked for it is unpacked, and one that packs something else gives nothing', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const packing =
    (bytes: Uint8Array): Answer =>
    (_request, response) =>
      void response.writeHead(200, { etag: '"1"', 'content-encoding': 'gzip' }).end(bytes)
  for (const bytes of [someBytes(3 * mebibyte + 7), Buffer.alloc(2 * mebibyte, 'text that packs well')]) {
    const packed = gzipSync(bytes)
    const cut = (_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.byteLength })
      response.write(packed.subarray(0, packed.byteLength / 2), () => response.destroy())
    }
    const bomb = packing(gzipSync(Buffer.concat([bytes, Buffer.alloc(50 * mebibyte)])))
    const half: Answer = { bytes, etag: '"1"', cutAfter: mebibyte }
    for (const [name, ...answers] of [
      ['whole', packing(packed)],
      ['bomb', bomb],
      ['cut', cut, packing(packed)],
      ['begun', half, packing(packed)],
    ] as const) {
      const url = server.answer(`/${name}`, ...(answers as [Answer, ...Answer[]]))
      assert.ok((await fetched(rig, wantedOf(bytes, [url]))).equals(bytes), name)
      await rig.files.remove(nameOf(bytes))
      rig.cached.length = 0
    }
  }
  assert.deepEqual(
    rig.troubles.filter(({ code }) => code === 'asset-hash-mismatch'),
    [],
  )
  const wanted = wantedOf(someBytes(1000), [server.answer('/not-packed', packing(someBytes(1000)))])
  rig.downloads.want([wanted])
  await until('it is told', () => rig.troubles.some(({ message }) => /cannot be unpacked/.test(message)))
})

test('a connection over which nothing comes any more is given up, and the rest fetched again', async (t) => {
  const server = await startAssetServer(t)
  const { clock, tick } = tickedClock()
  const rig = createRig(t, { sourceClock: clock })
  const bytes = someBytes(mebibyte)
  const url = server.answer('/a', { bytes, etag: '"1"', standsStillAfter: 600_000 }, { bytes, etag: '"1"' })
  rig.downloads.want([wantedOf(bytes, [url])])
  await until('a part is there', () => rig.downloads.progress()[0]?.bytesDone === 600_000)
  tick()
  assert.equal(server.asked[0]?.closed, false, 'something came in the first window')
  tick()
  await until('it is cached', () => rig.cached.length === 1)
  assert.deepEqual(rig.contentOf(nameOf(bytes)), bytes)
  assert.equal(server.asked[1]?.range, 'bytes=600000-')
})

test('a connection that is slow but goes on is never given up', async (t) => {
  const server = await startAssetServer(t)
  const { clock, tick } = tickedClock()
  const rig = createRig(t, { sourceClock: clock })
  const bytes = someBytes(20_000)
  let send = (_from: number) => {}
  const url = server.answer('/slow', (_request, response) => {
    response.setHeader('content-length', bytes.byteLength)
    send = (from) => void response.write(bytes.subarray(from, from + 2000))
    send(0)
  })
  rig.downloads.want([wantedOf(bytes, [url])])
  for (let done = 2000; done < bytes.byteLength; done += 2000) {
    await until(`${done} bytes are there`, () => rig.downloads.progress()[0]?.bytesDone === done)
    tick()
    send(done)
  }
  await until('it is cached', () => rig.cached.length === 1)
  assert.equal(server.asked.length, 1)
})

test('a server without the file is asked again until it has it, and the failure is told once', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(1000)
  const missing = { status: 404 }
  const url = server.answer('/a', missing, missing, missing, { bytes })
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [url])), bytes)
  assert.equal(server.asked.length, 4)
  assert.deepEqual(
    rig.troubles.map((one) => [one.code, one.about.reason]),
    [['asset-download-failed', 'the server answers 404']],
  )
})

test('with no server at all it waits and says why, and goes on by itself when there is one', async (t) => {
  const before = await startAssetServer(t)
  const bytes = someBytes(1000)
  const url = before.answer('/a', { bytes })
  await before.stop()
  const rig = createRig(t)
  rig.downloads.want([wantedOf(bytes, [url, 'http://no-such-name.invalid/a'])])
  await until('both addresses have failed', () => rig.troubles.length > 0)
  const [progress] = rig.downloads.progress()
  assert.equal(progress?.bytes, 1000)
  assert.match(progress?.reason ?? '', /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/)
  const after = await startAssetServer(t, Number(new URL(url).port))
  after.answer('/a', { bytes })
  rig.downloads.retryNow()
  await until('it is cached', () => rig.cached.length === 1)
})

test('redirects are followed, but not for ever and only to web addresses', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(1000)
  const end = server.answer('/end', { bytes })
  const loop = server.answer('/loop', { status: 302, location: '/loop' })
  const elsewhere = server.answer('/elsewhere', { status: 302, location: 'file:///etc/passwd' })
  const nowhere = server.answer('/nowhere', { status: 302 })
  const middle = server.answer('/middle', { status: 307, location: end })
  const start = server.answer('/start', { status: 301, location: new URL(middle).pathname })
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [elsewhere, nowhere, loop, start])), bytes)
  assert.equal(server.asked.filter((one) => one.path === '/loop').length, 6)
  assert.equal(server.asked.filter((one) => one.path === '/elsewhere').length, 1)
})
