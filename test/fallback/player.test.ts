import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { openForReading } from '../../main/sqlite/read-only.ts'
import type { Lane, ShowingKey } from '../../shared/screen/programme.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { playedHost } from '../plays/played-host.ts'
import { assetCalled, issuedAt, type PushedAsset, playlistOf, trustOf } from '../support/documents.ts'
import { eventually } from '../support/eventually.ts'
import { type PlayerRig, setRig } from '../support/player-rig.ts'
import { fallbackItem } from './items.ts'

const [sunset, river] = [assetCalled('sunset'), assetCalled('river')]

async function siteWith(rig: PlayerRig, revision: number, fallback: readonly unknown[], more: object = {}) {
  const payload = { kind: 'site', id: 'wall', revision, issuedAt, target: 'players/wall', fallback, ...more }
  await rig.publish('site', payload, rig.city.operator)
}

/** The fallback of the newest programme; undefined when it has none. */
function fallbackIn(sent: readonly ToScreen[]): Lane | undefined {
  const last = sent.findLast((message) => message.kind === 'programme')
  return last?.kind === 'programme' ? last.programme.fallback : undefined
}
const itemsOf = (lane: Lane | undefined): string[] => lane?.showings.map(({ item }) => item) ?? []
const keyOf = (lane: Lane | undefined, item: string): ShowingKey => {
  const found = lane?.showings.find((one) => one.item === item)
  if (!found) throw new Error(`${item} is not in the fallback`)
  return found.key
}

async function start(rig: PlayerRig) {
  const page = playedHost()
  await rig.start({ parts: { startHost: page.startHost } })
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  return page
}

test('a wall without playlists shows its fallback, says so and why, and writes it down as such', async (context) => {
  const rig = await setRig(context)
  const page = await start(rig)
  const { city } = rig
  await siteWith(rig, 3, [
    await fallbackItem(sunset, 'sunset', [city.approver]),
    await fallbackItem(river, 'river', [city.approver]),
  ])
  await eventually('the fallback reaches the page', () => itemsOf(fallbackIn(page.sent)).length === 2)
  const key = keyOf(fallbackIn(page.sent), 'sunset')
  page.shown(key, Date.now())
  const { now, fallback } = await rig.observer.untilState((state) => 'item' in state.now)
  assert.ok('item' in now)
  assert.deepEqual([now.playlist, now.revision, now.item], ['fallback', 3, 'sunset'])
  assert.equal(now.fallback, 'no playlist has come')
  assert.deepEqual(fallback, { items: 2, playable: 2, missingBytes: 0, reasons: [] })
  await rig.observer.untilEvent(({ code }) => code === 'fallback-shown')
  page.ended(key, 5_000, 'complete')
  const { db, close } = openForReading(join(rig.dataDir, 'player.db'))
  context.after(async () => close())
  const levels = () => db.all(z.object({ level: z.string() }), `SELECT level FROM plays WHERE outcome = 'complete'`)
  await eventually('the record is complete', () => levels().length === 1)
  assert.deepEqual(levels(), [{ level: 'fallback' }])
})

test('nothing of the fallback is shown that approvers have not signed, or only whoever signed the site', async (context) => {
  const rig = await setRig(context)
  const page = await start(rig)
  const { city } = rig
  const unsigned = { ...(await fallbackItem(sunset, 'sunset', [city.approver])), approvals: [] }
  const other = { ...(await fallbackItem(river, 'river', [city.approver])), facts: { ...factsOf(river), bytes: 99 } }
  const good = await fallbackItem(assetCalled('good'), 'good', [city.approver])
  await siteWith(rig, 1, [
    unsigned,
    other,
    await fallbackItem(assetCalled('stranger'), 'stranger', [city.stranger]),
    await fallbackItem(assetCalled('own'), 'own', [city.operator]),
    good,
  ])
  await eventually('the fallback reaches the page', () => fallbackIn(page.sent) !== undefined)
  assert.deepEqual(itemsOf(fallbackIn(page.sent)), ['good'])
  const { fallback } = await rig.observer.untilState((state) => state.fallback?.playable === 1)
  assert.deepEqual(fallback?.reasons, ['4 assets without a valid approval here and now'])
})

const factsOf = ({ asset: _, ...facts }: PushedAsset) => facts

