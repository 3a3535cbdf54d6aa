import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { connectAsync, type IPublishPacket } from 'mqtt'
import { systemClock } from '../../main/adapters/system-clock.ts'
import type { PlayerEvent } from '../../shared/reports/event.ts'
import { type City, signed, trustOf } from '../support/documents.ts'
import { eventually, type PlayerRig, setRig } from '../support/player-rig.ts'

const commandOf = (name: string, more: Record<string, unknown> = {}) => ({
  kind: 'command',
  id: randomUUID(),
  issuedAt: new Date().toISOString(),
  expiresAt: new Date(Date.now() + 60_000).toISOString(),
  target: 'players/wall',
  command: name,
  ...more,
})
const refusal = (code: string) => (event: PlayerEvent) => event.code === 'command-refused' && event.about.code === code

/** Sends commands as an operator's tool does, and hears the answers. */
async function operator(rig: PlayerRig) {
  const client = await connectAsync(rig.broker.url, { protocolVersion: 5, reconnectPeriod: 0 })
  const answers: { payload: Buffer; packet: IPublishPacket }[] = []
  client.on('message', (_topic, payload, packet) => answers.push({ payload, packet }))
  await client.subscribeAsync('plazacast/v1/answers/desk', { qos: 1 })
  const send = async (
    payload: object,
    key: City['root'],
    responseTopic: string | undefined,
    topic = 'players/wall',
  ) => {
    await client.publishAsync(`plazacast/v1/${topic}/commands`, await signed('command', payload, key), {
      qos: 1,
      properties: {
        messageExpiryInterval: 60,
        ...(responseTopic !== undefined && { responseTopic, correlationData: Buffer.from('question 1') }),
      },
    })
  }
  return {
    answers,
    send,
    async ask(payload: object, key: City['root'], topic?: string) {
      const before = answers.length
      await send(payload, key, 'plazacast/v1/answers/desk', topic)
      await eventually('an answer', () => answers.length > before)
      return answers[before] as (typeof answers)[number]
    },
    stop: () => client.endAsync(true),
  }
}

async function wallWithTrust(t: Parameters<typeof setRig>[0]) {
  const rig = await setRig(t)
  const running = await rig.start()
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  await rig.site()
  await rig.observer.untilState(({ site }) => site === 1)
  const desk = await operator(rig)
  t.after(async () => void (await desk.stop()))
  return { rig, running, desk, key: rig.city.operator }
}

test('a command is carried out and answered where it was asked, with the correlation and without being retained', async (t) => {
  const { running, desk, key } = await wallWithTrust(t)
  const skip = commandOf('skip')
  const { payload, packet } = await desk.ask(skip, key)
  assert.deepEqual(JSON.parse(payload.toString()), { id: skip.id, ok: true, result: {} })
  assert.equal(packet.retain, false)
  assert.equal(packet.properties?.correlationData?.toString(), 'question 1')
  assert.equal(packet.properties?.contentType, 'application/json')
  assert.equal(running.sentToPage.filter(({ kind }) => kind === 'skip').length, 1)
})

test('a screenshot is answered by the picture itself, also for a whole group', async (t) => {
  const { desk, key } = await wallWithTrust(t)
  const { payload, packet } = await desk.ask(commandOf('screenshot', { target: 'groups/square' }), key, 'groups/square')
  assert.equal(packet.properties?.contentType, 'image/png')
  assert.match(payload.toString('latin1'), /^\x89PNG/)
})

test('a command that nobody knows, or with arguments it does not take, is answered with an error', async (t) => {
  const { desk, key } = await wallWithTrust(t)
  const errorOf = async (command: object) => JSON.parse((await desk.ask(command, key)).payload.toString()).error.code
  assert.equal(await errorOf(commandOf('dance')), 'unknown-command')
  assert.equal(await errorOf(commandOf('reload', { arguments: { hard: true } })), 'bad-arguments')
})

test('a command is carried out at most once, also after a restart and by a clock that was set back', async (t) => {
  const { rig, running, desk, key } = await wallWithTrust(t)
  const skip = commandOf('skip')
  await desk.ask(skip, key)
  await desk.send(skip, key, undefined)
  await rig.observer.untilEvent(refusal('replayed'))
  assert.equal(running.sentToPage.filter(({ kind }) => kind === 'skip').length, 1)
  await running.stop()
  const offset = -Date.now()
  const second = await rig.start({ clock: { ...systemClock, now: () => Date.now() + offset } })
  await rig.observer.untilPresence(({ online }) => online)
  await desk.ask(commandOf('report-now'), key)
  await desk.send(skip, key, undefined)
  await eventually(
    'the second replay is refused',
    () => rig.observer.events.filter((event) => refusal('replayed')(event)).length === 2,
  )
  assert.equal(second.sentToPage.filter(({ kind }) => kind === 'skip').length, 0)
})

test('expired, unsigned, misdirected commands and answers that would go elsewhere are refused, and said', async (t) => {
  const { rig, running, desk, key } = await wallWithTrust(t)
  const old = { issuedAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-01T00:01:00Z' }
  await desk.send(commandOf('skip', old), key, undefined)
  await rig.observer.untilEvent(refusal('expired'))
  await desk.send(commandOf('skip', { expiresAt: '2099-01-01T00:00:00Z' }), key, undefined)
  await rig.observer.untilEvent(refusal('bad-field'))
  await desk.send(commandOf('skip'), rig.city.stranger, undefined)
  await rig.observer.untilEvent(refusal('unknown-key'))
  await desk.send(commandOf('skip'), rig.city.publisher, undefined)
  await rig.observer.untilEvent(refusal('missing-role'))
  await desk.send(commandOf('skip', { target: 'players/other' }), key, undefined)
  await rig.observer.untilEvent(refusal('misdirected'))
  await desk.send(commandOf('skip'), key, 'plazacast/v1/players/other/state')
  await rig.observer.untilEvent(({ about }) => about.field === 'responseTopic')
  assert.equal(running.sentToPage.filter(({ kind }) => kind === 'skip').length, 0)
})
