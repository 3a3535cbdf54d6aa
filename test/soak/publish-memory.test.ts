import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connectBroker } from '../../main/adapters/mqtt-broker.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { eventually } from '../support/player-rig.ts'

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

function arrayBuffersMib(): number {
  collect()
  return process.memoryUsage().arrayBuffers / 1024 ** 2
}

test('reports of ever new lengths leave nothing in memory', async (context) => {
  const broker = await startMosquitto()
  context.after(() => broker.stop())
  const farewell = { topic: 'gone', payload: '', qos: 0, retain: false } as const
  let isConnected = false
  const connected = () => {
    isConnected = true
  }
  const link = connectBroker(
    { url: broker.url, clientId: 'memory', will: farewell },
    { connected, lost: () => {}, message: () => {}, poisoned: () => {}, displaced: () => {} },
    systemClock,
    Math.random,
  )
  context.after(() => link.stop(farewell))
  await eventually('a connection', () => isConnected, 20_000)
  const before = arrayBuffersMib()
  for (let length = 1; length <= 300; length++) {
    await link.publish({ topic: 'reports', payload: 'x'.repeat(200 + length), qos: 1, retain: false })
    Buffer.allocUnsafe(Buffer.poolSize / 2 - 1) // what else a player does between two reports
  }
  // What is dead is given back beside the program, some time after a collection; what is held stays for ever.
  await eventually('no more is held than before', () => arrayBuffersMib() - before < 2)
})
