import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assetCalled, issuedAt, playlistOf, signed, trustOf } from '../support/documents.ts'
import { publication, rawPublication, startHostileBroker } from '../support/hostile-broker.ts'
import { eventually, setRig } from '../support/player-rig.ts'

const prefix = 'plazacast/v1'
const poster = assetCalled('poster')
const topic = (name: string) => Buffer.from(`${prefix}/players/wall/playlists/${name}`)
const none = Buffer.from([0])
const some = Buffer.from('{}')

/** Everything that is wrong with a PUBLISH and yet has a length. */
const poisons: Readonly<Record<string, (id: number) => Buffer>> = {
  'a topic alias that was not asked for': (id) => rawPublication(topic('a'), id, Buffer.from([3, 0x23, 0, 1]), some),
  'no topic and an alias': (id) => rawPublication(Buffer.alloc(0), id, Buffer.from([3, 0x23, 0, 9]), some),
  'a topic that is no UTF-8': (id) => rawPublication(Buffer.from([0xc3, 0x28]), id, none, some),
  'a topic with a wildcard': (id) => rawPublication(topic('+'), id, none, some),
  'an unknown property': (id) => rawPublication(topic('b'), id, Buffer.from([2, 0x7f, 1]), some),
  'properties that are cut off': (id) => rawPublication(topic('c'), id, Buffer.from([0x7f]), some),
  'a property that is cut off': (id) => rawPublication(topic('d'), id, Buffer.from([3, 0x08, 0xff, 0xff]), some),
  'no end to the length of its properties': (id) =>
    rawPublication(topic('e'), id, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]), some),
  'quality of service 3': (id) => {
    const bytes = rawPublication(topic('f'), id, none, some)
    bytes[0] = 0x37
    return bytes
  },
  'a topic longer than the packet': () => Buffer.from([0x33, 4, 0xff, 0xff, 0x61, 0x61]),
  'nothing in it': () => Buffer.from([0x33, 0]),
  'seven megabytes': (id) => rawPublication(topic('g'), id, none, Buffer.alloc(7 * 1024 * 1024, 0x20)),
  'a payload that is no UTF-8': (id) => rawPublication(topic('h'), id, none, Buffer.from([0xff, 0xfe, 0x00])),
  'a deep payload': (id) => rawPublication(topic('i'), id, none, Buffer.from('['.repeat(100_000))),
}

test('what lies behind retained poison of every kind is received, over one connection', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const broker = await startHostileBroker()
  t.after(() => broker.stop())
  const site = { kind: 'site', id: 'wall', revision: 1, issuedAt, target: 'players/wall' }
  const bad = Object.values(poisons).map((make, index) => make(100 + index))
  broker.retain(/trust$/, ...bad, publication(`${prefix}/trust`, await signed('trust', trustOf(city), city.root), 1))
  broker.retain(
    /site$/,
    ...bad,
    publication(`${prefix}/players/wall/site`, await signed('site', site, city.operator), 2),
  )
  const playlist = await signed('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  broker.retain(
    /playlists/,
    Buffer.concat([...bad, publication(`${prefix}/players/wall/playlists/friends`, playlist, 3)]),
  )
  const running = await rig.start({ brokerUrl: broker.url })
  await eventually('the playlist behind the poison plays', () => String(running.items()) === 'item-1', 20_000)
  assert.equal(broker.connections(), 1)

  const codes = () =>
    broker.received.flatMap((packet) =>
      packet.cmd === 'publish' && packet.topic.endsWith('/events') ? [JSON.parse(packet.payload.toString()).code] : [],
    )
  await eventually('the poison is reported', () => codes().includes('topic-poisoned'))
  assert.ok(codes().length < 60, 'reported, but not at each of its coming')
  const acknowledged = new Set(broker.received.flatMap((packet) => (packet.cmd === 'puback' ? [packet.messageId] : [])))
  const unacknowledged = Object.keys(poisons).filter((_, index) => !acknowledged.has(100 + index))
  assert.deepEqual(unacknowledged, ['quality of service 3', 'a topic longer than the packet', 'nothing in it'])
})

test('poison without a frame ends the connection, and the player knocks ever more seldom', async (t) => {
  const rig = await setRig(t)
  const broker = await startHostileBroker()
  t.after(() => broker.stop())
  broker.retain(/trust$/, Buffer.from([0x33, 0xff, 0xff, 0xff, 0xff, 0xff]))
  const waits: number[] = []
  const { systemClock } = await import('../../main/adapters/system-clock.ts')
  const clock: typeof systemClock = {
    ...systemClock,
    after(ms, run) {
      if (ms < 500 || ms > 60_000 || ms === 30_000 || ms === 15_000) return systemClock.after(ms, run)
      waits.push(ms)
      return systemClock.after(1, run)
    },
  }
  await rig.start({ brokerUrl: broker.url, clock })
  await eventually('it comes back', () => waits.filter((ms) => ms >= 4_000).length >= 2, 20_000)
  assert.ok(broker.connections() >= 4)
})

test('a broker that never acknowledges does not keep the player from ending', async (t) => {
  const rig = await setRig(t)
  const broker = await startHostileBroker()
  t.after(() => broker.stop())
  broker.ignore(`${prefix}/players/wall/presence`)
  const running = await rig.start({ brokerUrl: broker.url })
  await eventually('it is connected', () => broker.received.some((packet) => packet.cmd === 'publish'))
  await running.stop()
})

test('messages that the broker refuses do not hold up those behind them', async (t) => {
  const rig = await setRig(t)
  const broker = await startHostileBroker()
  t.after(() => broker.stop())
  const notAuthorized = 0x87
  broker.refuse(`${prefix}/players/wall/events`, notAuthorized)
  for (let n = 0; n < 60; n++)
    broker.retain(/trust$/, publication(`${prefix}/trust`, Buffer.from(`{"n":${n}}`), 10 + n))
  await rig.start({ brokerUrl: broker.url })
  const states = () =>
    broker.received.flatMap((packet) =>
      packet.cmd === 'publish' && packet.topic.endsWith('/state') ? [JSON.parse(packet.payload.toString())] : [],
    )
  await eventually('sixty events wait', () => states().at(-1)?.refused.length === 20)
  assert.equal(broker.connections(), 1)
})

test('a message larger than the player takes is dropped by mosquitto, and what lies behind it comes', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  await rig.observer.publish(`${prefix}/players/wall/playlists/a-huge`, Buffer.alloc(6 * 1024 * 1024, 0x20))
  await rig.publish('trust', trustOf(city), city.root)
  await rig.site()
  await rig.publish('playlist', await playlistOf([poster], [city.approver]), city.publisher)
  const running = await rig.start()
  await eventually('the playlist plays', () => String(running.items()) === 'item-1')
})
