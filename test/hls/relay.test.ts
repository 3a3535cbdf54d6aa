import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { startLiveStream } from '../support/live-stream.ts'
import { type Answers, listen, namesIn, playlist, setRelay, text } from './relay-rig.ts'

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
