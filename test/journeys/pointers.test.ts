import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { PlayerEvent } from '../../shared/reports/event.ts'
import { assetCalled, playlistOf, signed, trustOf } from '../support/documents.ts'
import { eventually, type PlayerRig, setRig } from '../support/player-rig.ts'

const topic = 'plazacast/v1/players/wall/playlists/friends'
const poster = assetCalled('poster')
const refusal = (code: string) => (event: PlayerEvent) => event.code === 'document-refused' && event.about.code === code

type Web = {
  readonly url: (path: string) => string
  readonly requests: readonly string[]
  serve(path: string, answer: (response: ServerResponse) => void): void
  /** A pointer to these bytes at these paths. */
  pointer(bytes: Uint8Array, ...paths: string[]): string
}

async function web(t: { after(undo: () => Promise<void>): void }): Promise<Web> {
  const routes = new Map<string, (response: ServerResponse) => void>()
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    requests.push(path)
    const route = routes.get(path)
    if (route) route(response)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const url = (path: string) => `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}${path}`
  return {
    url,
    requests,
    serve: (path, answer) => void routes.set(path, answer),
    pointer: (bytes, ...paths) =>
      JSON.stringify({
        kind: 'pointer',
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bytes: bytes.length,
        urls: paths.map(url),
      }),
  }
}

async function trusting(t: Parameters<typeof setRig>[0]): Promise<PlayerRig> {
  const rig = await setRig(t)
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  await rig.site()
  return rig
}

test('a document is fetched from the first address that has it, and counts as if it had come itself', async (t) => {
  const rig = await trusting(t)
  const site = await web(t)
  const { city } = rig
  const long = await playlistOf([poster], [city.approver], { title: { en: 'x'.repeat(2000) } })
  const bytes = await signed('playlist', long, city.publisher)
  site.serve('/wrong', (response) => response.end(Buffer.alloc(bytes.length, 0x20)))
  site.serve('/right', (response) => response.end(bytes))
  const running = await rig.start()
  await rig.observer.publish(topic, site.pointer(bytes, '/missing', '/wrong', '/right'))
  await eventually('the playlist plays', () => String(running.items()) === 'item-1')
  assert.deepEqual(site.requests, ['/missing', '/wrong', '/right'])
  await running.stop()
  const again = await rig.start()
  await eventually('it plays after a restart', () => String(again.items()) === 'item-1')
  await rig.observer.untilState(({ playlists }) => playlists[0]?.status === 'live')
  assert.equal(site.requests.length, 3, 'what is here already is not fetched again')
})

test('trust that comes by a pointer is believed, and what it vouches for is asked for again', async (t) => {
  const rig = await setRig(t)
  const site = await web(t)
  const { city } = rig
  await rig.publish('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  const trust = await signed('trust', trustOf(city), city.root)
  site.serve('/trust', (response) => response.end(trust))
  const running = await rig.start()
  await rig.observer.publish('plazacast/v1/trust', site.pointer(trust, '/trust'))
  await eventually('the playlist plays', () => String(running.items()) === 'item-1')
})

test('what a pointer leads to is refused by the same rules, and is not fetched at every turn', async (t) => {
  const rig = await trusting(t)
  const site = await web(t)
  const { city } = rig
  const forged = await signed('playlist', await playlistOf([poster], [city.approver]), city.stranger)
  const nested = Buffer.from(site.pointer(forged, '/forged'))
  site.serve('/forged', (response) => response.end(forged))
  site.serve('/nested', (response) => response.end(nested))
  const running = await rig.start()
  await rig.observer.publish(topic, site.pointer(forged, '/forged'))
  await rig.observer.untilEvent(refusal('unknown-key'))
  await rig.observer.publish(topic, site.pointer(nested, '/nested'))
  await rig.observer.untilEvent(refusal('not-a-document'))
  assert.deepEqual(site.requests, ['/forged', '/nested'])
  assert.deepEqual(running.items(), [])
})

test('pointers that are too large, elsewhere, of another protocol or for commands are refused without a fetch', async (t) => {
  const rig = await trusting(t)
  const site = await web(t)
  await rig.start()
  await rig.observer.untilState((state) => state.site === 1)
  const pointer = JSON.parse(site.pointer(Buffer.from('x'), '/x'))
  const attempts: [string, object][] = [
    ['bad-field', { ...pointer, bytes: 64 * 1024 * 1024 + 1 }],
    ['bad-field', { ...pointer, urls: ['file:///etc/passwd'] }],
    ['bad-field', { ...pointer, urls: [] }],
    ['bad-field', { ...pointer, more: 1 }],
    ['too-large', { ...pointer, more: 'x'.repeat(100_000) }],
  ]
  for (const [n, [code, value]] of attempts.entries()) {
    await rig.observer.publish(topic, JSON.stringify(value))
    const refused = () => rig.observer.events.filter(({ code: kind }) => kind === 'document-refused')
    await eventually(`attempt ${n} is refused`, () => refused().length === n + 1)
    assert.equal(refused()[n]?.about.code, code)
  }
  await rig.observer.publish('plazacast/v1/players/wall/commands', JSON.stringify(pointer))
  await rig.observer.untilEvent(({ code, about }) => code === 'command-refused' && about.code === 'unsupported')
  assert.deepEqual(site.requests, [])
})

test('an endless body is cut off, and a slow one keeps nothing else waiting', async (t) => {
  const rig = await trusting(t)
  const site = await web(t)
  const { city } = rig
  let sent = 0
  let closed = false
  site.serve('/endless', (response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 0x20))) sent += 65_536
    }
    response.on('drain', more)
    response.on('close', () => {
      closed = true
    })
    more()
  })
  site.serve('/slow', (response) => void response.writeHead(200).write('{'))
  const running = await rig.start()
  await rig.observer.publish(`${topic}-1`, site.pointer(Buffer.alloc(1000), '/endless'))
  await rig.observer.publish(`${topic}-2`, site.pointer(Buffer.alloc(1001), '/slow'))
  await rig.observer.publish(`${topic}-3`, site.pointer(Buffer.alloc(1002), '/slow'))
  await rig.publish('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  await eventually('the playlist plays', () => String(running.items()) === 'item-1')
  await eventually('the endless body is cut off', () => closed)
  assert.ok(sent < 16 * 1024 * 1024)
  await rig.observer.untilEvent(({ code }) => code === 'pointer-failed')
})
