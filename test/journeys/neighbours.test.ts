import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import type { StartHost } from '../../main/hosts/host.ts'
import { runPlayer } from '../../main/run-player.ts'
import type { Programme } from '../../shared/screen/programme.ts'
import { nameOf, someBytes } from '../cache/rig.ts'
import { hasMulticast } from '../neighbours/multicast.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'
import { issuedAt, makeCity, nameOfBytes, playlistOf, rootKeysOf, signed, trustOf } from '../support/documents.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { observe } from '../support/observer.ts'
import { startOrigin } from '../support/origin.ts'
import { eventually } from '../support/player-rig.ts'

type Page = { readonly programme: () => Programme | undefined; readonly address: () => string | undefined }

/** A whole player, but for the browser. It is found on this machine only. */
async function startWall(
  t: TestContext,
  dataDir: string,
  more: Pick<Parameters<typeof runPlayer>[0]['read']['configuration'], 'playerId' | 'rootKeys' | 'broker'>,
): Promise<Page> {
  const screenDir = join(dataDir, 'screen')
  mkdirSync(screenDir, { recursive: true })
  let programme: Programme | undefined
  let loopback: string | undefined
  const startHost: StartHost = async ({ address }, listener) => {
    loopback = address
    setImmediate(() => listener.message({ kind: 'hello', at: Date.now() }))
    return {
      name: 'chromium',
      version: '0',
      send(message) {
        if (message.kind === 'programme') programme = message.programme
      },
      screenshot: async () => Buffer.alloc(0),
      renew: () => {},
      stop: async () => {},
    }
  }
  const configuration = {
    ...defaultConfiguration(more.playerId, dataDir),
    health: { listen: 'off' as const, tls: 'self-made' as const, names: [], metrics: false },
    ...more,
    sealDir: join(dataDir, 'seal'),
    neighbours: { listen: '127.0.0.1' },
  }
  const running = await runPlayer({
    read: { configuration, problems: [] },
    startHost,
    version: '0.0.0',
    screenDir,
    mirrorPort: undefined,
  })
  t.after(() => running.stop())
  return { programme: () => programme, address: () => loopback }
}

test('a wall whose origin is gone gets its pictures from the wall beside it, and says so', async (t) => {
  if (!(await hasMulticast())) return t.skip('there is no multicast on this machine')
  const dataDir = temporaryFolder(t)
  const city = await makeCity()
  const broker = await startMosquitto()
  t.after(() => broker.stop())
  const observer = await observe(broker.url)
  t.after(() => observer.stop())
  const origin = await startOrigin()
  t.after(() => origin.stop())
  const site = (id: string) => {
    const document = { kind: 'site', id, revision: 1, issuedAt, target: `players/${id}`, groups: ['square'] }
    return signed('site', { ...document, cache: { neighbours: true } }, city.operator)
  }
  const bytes = [someBytes(2_000_003), someBytes(20_000)]
  const assets = await Promise.all(bytes.map((one) => origin.addBytes(one, 'image/png')))
  const playlist = await playlistOf(assets, [city.approver], { target: 'groups/square' })
  const topics: [string, Buffer][] = [
    ['trust', await signed('trust', trustOf(city), city.root)],
    ['players/first/site', await site('first')],
    ['players/second/site', await site('second')],
    ['groups/square/playlists/friends', await signed('playlist', playlist, city.publisher)],
  ]
  for (const [topic, payload] of topics) await observer.publish(`plazacast/v1/${topic}`, payload)

  const more = { rootKeys: rootKeysOf(city), broker: { url: broker.url } }
  await startWall(t, join(dataDir, 'first'), { ...more, playerId: 'first' })
  for (const { asset } of assets) {
    const cached = await observer.untilEvent(
      ({ code, about }) => code === 'asset-cached' && about.asset === asset,
      30_000,
    )
    assert.equal(cached.about.from, 'origin')
  }
  await origin.cut()

  const page = await startWall(t, join(dataDir, 'second'), { ...more, playerId: 'second' })
  for (const { asset } of assets) {
    const given = await observer.untilEvent(
      ({ code, about }) => code === 'asset-cached' && about.asset === asset && about.from === 'neighbour',
      60_000,
    )
    assert.equal(given.about.neighbour, 'first')
  }
  const showings = () => page.programme()?.lanes.flatMap((lane) => lane.showings) ?? []
  await eventually('the second wall has both pictures in its programme', () => showings().length === 2, 30_000)
  for (const showing of showings()) {
    const answer = await fetch(new URL(showing.address, page.address()))
    assert.equal(nameOfBytes(Buffer.from(await answer.arrayBuffer())), showing.asset)
  }
  assert.deepEqual(new Set(showings().map(({ asset }) => asset)), new Set(bytes.map(nameOf)))
})
