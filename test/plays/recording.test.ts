import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectAsync } from 'mqtt'
import { z } from 'zod'
import { ownSigner } from '../../main/adapters/player-key.ts'
import type { PlayerParts } from '../../main/app/player-parts.ts'
import { healthParts } from '../../main/player-health.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { startPlay } from '../../main/sqlite/plays.ts'
import { openForReading } from '../../main/sqlite/read-only.ts'
import { health, type Readings } from '../../shared/health/health.ts'
import type { ShowingKey } from '../../shared/screen/programme.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { assetCalled, playlistOf, trustOf } from '../support/documents.ts'
import { eventually, type PlayerRig, setRig } from '../support/player-rig.ts'
import { playedHost } from './played-host.ts'

const row = z.object({
  item: z.string(),
  kind: z.string(),
  outcome: z.string(),
  ms: z.int(),
  level: z.string().nullable(),
  wallOn: z.int(),
  clock: z.string(),
  isSealed: z.int(),
})

function rows(rig: PlayerRig) {
  const { db, close } = openForReading(join(rig.dataDir, 'player.db'))
  try {
    const sql = `SELECT item, kind, outcome, ms, level, wall_on AS wallOn, clock, hash IS NOT NULL AS isSealed FROM plays ORDER BY seq`
    return db.all(row, sql)
  } finally {
    close()
  }
}

/** The key has to be in the database before a player signs with it. */
function signer(rig: PlayerRig) {
  const { db, close } = openDatabase(join(rig.dataDir, 'player.db'))
  const made = ownSigner(db, [])
  close()
  return made
}

async function startWith(rig: PlayerRig, more: Partial<PlayerParts> = {}) {
  const page = playedHost()
  const running = await rig.start({ parts: { signAsPlayer: signer(rig)?.sign, startHost: page.startHost, ...more } })
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  await rig.site()
  return { page, running }
}

/** What the player's health says of its display. */
async function powerHeard(context: Parameters<typeof setRig>[0], rig: PlayerRig) {
  let heard: Readings['wallPower'] | undefined
  const client = await connectAsync(rig.broker.url)
  context.after(() => client.endAsync(true))
  client.on('message', (_topic, payload) => {
    heard = health.parse(JSON.parse(payload.toString())).readings.wallPower
  })
  await client.subscribeAsync('plazacast/v1/players/wall/health')
  return () => heard
}

const keyOf = (sent: readonly ToScreen[], item: string): ShowingKey => {
  const last = sent.findLast((message) => message.kind === 'programme')
  const showings = last?.kind === 'programme' ? last.programme.lanes.flatMap((lane) => lane.showings) : []
  const found = showings.find((showing) => showing.item === item)
  if (!found) throw new Error(`${item} is not in the loop`)
  return found.key
}

test('a record says what was shown, how it ended and at which level, and what an emergency cut off is marked', async (context) => {
  const rig = await setRig(context)
  const { page } = await startWith(rig)
  await rig.publish(
    'playlist',
    await playlistOf([assetCalled('a'), assetCalled('b')], [rig.city.approver]),
    rig.city.publisher,
  )
  await eventually('the loop', () => page.items().includes('item-2'), 20_000)
  const [one, two] = ['item-1', 'item-2'].map((item) => keyOf(page.sent, item))
  assert.ok(one && two)
  page.shown(one, Date.now())
  page.ended(one, 2_000, 'complete')
  page.shown(two, Date.now())
  const alert = await playlistOf([assetCalled('alarm')], [rig.city.approver], {
    id: 'alert',
    priority: 'emergency',
    entry: 'now',
    items: [{ id: 'alarm', asset: assetCalled('alarm').asset, seconds: 5 }],
  })
  await rig.publish('playlist', alert, rig.city.emergency)
  await eventually('the alert', () => page.items().includes('alarm'), 20_000)
  page.ended(two, 500, 'interrupted')
  const alarm = keyOf(page.sent, 'alarm')
  page.shown(alarm, Date.now())
  page.ended(alarm, 5_000, 'complete')
  assert.deepEqual(
    rows(rig).map(({ item, outcome, ms, level, isSealed }) => [item, outcome, ms, level, isSealed]),
    [
      ['item-1', 'complete', 2000, 'normal', 1],
      ['item-2', 'interrupted', 500, 'normal', 1],
      ['alarm', 'complete', 5000, 'emergency', 1],
    ],
  )
  assert.ok(rows(rig).every(({ wallOn, clock }) => wallOn === 1 && clock === 'trusted'))
})

