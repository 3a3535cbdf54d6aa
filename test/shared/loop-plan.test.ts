import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import type { Item, Playlist } from '../../shared/documents/playlist.ts'
import { planLoop } from '../../shared/loop/loop-plan.ts'
import { enteringLane, mayFinish } from '../../shared/loop/may-finish.ts'
import { type Circumstances, mayBeShown, type VerifiedPlaylist } from '../../shared/loop/standing.ts'
import { keyringOf } from '../../shared/trust/keyring.ts'
import { assetCalled, issuedAt, readAs } from '../support/documents.ts'

const [one, two, three] = [assetCalled('one'), assetCalled('two'), assetCalled('three')]
const assets = [one, two, three]

function list(
  more: Partial<Omit<Playlist, 'items'>> & { items?: Partial<Item>[] } = {},
  approved = assets,
): VerifiedPlaylist {
  const playlist = readAs('playlist', {
    kind: 'playlist',
    id: 'friends',
    revision: 1,
    issuedAt,
    target: 'players/wall',
    items: assets.map(({ asset }, index) => ({ id: `item-${index + 1}`, asset, seconds: 5 })),
    assets: Object.fromEntries(assets.map(({ asset, ...facts }) => [asset, facts])),
    ...more,
  })
  const statement = ({ asset, mediaType, bytes }: (typeof assets)[number]) => ({
    approval: { kind: 'approval' as const, asset, mediaType, bytes, approvedAt: issuedAt },
    approvers: ['somebody'],
  })
  return { playlist, approvals: new Map(approved.map((asset) => [asset.asset, [statement(asset)]])) }
}

function now(more: Partial<Circumstances> = {}): Circumstances {
  return {
    atMs: Date.parse('2026-11-22T10:00:00Z'),
    timeZone: 'Asia/Shanghai',
    targets: ['fleet', 'players/wall'],
    keyring: { ...keyringOf([], undefined, nodeCrypto), revision: 1 },
    held: new Set(assets.map(({ asset }) => asset)),
    late: new Set(),
    takenDown: new Set(),
    ...more,
  }
}

test('an item whose words nobody approved is left out where trust asks for it, with a reason', () => {
  const items = assets.map(({ asset }, index) => ({ id: `item-${index + 1}`, asset, seconds: 5, hashtag: `#${index}` }))
  items.push({ id: 'silent', asset: one.asset, seconds: 5 } as (typeof items)[number])
  const { playlist } = list({ items })
  const said = (index: number, kid: string) => {
    const asset = assets[index] ?? one
    const { approval } = list().approvals.get(asset.asset)?.[0] ?? {}
    assert.ok(approval)
    return { approval: { ...approval, words: 'a'.repeat(64) }, approvers: [kid], words: `{"hashtag":"#${index}"}` }
  }
  const approvals = new Map([
    [one.asset, [said(0, 'lin')]],
    [two.asset, [said(0, 'lin')]],
    [three.asset, list().approvals.get(three.asset) ?? []],
  ])
  const keyring = { ...keyringOf([], undefined, nodeCrypto), revision: 1 }
  assert.equal(itemsOf(planLoop([{ playlist, approvals }], [], now({ keyring }))).length, 4)
  const strict = now({ keyring: { ...keyring, words: 'approved' } })
  const plan = planLoop([{ playlist, approvals }], [], strict)
  assert.deepEqual(itemsOf(plan), ['item-1', 'silent'])
  assert.match(plan.reports[0]?.reasons?.join() ?? '', /2 items with words that are not approved here and now/)
  const [spoken, silent] = playlist.items.flatMap(({ id, ...item }) => (/1|silent/.test(id) ? [item] : []))
  assert.ok(spoken && silent)
  assert.equal(mayBeShown(spoken, approvals, strict), true)
  assert.equal(mayBeShown({ ...spoken, qr: 'https://evil.example' }, approvals, strict), false)
  assert.equal(mayBeShown(silent, approvals, strict), true)
  assert.equal(mayBeShown(spoken, approvals, { ...strict, keyring: { ...strict.keyring, approvalsNeeded: 2 } }), false)
})

const itemsOf = (plan: ReturnType<typeof planLoop>): string[] =>
  plan.lanes.flatMap((lane) => lane.showings.map((showing) => showing.item))
const holding = (...names: AssetName[]) => new Set(names)

test('a playlist whose assets are here is live with all its items', () => {
  const plan = planLoop([list()], [], now())
  assert.deepEqual(itemsOf(plan), ['item-1', 'item-2', 'item-3'])
  assert.deepEqual(
    plan.reports.map(({ status, missingBytes }) => [status, missingBytes]),
    [['live', 0]],
  )
})

test('an item whose asset is not here is left out, and counted as missing', () => {
  const plan = planLoop([list()], [], now({ held: holding(one.asset) }))
  assert.deepEqual(itemsOf(plan), ['item-1'])
  assert.equal(plan.reports[0]?.missingBytes, two.bytes + three.bytes)
})

