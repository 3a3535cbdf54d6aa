import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Broker, BrokerListener } from '../../main/app/broker.ts'
import { createBrokerWatch } from '../../main/app/health-broker.ts'

const echo = 'plazacast/v1/players/wall/echo'
const will = { topic: 'presence', payload: '', qos: 1, retain: true } as const

/** A broker watch on a clock of the test's, and a connection that does what the test says. */
function setWatch() {
  let ms = 0
  let pings = 0
  const published: { readonly topic: string; readonly payload: string | Uint8Array }[] = []
  const taken: string[] = []
  let listener: BrokerListener | undefined
  const broker: Broker = {
    publish: async (message) => void published.push(message),
    subscribe: async () => {},
    ping: () => {
      pings += 1
    },
    stop: async () => {},
  }
  const watch = createBrokerWatch({
    topicPrefix: 'plazacast/v1',
    playerId: 'wall',
    run: 'this-run',
    monotonicMs: () => ms,
    now: () => ms,
    connected: () => {},
  })
  const connect = watch.overhear((_will, given) => {
    listener = given
    return broker
  })
  connect(will, {
    connected() {},
    lost() {},
    displaced() {},
    message: (topic) => void taken.push(topic),
    poisoned() {},
  })
  return {
    watch,
    published,
    taken,
    pings: () => pings,
    connection: () => {
      if (!listener) throw new Error('not connected')
      return listener
    },
    /** Looks every two seconds for so long; `each` says what the broker does meanwhile. */
    pass(seconds: number, each: (listener: BrokerListener) => void = () => {}) {
      for (let second = 0; second < seconds; second += 2) {
        ms += 2_000
        watch.probe()
        if (listener) each(listener)
      }
    },
  }
}

test('a quiet broker that answers pings is heard, and one that does not is not', () => {
  const { watch, connection, pass, pings } = setWatch()
  connection().connected()
  pass(60, (listener) => listener.heard?.())
  assert.ok(pings() >= 29)
  assert.equal(watch.reading().heardAgeMs, 0)
  pass(8)
  assert.equal(watch.reading().heardAgeMs, 8_000)
})

test('an echo that stays away is missed, but not on a broker that never let one through', () => {
  const { watch, connection, pass, published, taken } = setWatch()
  connection().connected()
  pass(120, (listener) => listener.heard?.())
  assert.equal(watch.reading().echoMissingMs, null)
  connection().message(echo, Buffer.from(published.at(-1)?.payload ?? ''))
  assert.deepEqual(taken, [])
  pass(30, (listener) => listener.heard?.())
  assert.ok(published.filter(({ topic }) => topic === echo).length >= 2)
  pass(20, (listener) => listener.heard?.())
  assert.ok((watch.reading().echoMissingMs ?? 0) >= 18_000)
  connection().message(echo, Buffer.from(published.at(-1)?.payload ?? ''))
  assert.equal(watch.reading().echoMissingMs, null)
})

test('connections are counted and dated, and what others say is passed on', () => {
  const { watch, connection, pass, taken } = setWatch()
  connection().connected()
  connection().message('plazacast/v1/trust', new Uint8Array())
  assert.deepEqual(taken, ['plazacast/v1/trust'])
  pass(10)
  connection().lost('cut')
  pass(4)
  assert.deepEqual(
    { ...watch.reading(), lastMessageAt: undefined },
    {
      connected: false,
      since: '1970-01-01T00:00:10.000Z',
      lastMessageAt: undefined,
      heardAgeMs: null,
      echoMissingMs: null,
      reconnects: 0,
      displacedAgeMs: null,
    },
  )
  connection().connected()
  connection().displaced()
  assert.equal(watch.reading().reconnects, 1)
  assert.equal(watch.reading().displacedAgeMs, 0)
})