test('a showing whose page died goes on until its window has left the display, and the next one is not cut by that', async (context) => {
  const rig = await setRig(context)
  const { page, running } = await startWith(rig)
  await rig.publish('playlist', await playlistOf([assetCalled('a')], [rig.city.approver]), rig.city.publisher)
  await eventually('the loop', () => page.items().includes('item-1'), 20_000)
  const key = keyOf(page.sent, 'item-1')
  const outcomes = () => rows(rig).map(({ outcome }) => outcome)
  const shownMs = Date.now()
  page.shown(key, shownMs)
  page.gone()
  const goneMs = Date.now()
  await eventually('some time', () => Date.now() - goneMs > 60, 20_000)
  page.left()
  await eventually('the record', () => outcomes()[0] === 'interrupted', 20_000)
  const ms = rows(rig)[0]?.ms ?? 0
  assert.ok(ms >= goneMs - shownMs + 25, `${ms} ms, gone after ${goneMs - shownMs}`)
  page.hello()
  page.shown(key, Date.now())
  page.left() // told twice, or late
  assert.deepEqual(outcomes(), ['interrupted', 'running'])
  page.gone() // and its host cannot tell when the picture left
  await eventually('the end', () => outcomes()[1] === 'interrupted', 20_000)
  await running.stop()
})

test('a showing that is cut off by the end of the player goes on until the window has left the display, and none follows it', async (context) => {
  const rig = await setRig(context)
  const page = playedHost(async () => {
    await eventually('some time', () => Date.now() - stoppedMs > 60, 20_000)
    page.left()
    page.shown(key, Date.now())
  })
  const { running } = await startWith(rig, { startHost: page.startHost })
  await rig.publish('playlist', await playlistOf([assetCalled('a')], [rig.city.approver]), rig.city.publisher)
  await eventually('the loop', () => page.items().includes('item-1'), 20_000)
  const key = keyOf(page.sent, 'item-1')
  const shownMs = Date.now()
  page.shown(key, shownMs)
  const stoppedMs = Date.now()
  await running.stop()
  assert.deepEqual(
    rows(rig).map(({ outcome }) => outcome),
    ['interrupted'],
  )
  const ms = rows(rig)[0]?.ms ?? 0
  assert.ok(ms >= stoppedMs - shownMs + 25, `${ms} ms, told to end after ${stoppedMs - shownMs}`)
})

test('what was on when the page died, when the player stopped, or when the power went is closed as interrupted, once', async (context) => {
  const rig = await setRig(context)
  const first = await startWith(rig)
  await rig.publish('playlist', await playlistOf([assetCalled('a')], [rig.city.approver]), rig.city.publisher)
  await eventually('the loop', () => first.page.items().includes('item-1'), 20_000)
  const key = keyOf(first.page.sent, 'item-1')
  first.page.shown(key, Date.now())
  first.page.gone()
  first.page.hello()
  first.page.shown(key, Date.now())
  await first.running.stop()
  assert.deepEqual(
    rows(rig).map(({ outcome, isSealed }) => [outcome, isSealed]),
    [
      ['interrupted', 1],
      ['interrupted', 1],
    ],
  )
  const { db, close } = openDatabase(join(rig.dataDir, 'player.db'))
  startPlay(db, {
    playlist: 'friends',
    revision: 1,
    item: 'item-1',
    asset: assetCalled('a').asset,
    startedAt: Date.now(),
  })
  close() // the power goes
  const second = await startWith(rig)
  await eventually('the chain', () => rows(rig).every(({ isSealed }) => isSealed === 1), 20_000)
  assert.deepEqual(
    rows(rig).map(({ outcome, ms }) => [outcome, ms > 0]),
    [
      ['interrupted', true],
      ['interrupted', true],
      ['interrupted', false],
    ],
  )
  await second.running.stop()
})

