import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createLiveRelay, type LiveRelayOptions } from '../../main/adapters/live-relay.ts'
import { startLoopback } from '../../main/adapters/loopback-server.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { streamAsset } from '../../main/operator/hls-assets.ts'
import { hexOf } from '../../shared/asset-name.ts'
import { linesOf } from '../../shared/hls/playlist-lines.ts'
import { relayedPlaylist } from '../../shared/hls/relay-playlist.ts'
import { approvalOf, issuedAt, playlistOf } from '../support/documents.ts'
import { startLiveStream } from '../support/live-stream.ts'
import { eventually } from '../support/player-rig.ts'
import { folderFor, serve, setHlsRig } from './hls-rig.ts'

const hex = 'ab'.repeat(32)

async function listen(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const bound = server.address()
  return `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`
}

type Answers = Record<string, (request: IncomingMessage, response: ServerResponse) => void>

/** A relay behind the page's own server, in front of an origin that answers as told. */
async function setRelay(t: TestContext, answers: Answers, more: Partial<LiveRelayOptions> = {}) {
  const asked: { url: string; headers: IncomingHttpHeaders }[] = []
  const origin = await listen(t, (request, response) => {
    asked.push({ url: request.url ?? '', headers: request.headers })
    const answer = answers[request.url ?? '']
    if (answer) answer(request, response)
    else response.writeHead(404).end()
  })
  let address: string | undefined = `${origin}/live.m3u8`
  const relay = createLiveRelay({
    clock: systemClock,
    addressOf: (name) => (name === hex ? address : undefined),
    ...more,
  })
  const loopback = await startLoopback({
    screenDir: await folderFor(t),
    openAsset: async () => undefined,
    onDamaged: () => {},
    relay,
  })
  t.after(() => loopback.stop())
  return {
    origin,
    asked,
    allow: (to: string | undefined) => {
      address = to
    },
    get: (name: string, headers: Record<string, string> = {}) =>
      fetch(`${loopback.address}live/${hex}/${name}`, { headers }),
  }
}

const text =
  (body: string | Buffer, headers: Record<string, string> = {}) =>
  (_request: unknown, response: ServerResponse) =>
    void response.writeHead(200, headers).end(body)
const playlist = (...lines: string[]) => text(['#EXTM3U', '#EXT-X-TARGETDURATION:2', ...lines, ''].join('\n'))
const namesIn = (body: string) =>
  (linesOf(body) ?? []).flatMap((line) => (line.kind === 'address' ? [line.address] : []))

