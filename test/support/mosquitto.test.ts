import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import mqtt from 'mqtt'
import { startMosquitto } from './mosquitto.ts'

const broker = await startMosquitto()
after(() => broker.stop())

const retained = async (): Promise<string> => {
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 })
  try {
    const got = new Promise<string>((resolve) => client.once('message', (_, bytes) => resolve(bytes.toString())))
    await client.subscribeAsync('kept')
    return await got
  } finally {
    await client.endAsync()
  }
}

test('the broker keeps a retained message over an orderly restart on the same port', async () => {
  const client = await mqtt.connectAsync(broker.url, { protocolVersion: 5 })
  await client.publishAsync('kept', 'one', { retain: true, qos: 1 })
  await client.endAsync()
  await broker.halt()
  await broker.start()
  assert.equal(await retained(), 'one')
})

test('a broker with users turns away who has no password', async () => {
  const locked = await startMosquitto({ users: { desk: 'secret' } })
  try {
    await assert.rejects(mqtt.connectAsync(locked.url, { protocolVersion: 5, reconnectPeriod: 0 }), /Not authorized/)
    const client = await mqtt.connectAsync(locked.url, { protocolVersion: 5, username: 'desk', password: 'secret' })
    await client.endAsync()
  } finally {
    await locked.stop()
  }
})