test('the former revision stands in while assets of the newest are on their way', () => {
  const newest = list({
    revision: 2,
    items: [
      { id: 'new', asset: two.asset, seconds: 5 },
      { id: 'new-3', asset: three.asset, seconds: 5 },
    ],
  })
  const former = list({ items: [{ id: 'old', asset: one.asset, seconds: 5 }] })
  const arriving = planLoop([newest], [former], now({ held: holding(one.asset, two.asset) }))
  assert.deepEqual(itemsOf(arriving), ['old'])
  assert.deepEqual(
    arriving.reports.map(({ revision, status }) => [revision, status]),
    [
      [1, 'live'],
      [2, 'waiting'],
    ],
  )
  assert.deepEqual(itemsOf(planLoop([newest], [former], now())), ['new', 'new-3'])
})

test('an asset whose download fails is not waited for', () => {
  const newest = list({
    revision: 2,
    items: [
      { id: 'new', asset: two.asset, seconds: 5 },
      { id: 'late', asset: three.asset, seconds: 5 },
    ],
  })
  const former = list({ items: [{ id: 'old', asset: one.asset, seconds: 5 }] })
  const plan = planLoop([newest], [former], now({ held: holding(one.asset, two.asset), late: holding(three.asset) }))
  assert.deepEqual(itemsOf(plan), ['new'])
})

test('a withdrawn revision takes the playlist off at once, whatever was in force', () => {
  const plan = planLoop([list({ revision: 2, withdrawn: true, items: [] })], [list()], now())
  assert.deepEqual(plan.lanes, [])
  assert.equal(plan.reports[0]?.status, 'withdrawn')
  assert.equal(plan.slateReason, 'every playlist is over or withdrawn')
})

test('an asset that is taken down or not approved is never in the loop', () => {
  assert.deepEqual(itemsOf(planLoop([list()], [], now({ takenDown: holding(one.asset) }))), ['item-2', 'item-3'])
  assert.deepEqual(itemsOf(planLoop([list({}, [two])], [], now())), ['item-2'])
})

test('only the highest live level plays, and the others are ready', () => {
  const urgent = list({ id: 'urgent', priority: 'takeover', entry: 'now' })
  const plan = planLoop([list(), urgent, list({ id: 'fill', priority: 'filler' })], [], now())
  assert.deepEqual(
    plan.lanes.map(({ key }) => key),
    ['players/wall/urgent'],
  )
  assert.deepEqual(plan.cutIn, [{ key: 'players/wall/urgent', revision: 1 }])
  assert.deepEqual(
    plan.reports.map(({ status }) => status),
    ['ready', 'live', 'ready'],
  )
})

test('what is not yet or no more in its window is scheduled or expired, and is fetched only if it still comes', () => {
  const early = list({ id: 'early', window: { from: '2026-12-01' } })
  const over = list({ id: 'over', window: { until: '2026-11-01' } })
  const plan = planLoop([early, over], [], now({ held: new Set() }))
  assert.deepEqual(
    plan.reports.map(({ status }) => status),
    ['scheduled', 'expired'],
  )
  assert.deepEqual(plan.wanted.toSorted(), assets.map(({ asset }) => asset).toSorted())
  assert.deepEqual(planLoop([over], [], now({ held: new Set() })).wanted, [])
  assert.equal(plan.nextChangeMs, Date.parse('2026-11-30T16:00:00Z'))
})

test('an empty playlist leaves the slate and says why', () => {
  const plan = planLoop([list({ items: [] })], [], now())
  assert.deepEqual(plan.lanes, [])
  assert.deepEqual(plan.reports[0]?.reasons, ['the playlist has no items'])
})

test('a wall that was told nothing shows the slate for that reason', () => {
  assert.equal(planLoop([], [], now()).slateReason, 'no playlist has come')
})

test('removed items may finish, unless they are no longer allowed', () => {
  const before = planLoop([list()], [], now()).lanes
  const after = planLoop([list({ items: [{ id: 'item-2', asset: two.asset, seconds: 5 }] })], [], now()).lanes
  const keys = (lanes: typeof before) => lanes.flatMap((lane) => lane.showings.map((showing) => showing.key))
  const removed = keys(before).filter((key) => !keys(after).includes(key))
  const sent = { lanes: before, mayFinish: [] }
  assert.deepEqual(
    mayFinish(sent, after, () => true, undefined),
    removed,
  )
  assert.deepEqual(
    mayFinish(sent, after, () => false, undefined),
    [],
  )
})

test('a lane cuts in when it comes and when its message is edited, and not while it goes on', () => {
  const [first, edited] = [
    { key: 'urgent', revision: 1 },
    { key: 'urgent', revision: 2 },
  ]
  assert.equal(enteringLane([], [first]), 'urgent')
  assert.equal(enteringLane([first], [first]), null)
  assert.equal(enteringLane([first], [edited]), 'urgent')
  assert.equal(enteringLane([first], []), null)
})
