import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { priorities } from '../../shared/documents/playlist.ts'
import { planLoop } from '../../shared/loop/loop-plan.ts'
import type { Circumstances, VerifiedPlaylist } from '../../shared/loop/standing.ts'
import { keyringOf } from '../../shared/trust/keyring.ts'
import { assetCalled, issuedAt, readAs } from '../support/documents.ts'

const dayMs = 86_400_000
const fromMs = Date.UTC(2026, 9, 20)
const assets = Array.from({ length: 4 }, (_, index) => assetCalled(`asset ${index}`))
const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Casablanca']

const isoDate = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const day = fc.integer({ min: -2, max: 16 })
const window = fc.tuple(day, fc.integer({ min: 0, max: 8 })).map(([first, length]) => ({
  from: isoDate(fromMs + first * dayMs),
  until: isoDate(fromMs + (first + length) * dayMs),
}))
const time = fc
  .integer({ min: 0, max: 47 })
  .map((half) => `${String(half >> 1).padStart(2, '0')}:${half % 2 ? '30' : '00'}`)
const dayparts = fc.array(
  fc
    .record({ days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }), from: time, until: time })
    .filter(({ from, until }) => from !== until),
  { minLength: 1, maxLength: 2 },
)
const schedule = fc.record({ window, dayparts }, { requiredKeys: [] })
const instant = fc
  .integer({ min: -2 * 24, max: 16 * 24 })
  .map((hour) => new Date(fromMs + hour * 3_600_000).toISOString())

const list = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    revision: fc.integer({ min: 1, max: 2 }),
    priority: fc.constantFrom(...priorities),
    withdrawn: fc.constantFrom(false, false, false, true),
    when: schedule,
    items: fc.array(fc.record({ asset: fc.integer({ min: 0, max: 3 }), when: fc.oneof(fc.constant({}), schedule) }), {
      maxLength: 3,
    }),
    scopes: fc.array(
      fc.record({ asset: fc.integer({ min: 0, max: 3 }), from: instant, until: instant }, { requiredKeys: ['asset'] }),
      {
        maxLength: 5,
      },
    ),
  })
  .map(({ id, revision, priority, withdrawn, when, items, scopes }): VerifiedPlaylist => {
    const playlist = readAs('playlist', {
      kind: 'playlist',
      id,
      revision,
      issuedAt,
      target: 'players/wall',
      priority,
      withdrawn,
      ...when,
      items: items.map((item, index) => ({
        id: `item-${index}`,
        asset: assets[item.asset]?.asset,
        seconds: 5,
        ...item.when,
      })),
      assets: Object.fromEntries(assets.map(({ asset, ...facts }) => [asset, facts])),
    })
    const approvals = new Map(
      assets.map(({ asset, mediaType, bytes }, index) => [
        asset,
        scopes
          .filter((scope) => scope.asset === index)
          .map(({ from, until }, at) => ({
            approval: { kind: 'approval' as const, asset, mediaType, bytes, approvedAt: issuedAt, from, until },
            approvers: [`approver ${at % 2}`],
          })),
      ]),
    )
    return { playlist, approvals }
  })
const lists = (most: number) => fc.uniqueArray(list, { maxLength: most, selector: ({ playlist }) => playlist.id })

const fleet = fc.record({
  newest: lists(4),
  former: lists(2),
  held: fc.subarray(assets.map(({ asset }) => asset)),
  zone: fc.constantFrom(...zones),
  atMs: fc.integer({ min: fromMs, max: fromMs + 12 * dayMs }),
  needed: fc.constantFrom(0, 0, 1, 2),
})

const now = (
  held: readonly never[] | readonly string[],
  zone: string,
  atMs: number,
  needed: number,
): Circumstances => ({
  atMs,
  timeZone: zone,
  targets: ['fleet', 'players/wall'],
  keyring: { ...keyringOf([], undefined, nodeCrypto), revision: 1, approvalsNeeded: needed },
  held: new Set(held as never[]),
  late: new Set(),
  takenDown: new Set(),
})

test('nothing of the whole outcome differs before its next change, and something does at it', () => {
  let changes = 0
  fc.assert(
    fc.property(
      fleet,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
      (one, places) => {
        const plan = (atMs: number) => {
          const { nextChangeMs, ...outcome } = planLoop(
            one.newest,
            one.former,
            now(one.held, one.zone, atMs, one.needed),
          )
          return { nextChangeMs, outcome }
        }
        const before = plan(one.atMs)
        const endMs = before.nextChangeMs ?? one.atMs + 60 * dayMs
        for (const place of [...places, 1]) {
          const ms = Math.max(one.atMs, Math.floor(one.atMs + (endMs - 1 - one.atMs) * place))
          const then = plan(ms)
          assert.deepEqual(then.outcome, before.outcome)
          assert.equal(then.nextChangeMs, before.nextChangeMs)
        }
        if (before.nextChangeMs === null) return
        changes += 1
        assert.notDeepEqual(plan(before.nextChangeMs).outcome, before.outcome)
      },
    ),
    { numRuns: 600 },
  )
  assert.ok(changes > 200, `${changes} of the fleets changed`)
})

test('there are never two levels in a loop, and never a lower one while a higher one has something to show', () => {
  fc.assert(
    fc.property(fleet, (one) => {
      const plan = planLoop(one.newest, one.former, now(one.held, one.zone, one.atMs, one.needed))
      const all = [...one.newest, ...one.former].map(({ playlist }) => playlist)
      const levelOf = (showing: { playlist: string; revision: number }) =>
        all.find(({ id, revision }) => id === showing.playlist && revision === showing.revision)?.priority
      const levels = new Set(plan.lanes.flatMap(({ showings }) => showings.map(levelOf)))
      assert.ok(levels.size <= 1)
      const ready = plan.reports.filter(({ status }) => status === 'ready')
      const shown = priorities.indexOf(plan.level ?? 'filler')
      for (const { id, revision } of ready) {
        const waiting =
          all.find((playlist) => playlist.id === id && playlist.revision === revision)?.priority ?? 'filler'
        assert.ok(priorities.indexOf(waiting) < shown, `${waiting} waits while ${plan.level} plays`)
      }
    }),
    { numRuns: 400 },
  )
})

test('a playlist that plays on beneath a higher level asks for no look of its own', () => {
  const base = { kind: 'playlist', revision: 1, issuedAt, target: 'players/wall' }
  const facts = Object.fromEntries(assets.map(({ asset, ...one }) => [asset, one]))
  const item = (id: string, when = {}) => ({ id, asset: assets[0]?.asset, seconds: 5, ...when })
  const fill = readAs('playlist', {
    ...base,
    id: 'fill',
    priority: 'filler',
    items: [item('day', { dayparts: [{ from: '08:00', until: '20:00' }] }), item('always')],
    assets: facts,
  })
  const usual = readAs('playlist', {
    ...base,
    id: 'usual',
    window: { until: '2026-12-24' },
    items: [item('x')],
    assets: facts,
  })
  const verified = [fill, usual].map((playlist) => ({ playlist, approvals: new Map() }))
  const plan = planLoop(
    verified,
    [],
    now(
      assets.map(({ asset }) => asset),
      'Asia/Shanghai',
      fromMs,
      0,
    ),
  )
  assert.equal(plan.nextChangeMs, Date.parse('2026-12-25T00:00+08:00'))
})
