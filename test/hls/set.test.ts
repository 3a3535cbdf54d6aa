import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import canonicalize from 'canonicalize'
import { setAsset } from '../../main/operator/hls-assets.ts'
import { readSet } from '../../main/operator/hls-set.ts'
import { hexOf } from '../../shared/asset-name.ts'
import { outlineOf, pathInSet } from '../../shared/hls/playlist-lines.ts'
import { readManifest } from '../../shared/hls/read-manifest.ts'
import type { LocalAsset } from '../../shared/operator/playlist-payload.ts'
import { issuedAt, nameOfBytes, playlistOf } from '../support/documents.ts'
import { eventually } from '../support/player-rig.ts'
import { type FilmKind, folderFor, type HlsRig, makeHlsFilm, serve, serveFilm, setHlsRig, sha256Of } from './hls-rig.ts'

const kinds: FilmKind[] = ['mpegts', 'fmp4', 'encrypted', 'byte ranges', 'variants with sound apart']

/** Follows a playlist of the loopback server as a player does; every file it needs by path, with its bytes. */
async function playThrough(address: string, path: string, found = new Map<string, Buffer>()): Promise<typeof found> {
  if (found.has(path)) return found
  const answer = await fetch(new URL(path, address))
  assert.equal(answer.status, 200, path)
  const bytes = Buffer.from(await answer.arrayBuffer())
  found.set(path, bytes)
  if (!path.endsWith('.m3u8')) return found
  assert.equal(answer.headers.get('content-type'), 'application/vnd.apple.mpegurl')
  const outline = outlineOf(bytes.toString())
  assert.ok(outline.ok)
  for (const link of outline.links) await playThrough(address, pathInSet(path, link.address) ?? '?', found)
  return found
}

for (const kind of kinds) {
  test(`an HLS film (${kind}) is fetched whole, and the page gets each of its files from this machine`, async (t) => {
    const rig = await setHlsRig(t)
    const { asset, pushed, server } = await serveFilm(t, await makeHlsFilm(await folderFor(t), kind))
    await rig.publish('playlist', await playlistOf([pushed], [rig.city.approver]), rig.city.publisher)
    await eventually('the film is in the loop', () => rig.showings().length === 1, 30_000)
    const [showing] = rig.showings()
    assert.ok(showing)
    assert.deepEqual(
      { stream: showing.stream, seconds: showing.seconds, mediaType: showing.mediaType },
      { stream: 'on-demand', seconds: null, mediaType: 'application/vnd.apple.mpegurl' },
    )
    await server.stop() // from here on it plays offline
    const set = `${rig.address()}assets/${hexOf(asset.name)}/`
    const played = await playThrough(set, showing.address.split('/').slice(2).join('/'))
    const listed = (asset.files ?? []).map((file) => [file.servedAs?.slice(65), hexOf(file.name)])
    assert.deepEqual(
      [...played].map(([path, bytes]) => [path, sha256Of(bytes)]).sort(),
      listed.sort(),
      'what is listed is what is needed',
    )
    const [path = '', bytes = Buffer.of()] = [...played].at(-1) ?? []
    const part = await fetch(new URL(path, set), { headers: { range: 'bytes=10-19' } })
    assert.equal(part.status, 206)
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(10, 20))
    for (const wrong of ['manifest.json', 'nothing.ts', '', 'index.m3u8/', '%2fetc/passwd']) {
      assert.equal((await fetch(set + wrong)).status, 404, wrong)
    }
    const state = await rig.observer.untilState(({ playlists }) => playlists[0]?.status === 'live')
    assert.equal(state.playlists[0]?.missingBytes, 0)
    const reported = rig.observer.events.filter(({ code }) => code === 'asset-cached')
    assert.equal(reported.length, 1, 'a film is told of once, not by segment')
  })
}

test('of several variants the best is published, with its sound, and the others are not sent to walls', async (t) => {
  const index = await makeHlsFilm(await folderFor(t), 'variants with sound apart')
  const read = await readSet(index, 'index.m3u8')
  assert.ok(read.ok)
  assert.deepEqual([read.shown.width, read.shown.height], [320, 180])
  const paths = read.set.files.map(({ path }) => path)
  assert.ok(paths.includes('sound/list.m3u8') && paths.includes('large/list.m3u8'))
  assert.deepEqual(
    paths.filter((path) => path.startsWith('small/') || path === 'index.m3u8'),
    [],
  )
})

