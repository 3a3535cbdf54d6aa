import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { startAssetServer } from './asset-server.ts'
import { createRig, fetched, hurriedClock, nameOf, someBytes, until, wantedOf } from './rig.ts'

const mebibyte = 1024 * 1024
const noLimits = { bandwidth: [], timeZone: 'Asia/Shanghai', now: systemClock.now, playable: true }

test('an emergency pauses what is being fetched, which goes on where it was when the emergency is here', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t, { atOnce: 1 })
  const [film, alert] = [someBytes(6 * mebibyte), someBytes(200_000)]
  const good = { bytes: film, etag: '"1"' }
  const wantFilm = wantedOf(film, [server.answer('/film', { ...good, standsStillAfter: 5 * mebibyte }, good)])
  const wantAlert = { ...wantedOf(alert, [server.answer('/alert', { bytes: alert })], 9), emergency: true }
  rig.downloads.want([wantFilm])
  await until('most of the film is here', () => rig.downloads.progress()[0]?.bytesDone === 5 * mebibyte)
  rig.downloads.want([wantFilm, wantAlert])
  await until('both are here', () => rig.cached.length === 2)
  assert.deepEqual(rig.cached, [nameOf(alert), nameOf(film)])
  assert.deepEqual(
    server.asked.map(({ path, range }) => [path, range]),
    [
      ['/film', undefined],
      ['/alert', undefined],
      ['/film', `bytes=${5 * mebibyte}-`],
    ],
  )
  assert.deepEqual(rig.troubles, [])
})

test('an emergency that cannot be had does not keep the rest from coming', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t, { atOnce: 1 })
  const [film, alert] = [someBytes(200_000), someBytes(1000)]
  const never = { ...wantedOf(alert, [server.answer('/alert', { status: 404 })]), emergency: true }
  rig.downloads.want([never, wantedOf(film, [server.answer('/film', { bytes: film })], 1)])
  await until('the film is here', () => rig.cached.includes(nameOf(film)))
})

test('a server that asks to be left alone is not asked before its time, also when the network comes back', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(1000)
  const askedAt: number[] = []
  const url = server.answer(
    '/a',
    (_request, response) => {
      askedAt.push(systemClock.monotonicMs())
      response.writeHead(503, { 'retry-after': '30' }).end()
    },
    (_request, response) => {
      askedAt.push(systemClock.monotonicMs())
      response.end(bytes)
    },
  )
  rig.downloads.want([wantedOf(bytes, [url])])
  await until('it was asked', () => rig.troubles.length === 1)
  rig.downloads.retryNow()
  await until('it is cached', () => rig.cached.length === 1)
  const [first = 0, second = 0] = askedAt
  assert.ok(second - first >= 299, `asked again after ${second - first} ms, of which each stands for a hundred`)
})

test('an address whose signature expired is not dead: a document with a fresh one is tried at once, from where it was', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(2 * mebibyte)
  const expired = server.answer('/a?signature=old', { bytes, etag: '"1"', cutAfter: mebibyte }, { status: 403 })
  rig.downloads.want([wantedOf(bytes, [expired])])
  await until('it is refused', () => rig.troubles.length === 1)
  const fresh = server.answer('/a?signature=new', { bytes, etag: '"1"' })
  rig.downloads.want([wantedOf(bytes, [fresh, expired])])
  await until('it is cached', () => rig.cached.length === 1)
  assert.deepEqual(rig.contentOf(nameOf(bytes)), bytes)
  const last = server.asked.at(-1)
  assert.equal(last?.path, '/a?signature=new')
  assert.ok((last?.sentBytes ?? 0) <= mebibyte + 200_000, 'only the rest')
})

test('where a redirect led to is never remembered: each try begins at the signed address', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const bytes = someBytes(2 * mebibyte)
  const good = { bytes, etag: '"1"' }
  const one = server.answer('/signed/1', { ...good, cutAfter: mebibyte }, { status: 403 })
  const two = server.answer('/signed/2', good)
  const url = server.answer('/a', { status: 302, location: one }, { status: 302, location: two })
  assert.deepEqual(await fetched(rig, wantedOf(bytes, [url])), bytes)
  assert.deepEqual(
    server.asked.map(({ path, range }) => [path, range !== undefined]),
    [
      ['/a', false],
      ['/signed/1', false],
      ['/a', true],
      ['/signed/2', true],
    ],
  )
})

test('a limit holds for all downloads together, and ends at once when it is lifted', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const all = [someBytes(3 * mebibyte), someBytes(3 * mebibyte)]
  const wanted = all.map((bytes, index) => wantedOf(bytes, [server.answer(`/${index}`, { bytes })], index))
  const limit = { from: '00:00', until: '24:00', bytesPerSecond: 2000 } // of the rig's seconds: 200 kB of the machine's
  const beganMs = hurriedClock.monotonicMs()
  rig.downloads.want(wanted, { ...noLimits, bandwidth: [limit] })
  const done = () => rig.downloads.progress().reduce((sum, { bytesDone }) => sum + bytesDone, 0)
  await until('something has come of both', () => rig.downloads.progress().every((one) => one.bytesDone > 0))
  await until('some more has come', () => done() > 400_000)
  const allowed = ((hurriedClock.monotonicMs() - beganMs) * 2000) / 1000 + 4 * 65_536
  assert.ok(done() <= allowed, `${done()} bytes of ${allowed}`)
  rig.downloads.want(wanted, noLimits)
  await until('all is here', () => rig.cached.length === 2)
  assert.deepEqual(rig.troubles, [])
})

test('downloads wait while the picture needs the machine, but not when there is none, nor in an emergency', async (t) => {
  const server = await startAssetServer(t)
  const rig = createRig(t)
  const film = someBytes(200_000)
  const stutter = { kind: 'ended', presentedFrames: 100, droppedFrames: 100 } as const
  rig.downloads.want([], noLimits)
  rig.downloads.playing(stutter)
  const heldMs = hurriedClock.monotonicMs()
  const wantFilm = wantedOf(film, [server.answer('/film', { bytes: film })])
  rig.downloads.want([wantFilm], noLimits)
  await until('the film is here', () => rig.cached.length === 1)
  assert.ok(hurriedClock.monotonicMs() - heldMs >= 19_900, 'it has waited')

  const other = createRig(t)
  other.downloads.want([], { ...noLimits, playable: false })
  other.downloads.playing(stutter)
  await fetched(other, wantFilm)
  other.downloads.want([], noLimits)
  const alert = someBytes(1000)
  await fetched(other, { ...wantedOf(alert, [server.answer('/alert', { bytes: alert })]), emergency: true })
})
