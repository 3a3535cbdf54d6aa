import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { startEmbeddedBroker } from '../../main/adapters/embedded-broker.ts'
import { connectOperatorBroker, type OperatorMessage } from '../../main/adapters/operator-broker.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { startMosquitto } from '../support/mosquitto.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plazacast-operator-broker-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const hasMessage = (pattern: RegExp) => (error: unknown) =>
  error instanceof OperatorError && pattern.test(error.message)

test('a broker that only knows MQTT 3.1.1 is spoken to in that', async () => {
  const old = await startEmbeddedBroker(0)
  const broker = await connectOperatorBroker({ url: old.url })
  try {
    assert.equal(broker.localAddress, '127.0.0.1')
    await broker.publish('a/b', 'kept', { retain: true })
    const message = await new Promise<OperatorMessage>((resolve) => void broker.subscribe(['a/+'], resolve))
    assert.deepEqual([message.topic, Buffer.from(message.payload).toString(), message.retained], ['a/b', 'kept', true])
  } finally {
    await broker.close()
    await old.stop()
  }
})

test('what the broker does not allow is a sentence', async () => {
  const rules = join(folder, 'rules')
  await writeFile(rules, 'topic read #\ntopic write open/#\n')
  const strict = await startMosquitto({ lines: [`acl_file ${rules}`] })
  const broker = await connectOperatorBroker({ url: strict.url })
  try {
    await broker.publish('open/a', 'x', { retain: false })
    await assert.rejects(
      broker.publish('closed/a', 'x', { retain: false }),
      hasMessage(/did not take closed\/a: .*Not authorized/),
    )
  } finally {
    await broker.close()
    await strict.stop()
  }
})

test('a connection comes back by itself with its subscriptions', async () => {
  const mosquitto = await startMosquitto()
  const broker = await connectOperatorBroker({ url: mosquitto.url })
  try {
    const changes: boolean[] = []
    const isBack = new Promise<void>((resolve) =>
      broker.onConnection((connected) => {
        changes.push(connected)
        if (connected) resolve()
      }),
    )
    let hear: (text: string) => void = () => {}
    const heard = new Promise<string>((resolve) => {
      hear = resolve
    })
    await broker.subscribe(['news'], ({ payload }) => hear(Buffer.from(payload).toString()))
    await mosquitto.kill()
    await mosquitto.start()
    await isBack
    const other = await connectOperatorBroker({ url: mosquitto.url })
    await other.publish('news', 'after the power cut', { retain: true }) // retained: the subscription may come after it
    assert.equal(await heard, 'after the power cut')
    assert.deepEqual([changes[0], changes.at(-1)], [false, true])
    await other.close()
  } finally {
    await broker.close()
    await mosquitto.stop()
  }
})

test('over TLS the certificate is checked, and its authority can be named', async () => {
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder })
  const validity = ['-days', '2', '-nodes', '-newkey', 'ed25519', '-x509', '-subj', '/CN=localhost']
  await openssl('req', ...validity, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', 'key.pem', '-out', 'cert.pem')
  const secure = await startMosquitto({
    lines: [`certfile ${join(folder, 'cert.pem')}`, `keyfile ${join(folder, 'key.pem')}`],
  })
  const url = secure.url.replace('mqtt:', 'mqtts:')
  try {
    await assert.rejects(connectOperatorBroker({ url }), hasMessage(/certificate that cannot be trusted .*--ca FILE/))
    const broker = await connectOperatorBroker({ url, ca: await readFile(join(folder, 'cert.pem')) })
    await broker.publish('a', 'x', { retain: false })
    await broker.close()
    await assert.rejects(connectOperatorBroker({ url: secure.url }), hasMessage(/is the scheme right/))
  } finally {
    await secure.stop()
  }
})