test('a live stream made by ffmpeg is handed on, playlist and segments, and nothing is kept', async (t) => {
  const stream = await startLiveStream(1)
  t.after(() => stream.stop())
  const origin = await listen(t, (request, response) => {
    readFile(join(stream.folder, (request.url ?? '/').slice(1))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  const { get, allow } = await setRelay(t, {})
  allow(`${origin}/index.m3u8`)
  const answer = await get('index.m3u8')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  const names = namesIn(await answer.text())
  assert.ok(names.length >= 2)
  for (const name of names) {
    const segment = Buffer.from(await (await get(name)).arrayBuffer())
    assert.equal(segment[0], 0x47, 'an MPEG transport stream')
  }
})

test('variants, sound, first parts, keys and byte ranges are asked of the relay; all else is left out', () => {
  const master = relayedPlaylist(
    [
      '#EXTM3U',
      '#EXT-X-DEFINE:NAME="x",VALUE="y"',
      '#EXT-X-CONTENT-STEERING:SERVER-URI="https://elsewhere.example/steer"',
      '#EXT-X-SESSION-DATA:DATA-ID="a",URI="https://elsewhere.example/data"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="sound/list.m3u8"',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="s",URI="https://elsewhere.example/words.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a",SUBTITLES="s"',
      'low.m3u8?token=1',
    ].join('\n'),
    'https://city.example/live/index.m3u8',
  )
  assert.ok(master.ok)
  assert.deepEqual(
    master.links.map(({ url, leadsTo }) => [url, leadsTo]),
    [
      ['https://city.example/live/sound/list.m3u8', 'playlist'],
      ['https://city.example/live/low.m3u8?token=1', 'playlist'],
    ],
  )
  assert.doesNotMatch(master.text, /elsewhere|SUBTITLES|DEFINE|city\.example/)
  const media = relayedPlaylist(
    [
      '#EXTM3U',
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES',
      '#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x01',
      '#EXT-X-MAP:URI="init.mp4",BYTERANGE="800@0"',
      '#EXT-X-DATERANGE:ID="ad",X-ASSET-URI="https://elsewhere.example/ad"',
      '#EXTINF:2,',
      '#EXT-X-BYTERANGE:100@800',
      'all.m4s',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="https://elsewhere.example/part"',
    ].join('\n'),
    'https://city.example/live/low.m3u8',
  )
  assert.ok(media.ok)
  assert.deepEqual(
    media.links.map(({ url }) => url),
    ['key', 'init.mp4', 'all.m4s'].map((name) => `https://city.example/live/${name}`),
  )
  assert.match(media.text, /IV=0x01\n#EXT-X-MAP:URI="media-[^"]+",BYTERANGE="800@0"/)
  assert.doesNotMatch(media.text, /elsewhere|SERVER-CONTROL/)
})

for (const elsewhere of [
  'https://elsewhere.example/a.ts',
  '//elsewhere.example/a.ts',
  'http://city.example/a.ts',
  'https://city.example:444/a.ts',
  'https://user:word@city.example/a.ts',
  'https://city.example@elsewhere.example/a.ts',
  'file:///etc/passwd',
  'data:video/mp2t,abc',
  'https://[',
]) {
  test(`a stream that leads to ${elsewhere} is not handed on`, () => {
    const lines = ['#EXTM3U', '#EXTINF:2,', elsewhere]
    assert.equal(relayedPlaylist(lines.join('\n'), 'https://city.example/live.m3u8').ok, false)
    const key = ['#EXTM3U', `#EXT-X-KEY:METHOD=AES-128,URI="${elsewhere}"`, '#EXTINF:2,', 'a.ts']
    assert.equal(relayedPlaylist(key.join('\n'), 'https://city.example/live.m3u8').ok, false)
  })
}

test('the page can ask only for what a playlist of the stream has named', async (t) => {
  const { get, asked, origin } = await setRelay(t, {
    '/live.m3u8': playlist('#EXTINF:2,', 'a.ts'),
    '/a.ts': text('segment'),
    '/admin': text('secret'),
  })
  const guess = async () => {
    const names = [
      'admin',
      'media-~2Fadmin',
      'media-~2Fa~2Ets',
      '..%2fadmin',
      'list-~2Fadmin.m3u8',
      encodeURIComponent(`${origin}/admin`),
      '',
    ]
    for (const name of names) assert.equal((await get(name)).status, 404, name)
  }
  await guess()
  assert.deepEqual(asked, [])
  const [name = ''] = namesIn(await (await get('index.m3u8')).text())
  assert.equal(await (await get(name, { cookie: 'a=b', authorization: 'Basic eDp5' })).text(), 'segment')
  assert.equal((await get('admin')).status, 404)
  assert.deepEqual(
    asked.map(({ url }) => url),
    ['/live.m3u8', '/a.ts'],
  )
  for (const { headers } of asked) {
    assert.equal(headers['accept-encoding'], 'identity')
    assert.deepEqual(Object.keys(headers).sort(), ['accept-encoding', 'connection', 'host', 'user-agent'])
  }
})

test('redirects are followed within the origin, and not out of it', async (t) => {
  const other = await listen(t, text('#EXTM3U\n#EXTINF:2,\nb.ts\n'))
  const redirect = (to: string) => (_request: unknown, response: ServerResponse) =>
    void response.writeHead(302, { location: to }).end()
  const answers: Answers = {
    '/live.m3u8': redirect('/deep/live.m3u8'),
    '/deep/live.m3u8': playlist('#EXTINF:2,', 'a.ts', '#EXTINF:2,', 'loop.ts'),
    '/deep/a.ts': redirect(`${other}/b.ts`),
    '/deep/loop.ts': redirect('loop.ts'),
  }
  const { get } = await setRelay(t, answers)
  const [away = '', loop = ''] = namesIn(await (await get('index.m3u8')).text())
  const answer = await get(away)
  assert.equal(answer.status, 502)
  assert.match(await answer.text(), /another origin/)
  assert.match(await (await get(loop)).text(), /redirected more than/)
})

test('what is compressed, too large, endless, silent or refused is not handed on', async (t) => {
  const endless = (_request: unknown, response: ServerResponse) => {
    const chunk = Buffer.alloc(65_536, '#')
    const write = () => {
      while (!response.destroyed && response.write(chunk));
    }
    response.on('drain', write)
    write()
  }
  const { get, allow, origin } = await setRelay(
    t,
    {
      '/live.m3u8': playlist('#EXTINF:2,', 'endless.ts'),
      '/bomb.m3u8': text(gzipSync(`#EXTM3U\n${'#'.repeat(10_000_000)}`), { 'content-encoding': 'gzip' }),
      '/endless.m3u8': endless,
      '/endless.ts': endless,
      '/silent.m3u8': () => {},
      '/gone.m3u8': (_request, response) => void response.writeHead(403).end('secret'),
      '/html.m3u8': text('<html>'),
    },
    { stalledMs: 300, mostPlaylistBytes: 200_000, mostSegmentBytes: 400_000 },
  )
  const [name = ''] = namesIn(await (await get('index.m3u8')).text())
  await assert.rejects(get(name).then((answer) => answer.arrayBuffer()))
  const reasons = {
    bomb: /encoded as gzip/,
    endless: /more than 200000 bytes/,
    silent: /stands still/,
    gone: /answers 403/,
    html: /no HLS playlist/,
  }
  for (const [file, reason] of Object.entries(reasons)) {
    allow(`${origin}/${file}.m3u8`)
    const answer = await get('index.m3u8')
    assert.equal(answer.status, 502)
    assert.match(await answer.text(), reason)
  }
})

test('a segment that is under way is cut off in the instant in which the stream may not be shown any more', async (t) => {
  let goOn = () => {}
  const { get, allow, asked } = await setRelay(t, {
    '/live.m3u8': playlist('#EXTINF:2,', 'a.ts'),
    '/a.ts': (_request, response) => {
      response.writeHead(200).write('first')
      goOn = () => response.write('second')
    },
  })
  const [name = ''] = namesIn(await (await get('index.m3u8')).text())
  const reader = (await get(name)).body?.getReader()
  assert.equal(Buffer.from((await reader?.read())?.value ?? '').toString(), 'first')
  allow(undefined)
  goOn()
  await assert.rejects(async () => reader?.read())
  const before = asked.length
  for (const one of ['index.m3u8', name]) assert.equal((await get(one)).status, 404)
  assert.equal(asked.length, before)
})

test('a stream that runs for days keeps its playlists and forgets old segments', async (t) => {
  let at = 0
  const answers: Answers = {
    '/live.m3u8': playlist('#EXT-X-STREAM-INF:BANDWIDTH=1', 'low.m3u8'),
    '/low.m3u8': (request, response) =>
      playlist('#EXTINF:2,', `${at}.ts`, '#EXTINF:2,', `${at + 1}.ts`)(request, response),
  }
  const { get } = await setRelay(t, answers, { mostNames: 20 })
  const [low = ''] = namesIn(await (await get('index.m3u8')).text())
  const first = namesIn(await (await get(low)).text())[0] ?? ''
  for (at = 1; at < 100; at++) assert.equal((await get(low)).status, 200)
  assert.equal((await get(first)).status, 404)
})

test('operators hear once that a stream fails, and once that it is back', async (t) => {
  const heard: (string | undefined)[] = []
  let skippedMs = 0
  const clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + skippedMs }
  let there = false
  const answers: Answers = {
    '/live.m3u8': playlist('#EXTINF:2,', 'a.ts'),
    '/a.ts': (_request, response) => void response.writeHead(there ? 200 : 404).end('segment'),
  }
  const { get } = await setRelay(t, answers, { clock, onChange: (_hex, failure) => heard.push(failure) })
  const ask = async () => {
    const [name = ''] = namesIn(await (await get('index.m3u8')).text())
    await (await get(name)).text()
  }
  for (let times = 0; times < 5; times++) await ask()
  assert.deepEqual(heard, ['the origin answers 404'])
  there = true
  await ask()
  assert.equal(heard.length, 1, 'not at once: it may be gone again')
  skippedMs = 60_000
  for (let times = 0; times < 5; times++) await ask()
  assert.deepEqual(heard, ['the origin answers 404', undefined])
})

const from = '2026-01-01T00:00:00Z'
const until = '2099-01-01T00:00:00Z'

test('a live stream is shown only where its approval says from when until when, and not after a take-down', async (t) => {
  const rig = await setHlsRig(t)
  const origin = await listen(t, playlist('#EXTINF:2,', 'a.ts'))
  const asset = streamAsset(`${origin}/live.m3u8`)
  const { pushed } = await serve(t, asset)
  const { city } = rig
  const items = [{ id: 'stream', asset: asset.name, seconds: 10 }]
  const publish = async (revision: number, limits: Record<string, string>) => {
    const approvals = [await approvalOf(pushed, [city.approver], limits)]
    await rig.publish('playlist', await playlistOf([pushed], [], { revision, items, approvals }), city.publisher)
  }
  const address = () => `${rig.address()}live/${hexOf(asset.name)}/index.m3u8`
  for (const [revision, limits] of [{}, { from }, { until }].entries()) {
    await publish(revision + 1, limits)
    await rig.observer.untilState(
      ({ playlists }) =>
        playlists[0]?.revision === revision + 1 &&
        playlists[0].reasons.join().includes('1 live stream without an approval from and until'),
    )
    assert.deepEqual(rig.showings(), [])
    assert.equal((await fetch(address())).status, 404)
  }
  await publish(5, { from, until })
  await eventually('the stream is in the loop', () => rig.showings().length === 1, 20_000)
  const [showing] = rig.showings()
  assert.deepEqual(
    { stream: showing?.stream, address: showing?.address, seconds: showing?.seconds },
    { stream: 'live', address: `live/${hexOf(asset.name)}/index.m3u8`, seconds: 10 },
  )
  assert.equal((await fetch(address())).status, 200)
  const takedowns = { assets: [{ asset: asset.name, reason: 'a test', at: issuedAt }] }
  await rig.publish(
    'takedowns',
    { kind: 'takedowns', id: 'takedowns', revision: 1, issuedAt, target: 'fleet', ...takedowns },
    city.approver,
  )
  await eventually('the stream is gone', () => rig.showings().length === 0)
  assert.equal((await fetch(address())).status, 404)
})

test('a live stream without a duration is refused, with the field', async (t) => {
  const rig = await setHlsRig(t)
  const { pushed } = await serve(t, streamAsset('https://city.example/live.m3u8'))
  const payload = await playlistOf([pushed], [rig.city.approver], { items: [{ id: 'stream', asset: pushed.asset }] })
  await rig.publish('playlist', payload, rig.city.publisher)
  const { about, message } = await rig.observer.untilEvent(({ code }) => code === 'document-refused')
  assert.equal(about.field, 'items[0].seconds')
  assert.match(message, /a live stream needs a duration/)
})

test('an approval that ends takes the stream off the wall and out of the relay', async (t) => {
  const rig = await setHlsRig(t)
  const origin = await listen(t, playlist('#EXTINF:2,', 'a.ts'))
  const asset = streamAsset(`${origin}/live.m3u8`)
  const { pushed } = await serve(t, asset)
  const endsAt = Date.now() + 4_000
  const limits = { from, until: new Date(endsAt).toISOString() }
  const approvals = [await approvalOf(pushed, [rig.city.approver], limits)]
  const items = [{ id: 'stream', asset: asset.name, seconds: 10 }]
  await rig.publish('playlist', await playlistOf([pushed], [], { items, approvals }), rig.city.publisher)
  const address = () => `${rig.address()}live/${hexOf(asset.name)}/index.m3u8`
  await eventually('the stream is in the loop', () => rig.showings().length === 1, 20_000)
  assert.equal((await fetch(address())).status, 200)
  for (;;) {
    const answered = await fetch(address())
    if (answered.status !== 200) break
    assert.ok(Date.now() < endsAt + 20_000, 'it goes on long after its end')
  }
  assert.ok(Date.now() >= endsAt)
  await eventually('the stream is gone', () => rig.showings().length === 0, 20_000)
})
