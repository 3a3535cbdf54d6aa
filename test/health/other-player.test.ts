import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connectBroker } from '../../main/adapters/mqtt-broker.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { createBrokerWatch } from '../../main/app/health-broker.ts'
import { type OthersSeen, seeEcho } from '../../shared/health/other-player.ts'
import { eventually } from '../support/eventually.ts'
import { startMosquitto } from '../support/mosquitto.ts'

const will = { topic: 'plazacast/v1/players/wall/presence', payload: '{"online":false}', qos: 1, retain: true } as const

/** The connection of a player called `wall`, and what its watch makes of it. */
function join(t: TestContext, url: string, run: string) {
  const watch = createBrokerWatch({
    topicPrefix: 'plazacast/v1',
    playerId: 'wall',
    run,
    monotonicMs: () => performance.now(),
    now: () => Date.now(),
    connected: () => {},
  })
  let told = 0
  let stopping: Promise<void> | undefined
  let retry = () => {}
  const connect = watch.overhear((given, listener) => {
    const broker = connectBroker({ url, clientId: 'plazacast-wall', will: given }, listener, systemClock, Math.random)
    retry = broker.retryNow
    return broker
  })
  const broker = connect(will, {
    connected() {},
    lost() {},
    displaced: () => {
      told += 1
    },
    message() {},
    poisoned() {},
  })
  const stop = () => {
    stopping ??= broker.stop(will)
    return stopping
  }
  t.after(stop)
  return {
    watch,
    told: () => told,
    retryNow: () => retry(),
    stop,
    /** Its own echo of this connection has come back, and with it whatever was left there before. */
    heardItself: () => watch.reading().connected && watch.reading().echoMissingMs === null,
  }
}

test('two players with one id are told of each other by what they leave on a broker that says nothing', async (t) => {
  const broker = await startMosquitto()
  t.after(() => broker.stop())
  const one = join(t, broker.url, 'one')
  await eventually('the first is connected', one.heardItself)
  const other = join(t, broker.url, 'other')
  await eventually('both know', () => one.told() > 0 && other.told() > 0, 30_000)
  for (const { watch } of [one, other]) assert.ok((watch.reading().displacedAgeMs ?? 120_000) < 30_000)
})

test('a player that is started anew, and a broker that loses connections or goes back to an older state, are no other player', async (t) => {
  const broker = await startMosquitto()
  t.after(() => broker.stop())
  const before = join(t, broker.url, 'before')
  await eventually('it is connected', before.heardItself)
  await broker.halt() // what the first run has left is on disk now
  await broker.start()
  before.retryNow()
  await eventually('it is back', () => before.watch.reading().reconnects === 1 && before.heardItself(), 20_000)
  await before.stop()
  const after = join(t, broker.url, 'after')
  await eventually('the next run is connected', after.heardItself)
  for (const reconnects of [1, 2, 3]) {
    await broker.kill() // what came since is lost: the next start has the former run's echo
    await broker.start()
    after.retryNow()
    await eventually('it is back', () => after.watch.reading().reconnects === reconnects && after.heardItself(), 20_000)
  }
  assert.deepEqual([before.told(), after.told()], [0, 0])
})

test('a run that is seen again lives only if it has connected since, and a flood of runs is forgotten', () => {
  const alive: boolean[] = []
  let others: OthersSeen = new Map()
  const see = (run: string, connection: number) => {
    const seen = seeEcho(others, { run, connection }, 'own')
    others = seen.others
    return seen.isAnotherAlive
  }
  for (const [run, connection] of [
    ['b', 5],
    ['own', 1],
    ['b', 5],
    ['b', 3],
    ['b', 5],
    ['b', 6],
    ['b', 6],
  ] as const)
    alive.push(see(run, connection))
  assert.deepEqual(alive, [false, false, false, false, false, true, false])
  for (let run = 0; run < 1000; run++) see(`run-${run}`, 1)
  assert.ok(others.size <= 8)
})