async function publishSet(
  rig: HlsRig,
  t: Parameters<typeof folderFor>[0],
  change?: (one: LocalAsset) => Promise<LocalAsset>,
) {
  const film = await serveFilm(t, await makeHlsFilm(await folderFor(t), 'mpegts'), change)
  await rig.publish('playlist', await playlistOf([film.pushed], [rig.city.approver]), rig.city.publisher)
  return film
}

test('a segment with wrong bytes keeps the whole film off the wall, and is said', async (t) => {
  const rig = await setHlsRig(t)
  await publishSet(rig, t, async (asset) => {
    const segment = asset.files?.find(({ path }) => path.endsWith('part1.ts'))
    assert.ok(segment)
    const bytes = await readFile(segment.path)
    bytes.writeUInt8((bytes.at(1000) ?? 0) ^ 1, 1000)
    await writeFile(segment.path, bytes)
    return asset
  })
  await rig.observer.untilEvent(({ code }) => code === 'asset-hash-mismatch')
  const state = await rig.observer.untilState(({ playlists }) => (playlists[0]?.missingBytes ?? 0) > 0)
  assert.match(state.playlists[0]?.reasons.join() ?? '', /1 asset not yet downloaded/)
  assert.deepEqual(rig.showings(), [])
})

test('a take-down of one segment takes the film off, and the page gets no byte of it any more', async (t) => {
  const rig = await setHlsRig(t)
  const { asset } = await publishSet(rig, t)
  await eventually('the film is in the loop', () => rig.showings().length === 1, 30_000)
  const segment = asset.files?.find(({ path }) => path.endsWith('part1.ts'))
  assert.ok(segment)
  const takedowns = {
    kind: 'takedowns',
    id: 'takedowns',
    revision: 1,
    issuedAt,
    target: 'fleet',
    assets: [{ asset: segment.name, reason: 'a test', at: issuedAt }],
  }
  await rig.publish('takedowns', takedowns, rig.city.approver)
  await eventually('the film is gone', () => rig.showings().length === 0)
  const answer = await fetch(`${rig.address()}assets/${hexOf(asset.name)}/part1.ts`)
  assert.equal(answer.status, 404)
})

test('a segment that is altered on disk is not handed out, and is fetched again', async (t) => {
  const rig = await setHlsRig(t)
  const { asset } = await publishSet(rig, t)
  await eventually('the film is in the loop', () => rig.showings().length === 1, 30_000)
  const segment = asset.files?.find(({ path }) => path.endsWith('part1.ts'))
  assert.ok(segment)
  const hex = hexOf(segment.name)
  const file = join(rig.dataDir, 'assets', hex.slice(0, 2), hex)
  const bytes = await readFile(file)
  bytes.writeUInt8((bytes.at(1000) ?? 0) ^ 1, 1000)
  await writeFile(file, bytes)
  const address = `${rig.address()}assets/${hexOf(asset.name)}/part1.ts`
  await assert.rejects(fetch(address).then((answer) => answer.arrayBuffer()))
  await rig.observer.untilEvent(({ code }) => code === 'asset-damaged')
  await eventually('the film is in the loop again', () => rig.showings().length === 1, 30_000)
  const again = Buffer.from(await (await fetch(address)).arrayBuffer())
  assert.equal(sha256Of(again), hex)
})

const hostilePlaylists: Record<string, (text: string) => string> = {
  'another host': (text) => text.replace('part1.ts', 'http://elsewhere.example/part1.ts'),
  'a host without a scheme': (text) => text.replace('part1.ts', '//elsewhere.example/part1.ts'),
  'a path of the server': (text) => text.replace('part1.ts', '/index.html'),
  'a folder above': (text) => text.replace('part1.ts', '../part1.ts'),
  'an escaped path': (text) => text.replace('part1.ts', '%2e%2e/part1.ts'),
  'a file that is not listed': (text) => text.replace('part1.ts', 'part9.ts'),
  'a key elsewhere': (text) =>
    text.replace('#EXTINF', '#EXT-X-KEY:METHOD=AES-128,URI="https://elsewhere.example/k"\n#EXTINF'),
  'an advertisement': (text) =>
    text.replace('#EXTINF', '#EXT-X-DATERANGE:ID="a",X-ASSET-URI="https://elsewhere.example/a"\n#EXTINF'),
  'a variable': (text) => text.replace('#EXTINF', '#EXT-X-DEFINE:NAME="a",VALUE="b"\n#EXTINF'),
  'sample encryption': (text) => text.replace('#EXTINF', '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="part1.ts"\n#EXTINF'),
  'no end': (text) => text.replace('#EXT-X-ENDLIST', ''),
  'no playlist at all': () => 'hello\n',
}

