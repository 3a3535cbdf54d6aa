import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { connectAsync, type IPublishPacket } from 'mqtt'
import { systemClock } from '../../main/adapters/system-clock.ts'
import type { PlayerParts } from '../../main/app/player-parts.ts'
import type { PlayerEvent } from '../../shared/reports/event.ts'
import type { Showing, ShowingKey } from '../../shared/screen/programme.ts'
import { startPosition } from '../../shared/screen/rotation.ts'
import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'
import { assetCalled, type City, playlistOf, signed, trustOf } from '../support/documents.ts'
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

/** A page that does what it is told: shows the first item of its programme, and the next when it is told to go on. */
function playedPage(told: ToScreen[]): PlayerParts['startHost'] {
  return async (listener) => {
    let showings: readonly Showing[] = []
    let at = 0
    const say = (message: FromScreen): void => void setImmediate(() => listener.message(message))
    const show = (index: number) => {
      at = index % Math.max(1, showings.length)
      const key = showings[at]?.key
      if (key) say({ kind: 'shown', at: Date.now(), key, position: startPosition, next: null })
      else say({ kind: 'slate', at: Date.now(), reason: 'nothing' })
    }
    const order = (name: 'go-to' | 'identify' | 'clear-quarantine', done: boolean, message: string) =>
      say({ kind: 'order', at: Date.now(), order: name, done, message })
    const goTo = (wanted: ShowingKey): void => {
      const index = showings.findIndex(({ key }) => key === wanted)
      const isLimited = showings[index]?.item === 'item-3'
      order('go-to', !isLimited, isLimited ? 'its playlist is at its limit' : '')
      if (!isLimited) show(index)
    }
    say({ kind: 'hello', at: 0 })
    return {
      name: 'chromium',
      version: '0',
      send(message) {
        told.push(message)
        if (message.kind === 'programme') {
          const before = showings[at]?.key
          showings = message.programme.lanes.flatMap((lane) => lane.showings)
          if (showings[at]?.key !== before || before === undefined) show(0)
        }
        if (message.kind === 'skip') show(at + 1)
        if (message.kind === 'identify') order('identify', true, '')
        if (message.kind === 'clear-quarantine') order('clear-quarantine', true, '2 left out')
        if (message.kind === 'go-to') goTo(message.key)
      },
      screenshot: async () => Buffer.from('\x89PNG picture', 'latin1'),
      renew(reason) {
        listener.gone('page', reason)
        listener.remedy?.('page', reason, false)
        listener.back()
        say({ kind: 'hello', at: 0 })
        say({ kind: 'slate', at: 0, reason: 'next-item-late' })
        show(at)
      },
      stop: async () => {},
    }
  }
}

async function wallWithTrust(t: Parameters<typeof setRig>[0], parts: Partial<PlayerParts> = {}) {
  const rig = await setRig(t)
  const told: ToScreen[] = []
  const running = await rig.start({ parts: { startHost: playedPage(told), ...parts } })
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  await rig.site()
  await rig.observer.untilState(({ site }) => site === 1)
  const desk = await operator(rig)
  t.after(async () => void (await desk.stop()))
  const kinds = (kind: ToScreen['kind']) => told.filter((message) => message.kind === kind)
  return { rig, running, desk, told: kinds, key: rig.city.operator }
}

/** A playlist of so many items on the wall, the first of them on. */
async function withItems(wall: Awaited<ReturnType<typeof wallWithTrust>>, items: number, more: object = {}) {
  const { rig } = wall
  const assets = Array.from({ length: items }, (_, at) => assetCalled(`photo ${at}`, 'image/jpeg'))
  const signer = 'priority' in more ? rig.city.emergency : rig.city.publisher
  await rig.publish('playlist', await playlistOf(assets, [rig.city.approver], more), signer)
  const id = 'id' in more ? more.id : 'friends'
  await rig.observer.untilState(({ now }) => 'item' in now && now.playlist === id)
}

test('a command is carried out and answered where it was asked, with the correlation and without being retained', async (t) => {
  const wall = await wallWithTrust(t)
  await withItems(wall, 2)
  const skip = commandOf('skip')
  const { payload, packet } = await wall.desk.ask(skip, wall.key)
  const answer = JSON.parse(payload.toString())
  assert.equal(answer.id, skip.id)
  assert.equal(answer.ok, true)
  assert.deepEqual([answer.result.skipped.item, answer.result.on.item], ['item-1', 'item-2'])
  assert.equal(packet.retain, false)
  assert.equal(packet.properties?.correlationData?.toString(), 'question 1')
  assert.equal(packet.properties?.contentType, 'application/json')
  assert.equal(wall.told('skip').length, 1)
})