test('who publishes or operates and approves as well does not approve what they put into a fallback', async (context) => {
  const rig = await setRig(context)
  const page = playedHost()
  await rig.start({ parts: { startHost: page.startHost } })
  const trust = trustOf(rig.city)
  const keys = (trust.keys as { jwk: { x: string }; roles: string[] }[]).map((key) =>
    key.roles.includes('operator') ? { ...key, roles: ['operator', 'approver'] } : key,
  )
  await rig.publish('trust', { ...trust, keys }, rig.city.root)
  await siteWith(rig, 1, [
    await fallbackItem(sunset, 'own', [rig.city.operator]),
    await fallbackItem(river, 'others', [rig.city.approver]),
  ])
  await eventually('the fallback reaches the page', () => fallbackIn(page.sent) !== undefined)
  assert.deepEqual(itemsOf(fallbackIn(page.sent)), ['others'])
})

test('a picture of the fallback that is taken down, or whose approver is revoked, may not stay on', async (context) => {
  const rig = await setRig(context)
  const page = await start(rig)
  const { city } = rig
  const items = [
    await fallbackItem(sunset, 'sunset', [city.approver]),
    await fallbackItem(river, 'river', [city.approver2]),
  ]
  await siteWith(rig, 1, items)
  await eventually('the fallback reaches the page', () => itemsOf(fallbackIn(page.sent)).length === 2)
  page.shown(keyOf(fallbackIn(page.sent), 'sunset'), Date.now())
  const down = [{ asset: sunset.asset, reason: 'a mistake', at: issuedAt }]
  const takedowns = { kind: 'takedowns', id: 'takedowns', revision: 1, issuedAt, target: 'fleet', assets: down }
  await rig.publish('takedowns', takedowns, city.approver)
  const mayStay = () => {
    const last = page.sent.findLast((message) => message.kind === 'programme')
    return last?.kind === 'programme' ? [...itemsOf(last.programme.fallback), ...last.mayFinish] : []
  }
  await eventually('it is off', () => mayStay().join() === 'river')
  page.shown(keyOf(fallbackIn(page.sent), 'river'), Date.now())
  const keys = (trustOf(city).keys as { jwk: { x: string } }[]).filter(({ jwk }) => jwk.x !== city.approver2.x)
  await rig.publish('trust', { ...trustOf(city), revision: 2, keys }, city.root)
  await eventually('nothing is left', () => mayStay().length === 0)
})

test('the fallback is fetched and kept while a playlist plays, and is behind the loop in what the page is given', async (context) => {
  const rig = await setRig(context)
  const page = await start(rig)
  const { city } = rig
  await siteWith(rig, 1, [await fallbackItem(sunset, 'sunset', [city.approver])])
  await rig.publish('playlist', await playlistOf([river], [city.approver]), city.publisher)
  await eventually('the playlist plays', () => page.items().join() === 'item-1')
  assert.deepEqual(itemsOf(fallbackIn(page.sent)), ['sunset'])
})

test('a wall that is off shows no fallback', async (context) => {
  const rig = await setRig(context)
  const page = await start(rig)
  const hours = { weekly: [], exceptions: [] }
  const item = await fallbackItem(sunset, 'sunset', [rig.city.approver])
  const closedToday = Array.from({ length: 3 }, (_, index) => ({
    date: new Date(Date.now() + (index - 1) * 86_400_000).toISOString().slice(0, 10),
    open: [],
  }))
  await siteWith(rig, 1, [item], { hours: { ...hours, exceptions: closedToday } })
  await eventually('the wall is dark', () => page.isDark())
  assert.equal(fallbackIn(page.sent), undefined)
})

test('a site whose fallback has a photo without a duration, or an id twice, is refused with the field', async (context) => {
  const rig = await setRig(context)
  await start(rig)
  const item = await fallbackItem(sunset, 'sunset', [rig.city.approver])
  const { seconds: _, ...timeless } = item
  await siteWith(rig, 1, [timeless])
  const first = await rig.observer.untilEvent(
    ({ code, message }) => code === 'document-refused' && /seconds/.test(message),
  )
  assert.match(first.message, /fallback\[0\]\.seconds: a photo needs a duration/)
  await siteWith(rig, 2, [item, item])
  await rig.observer.untilEvent(({ message }) => /fallback\[1\]\.id: "sunset" is used by an earlier item/.test(message))
})