test('a showing of a page that is one programme behind is recorded too', async (context) => {
  const rig = await setRig(context)
  const { page } = await startWith(rig)
  await rig.publish('playlist', await playlistOf([assetCalled('a')], [rig.city.approver]), rig.city.publisher)
  await eventually('the loop', () => page.items().includes('item-1'), 20_000)
  const before = keyOf(page.sent, 'item-1')
  const edited = await playlistOf([assetCalled('b')], [rig.city.approver], {
    revision: 2,
    items: [{ id: 'other', asset: assetCalled('b').asset, seconds: 2 }],
  })
  await rig.publish('playlist', edited, rig.city.publisher)
  await eventually('the edit', () => page.items().includes('other'), 20_000)
  page.shown(before, Date.now())
  page.ended(before, 100, 'interrupted')
  assert.deepEqual(
    rows(rig).map(({ item, outcome }) => [item, outcome]),
    [['item-1', 'interrupted']],
  )
})

test('what is shown while the display has no power is recorded so, also when it goes in the middle, and what comes after is not', async (context) => {
  const rig = await setRig(context)
  const sysDir = join(rig.dataDir, 'sys')
  const connector = join(sysDir, 'class/drm/card0-HDMI-A-1')
  mkdirSync(connector, { recursive: true })
  const plug = (status: string) => {
    for (const [file, word] of Object.entries({ status, enabled: 'enabled', dpms: 'On' }))
      writeFileSync(join(connector, file), `${word}\n`)
  }
  plug('connected')
  const { page } = await startWith(rig, { health: healthParts(rig.dataDir, { sysDir }) })
  await rig.publish('playlist', await playlistOf([assetCalled('a')], [rig.city.approver]), rig.city.publisher)
  await eventually('the loop', () => page.items().includes('item-1'), 20_000)
  const key = keyOf(page.sent, 'item-1')
  const show = (): number | undefined => {
    page.shown(key, Date.now())
    page.ended(key, 100, 'complete')
    return rows(rig).at(-1)?.wallOn
  }
  assert.equal(show(), 1)
  const power = await powerHeard(context, rig)
  await eventually('the display is seen', () => power() === 'on', 20_000)
  page.shown(key, Date.now())
  plug('disconnected')
  await eventually('it is missed', () => power() === 'off', 20_000)
  page.ended(key, 9_000, 'complete')
  assert.equal(rows(rig).at(-1)?.wallOn, 0)
  assert.equal(show(), 0)
  plug('connected')
  await eventually('it is back', () => show() === 1, 20_000, 200)
})

test('a photo that came while nothing was drawn is recorded as on a wall that was off', async (context) => {
  const rig = await setRig(context)
  const { page } = await startWith(rig)
  await rig.publish('playlist', await playlistOf([assetCalled('a')], [rig.city.approver]), rig.city.publisher)
  await eventually('the loop', () => page.items().includes('item-1'), 20_000)
  const key = keyOf(page.sent, 'item-1')
  page.shown(key, Date.now(), { undrawn: true })
  page.ended(key, 100, 'complete')
  page.shown(key, Date.now())
  page.ended(key, 100, 'complete')
  assert.deepEqual(
    rows(rig).map(({ outcome, wallOn }) => [outcome, wallOn]),
    [
      ['complete', 0],
      ['complete', 1],
    ],
  )
})

test('a dark wall is a record of its own, with the wall off', async (context) => {
  const rig = await setRig(context)
  const { page } = await startWith(rig)
  const closed = { weekly: [], exceptions: [] }
  await rig.publish(
    'site',
    {
      kind: 'site',
      id: 'wall',
      revision: 2,
      issuedAt: '2026-11-22T02:00:00Z',
      target: 'players/wall',
      groups: ['square'],
      hours: closed,
    },
    rig.city.operator,
  )
  await eventually('the dark programme', () => page.isDark(), 20_000)
  page.slate(Date.now())
  assert.deepEqual(
    rows(rig).map(({ kind, wallOn, level }) => [kind, wallOn, level]),
    [['dark', 0, null]],
  )
})