test('each command is answered with what happened', async (t) => {
  const ended: string[] = []
  const machine = { restart: () => void ended.push('restart'), lastLog: async (bytes: number) => `${bytes} of the log` }
  const wall = await wallWithTrust(t, { machine })
  await withItems(wall, 3)
  const { desk, key } = wall
  const ask = async (name: string, given: object = {}) =>
    JSON.parse((await desk.ask(commandOf(name, { arguments: given }), key)).payload.toString())
  assert.equal((await ask('go-to', { item: 'item-2' })).result.on.item, 'item-2')
  assert.equal((await ask('go-to', { item: 'item-3' })).error.code, 'not-allowed-now')
  assert.deepEqual((await ask('go-to', { item: 'other' })).error, {
    code: 'not-in-loop',
    message: 'other is not in the loop as it is now',
    field: 'arguments.item',
  })
  assert.equal((await ask('reload')).result.on.item, 'item-2')
  await wall.rig.observer.untilEvent(({ code }) => code === 'stage-renewed')
  assert.deepEqual(
    wall.rig.observer.events.filter(({ code }) => code === 'stage-gone' || code.startsWith('recovery-')),
    [],
    'what somebody asked for is no fault',
  )
  assert.deepEqual((await ask('identify', { seconds: 5 })).result, { seconds: 5, name: 'wall', playerId: 'wall' })
  assert.equal((await ask('clear-quarantine')).result.items, 2)
  assert.deepEqual((await ask('send-logs', { kib: 2 })).result, { bytes: 15, text: '2048 of the log' })
  assert.equal((await ask('report-now')).result.sent[0], 'state')
  assert.equal((await ask('reboot')).error.code, 'not-allowed')
  assert.equal((await ask('check-cache')).error.code, 'not-possible')
  assert.equal((await ask('restart')).result.restarting, true)
  await eventually('the program ends after its answer', () => ended.length === 1)
})

test('nobody is identified over an emergency, and one that comes takes the sign away', async (t) => {
  const wall = await wallWithTrust(t)
  await withItems(wall, 1)
  const { desk, key } = wall
  await desk.ask(commandOf('identify', { arguments: { seconds: 60 } }), key)
  await withItems(wall, 1, { id: 'alert', priority: 'emergency', entry: 'now' })
  const last = wall.told('identify').at(-1)
  assert.equal(last?.kind === 'identify' && last.seconds, 0)
  const { payload } = await desk.ask(commandOf('identify'), key)
  assert.equal(JSON.parse(payload.toString()).error.code, 'emergency-on')
})

test('a wall with nothing on has nothing to skip', async (t) => {
  const wall = await wallWithTrust(t)
  const { payload } = await wall.desk.ask(commandOf('skip'), wall.key)
  assert.equal(JSON.parse(payload.toString()).error.code, 'nothing-on')
})

test('without a response topic the answer comes below the player’s own topics, by the command’s id', async (t) => {
  const { rig, desk, key } = await wallWithTrust(t)
  const client = await connectAsync(rig.broker.url, { protocolVersion: 4, reconnectPeriod: 0 })
  t.after(async () => void (await client.endAsync(true)))
  const topics: string[] = []
  client.on('message', (topic) => topics.push(topic))
  await client.subscribeAsync('plazacast/v1/players/+/answers/+')
  const command = commandOf('report-now')
  await desk.send(command, key, undefined)
  await eventually('an answer', () => topics.length > 0)
  assert.deepEqual(topics, [`plazacast/v1/players/wall/answers/${command.id}`])
})

test('a screenshot is answered by the picture itself, also for a whole group', async (t) => {
  const { desk, key } = await wallWithTrust(t)
  const { payload, packet } = await desk.ask(commandOf('screenshot', { target: 'groups/square' }), key, 'groups/square')
  assert.equal(packet.properties?.contentType, 'image/png')
  assert.match(payload.toString('latin1'), /^\x89PNG/)
})

test('a command that nobody knows, or with arguments it does not take, is answered with an error', async (t) => {
  const { desk, key } = await wallWithTrust(t)
  const errorOf = async (command: object) => JSON.parse((await desk.ask(command, key)).payload.toString()).error
  const dance = await errorOf(commandOf('dance'))
  assert.deepEqual([dance.code, dance.field], ['unknown-command', 'command'])
  const hard = await errorOf(commandOf('reload', { arguments: { hard: true } }))
  assert.deepEqual([hard.code, hard.field], ['bad-arguments', 'arguments.hard'])
  const long = await errorOf(commandOf('identify', { arguments: { seconds: 61 } }))
  assert.deepEqual([long.code, long.field], ['bad-arguments', 'arguments.seconds'])
})

test('a command is carried out at most once, also after a restart and by a clock that was set back', async (t) => {
  const wall = await wallWithTrust(t)
  const { rig, running, desk, key } = wall
  const sign = commandOf('identify')
  await desk.ask(sign, key)
  await desk.send(sign, key, undefined)
  await rig.observer.untilEvent(refusal('replayed'))
  assert.equal(wall.told('identify').length, 1)
  await running.stop()
  const offset = -Date.now()
  const told: ToScreen[] = []
  const clock = { ...systemClock, now: () => Date.now() + offset }
  await rig.start({ clock, parts: { startHost: playedPage(told) } })
  await rig.observer.untilPresence(({ online }) => online)
  await desk.ask(commandOf('report-now'), key)
  await desk.send(sign, key, undefined)
  await eventually(
    'the second replay is refused',
    () => rig.observer.events.filter((event) => refusal('replayed')(event)).length === 2,
  )
  assert.equal(told.filter(({ kind }) => kind === 'identify').length, 0)
})

test('expired, unsigned, misdirected commands and answers that would go elsewhere are refused, and said', async (t) => {
  const { rig, told, desk, key } = await wallWithTrust(t)
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
  assert.equal(told('skip').length, 0)
})
