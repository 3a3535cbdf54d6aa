import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import { makeClip } from '../support/clips.ts'
import { playlistOf, rootKeysOf, signed, trustOf } from '../support/documents.ts'
import { setStage } from '../support/stage.ts'
import { type Certificate, makeAuthority, startTlsBroker, type TlsBroker } from './tls-broker.ts'

let broker: TlsBroker
before(async () => {
  broker = await startTlsBroker()
})
after(() => broker.stop())

const client = ['extendedKeyUsage=clientAuth']
const prefix = 'plazacast/v1'

function enter(
  url: string,
  certificate: Certificate | undefined,
  clientId: string = randomUUID(),
): Promise<MqttClient> {
  return connectAsync(
    url,
    {
      protocolVersion: 5,
      clientId,
      reconnectPeriod: 0,
      ca: readFileSync(broker.players.ca),
      ...(certificate && { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) }),
    },
    false,
  )
}
const asPlayer = (name: string, clientId?: string) =>
  enter(broker.playersUrl, broker.players.issue(name, client), clientId)
const asOperator = (name: string) => enter(broker.operatorsUrl, broker.operators.issue(name, client))

/** Whether the broker takes a message; MQTT 5 answers 0x87 when it may not. */
async function may(one: MqttClient, topic: string): Promise<boolean> {
  try {
    await one.publishAsync(topic, 'x', { qos: 1 })
    return true
  } catch (error) {
    assert.match(String(error), /Not authorized/)
    return false
  }
}

test('a wall says what it shows, under its own id and no other, and publishes nothing that walls believe', async (context) => {
  const wall = await asPlayer('wall')
  context.after(() => wall.endAsync(true))
  for (const report of ['presence', 'state', 'health', 'events', 'plays'])
    assert.equal(await may(wall, `${prefix}/players/wall/${report}`), true, report)
  const forbidden = [
    ...['players/other/state', 'players/other/presence', 'players/wall/playlists/x', 'players/wall/site'],
    ...['players/wall/commands', 'players/other/commands', 'groups/square/playlists/x', 'groups/square/commands'],
    ...['trust', 'takedowns', 'players/wall/plays/ack', 'answers/other/1', 'players/wall', 'clock/answers/other'],
  ]
  for (const topic of forbidden) assert.equal(await may(wall, `${prefix}/${topic}`), false, topic)
  assert.equal(await may(wall, 'elsewhere'), false)
})

test('a wall hears what it is told and what all are told, and not what others are told or say', async (context) => {
  const [wall, desk, trust] = [await asPlayer('wall'), await asOperator('city-desk'), await asOperator('city-trust')]
  context.after(() => Promise.all([wall, desk, trust].map((one) => one.endAsync(true))))
  const heard: string[] = []
  const last = new Promise<void>((resolve) => {
    wall.on('message', (topic) => {
      heard.push(topic.slice(prefix.length + 1))
      if (topic.endsWith('/last')) resolve()
    })
  })
  await wall.subscribeAsync([`${prefix}/#`, `${prefix}/players/+/playlists/+`], { qos: 1 })
  const told = ['players/other/playlists/x', 'players/other/site', 'players/wall/site', 'groups/square/playlists/x']
  for (const topic of told) assert.ok(await may(desk, `${prefix}/${topic}`), topic)
  assert.ok(await may(trust, `${prefix}/trust`))
  await desk.publishAsync(`${prefix}/players/wall/playlists/last`, 'x', { qos: 1 })
  await last
  const mine = ['groups/square/playlists/x', 'players/wall/playlists/last', 'players/wall/site', 'trust']
  assert.deepEqual([...new Set(heard)].toSorted(), mine)
})

test('each desk may do its own work only', async (context) => {
  const [desk, trust, unknown] = await Promise.all(['city-desk', 'city-trust', 'nobody'].map(asOperator))
  assert.ok(desk && trust && unknown)
  context.after(() => Promise.all([desk, trust, unknown].map((one) => one.endAsync(true))))
  assert.equal(await may(desk, `${prefix}/trust`), false)
  assert.equal(await may(trust, `${prefix}/players/wall/playlists/x`), false)
  assert.equal(await may(unknown, `${prefix}/players/wall/playlists/x`), false)
})

test('without a certificate, or with one of another authority, nobody comes in', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-strangers-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  const strangers = await makeAuthority(folder, 'strangers')
  for (const url of [broker.playersUrl, broker.operatorsUrl]) {
    await assert.rejects(enter(url, undefined))
    await assert.rejects(enter(url, strangers.issue('wall', client)))
  }
  await assert.rejects(enter(broker.operatorsUrl, broker.players.issue('city-desk', client)), 'a wall is no desk')
})

test('a wall cannot take the session of another by its client id', async (context) => {
  const [wall, other] = [await asPlayer('wall', 'plazacast-wall'), await asPlayer('other', 'plazacast-wall')]
  context.after(() => Promise.all([wall, other].map((one) => one.endAsync(true))))
  assert.ok(await may(other, `${prefix}/players/other/state`))
  assert.ok(await may(wall, `${prefix}/players/wall/state`), 'the first is still there')
})

test('a player connects with its certificate and plays; with another authority it stays offline and plays on', async (context) => {
  const stage = await setStage(context)
  const { city } = stage
  const own = broker.players.issue('wall', client)
  const configure = (ca: string) =>
    writeFile(
      join(stage.dataDir, 'kiosk.json'),
      JSON.stringify({
        playerId: 'wall',
        broker: { url: broker.playersUrl, ca, ...own },
        rootKeys: rootKeysOf(city),
        dataDir: stage.dataDir,
      }),
    )
  await configure(broker.players.ca)
  const [desk, trust] = [await asOperator('city-desk'), await asOperator('city-trust')]
  context.after(() => Promise.all([desk, trust].map((one) => one.endAsync(true))))
  const retained = { qos: 1, retain: true } as const
  await trust.publishAsync(`${prefix}/trust`, await signed('trust', trustOf(city), city.root), retained)
  const clip = await makeClip({ kind: 'film', item: 1, codec: 'h264', seconds: 1.5 })
  const film = await stage.origin.add(clip.file, clip.mediaType)
  const push = await signed('playlist', await playlistOf([film], [city.approver]), city.publisher)
  await desk.publishAsync(`${prefix}/players/wall/playlists/friends`, push, retained)
  const kiosk = await stage.startKiosk()
  await stage.sees(1)
  await kiosk.stop()

  const folder = await mkdtemp(join(tmpdir(), 'plazacast-strangers-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  await configure((await makeAuthority(folder, 'strangers')).ca)
  const two = await makeClip({ kind: 'film', item: 2, codec: 'h264', seconds: 1.5 })
  const later = await playlistOf([await stage.origin.add(two.file, two.mediaType)], [city.approver], { revision: 2 })
  await desk.publishAsync(
    `${prefix}/players/wall/playlists/friends`,
    await signed('playlist', later, city.publisher),
    retained,
  )
  const items = new Set<number>()
  stage.grab.on(({ seen }) => seen.kind === 'frame' && items.add(seen.item))
  await stage.startKiosk()
  await broker.says(/Client <unknown> disconnected: Protocol error/) // it left while still shaking hands
  for (let look = 0; look < 3; look += 1) await stage.sees(1)
  assert.deepEqual([...items], [1])
})