test('a set whose playlist leads elsewhere is left out with its reason, though it was approved', async (t) => {
  const rig = await setHlsRig(t)
  const folder = await folderFor(t)
  const index = await makeHlsFilm(folder, 'mpegts')
  const good = await readSet(index, 'index.m3u8')
  assert.ok(good.ok)
  const { set, shown } = good
  const text = await readFile(index, 'utf8')
  const hostile = await Promise.all(
    Object.values(hostilePlaylists).map(async (change) => {
      const content = Buffer.from(change(text))
      const files = set.files.map((file) =>
        file.path === 'index.m3u8' ? { ...file, content, bytes: content.length } : file,
      )
      return (await serve(t, await setAsset(index, { ...set, files }, shown))).pushed
    }),
  )
  const whole = (await serve(t, await setAsset(index, set, shown))).pushed
  await rig.publish('playlist', await playlistOf([...hostile, whole], [rig.city.approver]), rig.city.publisher)
  const unplayable = () =>
    rig.observer.events.filter(({ code }) => code === 'hls-unplayable').map(({ about }) => about.asset)
  await eventually('every hostile set is told of', () => new Set(unplayable()).size === hostile.length, 60_000)
  await eventually('the good one plays', () => rig.showings().length === 1)
  assert.deepEqual(
    rig.showings().map(({ asset }) => asset),
    [whole.asset],
  )
  assert.deepEqual(new Set(unplayable()), new Set(hostile.map(({ asset }) => asset)))
  for (const { asset } of hostile) {
    assert.equal((await fetch(`${rig.address()}assets/${hexOf(asset)}/index.m3u8`)).status, 404)
  }
  const state = await rig.observer.untilState(({ playlists }) => playlists[0]?.status === 'live')
  assert.match(state.playlists[0]?.reasons.join('\n') ?? '', /an HLS asset cannot be played: index.m3u8 leads to/)
  const names = Object.keys(hostilePlaylists)
  for (const [at, change] of Object.values(hostilePlaylists).entries()) {
    await writeFile(index, change(text))
    assert.equal((await readSet(index, 'index.m3u8')).ok, false, `plazacast publishes ${names[at]}`)
  }
})

test('a manifest that is not exactly right is refused with what is wrong', () => {
  const file = (path: string, text = path) => ({ path, bytes: text.length, sha256: hexOf(nameOfBytes(text)) })
  const manifest = (files: readonly object[], more: object = {}) =>
    readManifest(Buffer.from(canonicalize({ kind: 'hls-set', seconds: 3, files, ...more }) ?? ''))
  const good = [file('index.m3u8'), file('part0.ts')]
  assert.equal(manifest(good).kind, 'on-demand')
  const wrong: Record<string, ReturnType<typeof manifest>> = {
    'a way up': manifest([...good, file('../x.ts')]),
    'a way up inside': manifest([...good, file('a/../../x.ts')]),
    'an absolute path': manifest([...good, file('/etc/passwd')]),
    'a scheme': manifest([...good, file('http://elsewhere/x.ts')]),
    'an escape': manifest([...good, file('%2e%2e/x.ts')]),
    'a backslash': manifest([...good, file('..\\x.ts')]),
    'the same path twice': manifest([...good, file('part0.ts', 'other')]),
    'two sizes of the same bytes': manifest([...good, { ...file('x.ts', 'part0.ts'), bytes: 9999 }]),
    'no files': manifest([]),
    'more files than anybody needs': manifest(Array.from({ length: 20_001 }, (_, index) => file(`${index}.ts`))),
    'a day and more': manifest(good, { seconds: 86_401 }),
    'a field of its own': manifest(good, { script: 'x' }),
    'a stream with a password': readManifest(Buffer.from('{"kind":"hls-live","url":"https://a:b@example/x.m3u8"}')),
    'a stream from a file': readManifest(Buffer.from('{"kind":"hls-live","url":"file:///etc/passwd"}')),
    'a key twice': readManifest(Buffer.from('{"kind":"hls-live","url":"https://a/","url":"https://b/"}')),
    'no JSON': readManifest(Buffer.from('#EXTM3U')),
  }
  const accepted = Object.entries(wrong).filter(([, { kind }]) => kind !== 'unplayable')
  assert.deepEqual(accepted, [])
})
