import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { fallbackPlaylist, withFallback } from '../../shared/loop/fallback.ts'
import { planLoop } from '../../shared/loop/loop-plan.ts'
import { withinHours } from '../../shared/loop/opening.ts'
import type { Circumstances, VerifiedPlaylist } from '../../shared/loop/standing.ts'
import type { Statement } from '../../shared/trust/approvals.ts'
import { keyringOf } from '../../shared/trust/keyring.ts'
import { assetCalled, issuedAt, readAs } from '../support/documents.ts'

const assets = ['sky', 'river', 'bridge'].map((name) => assetCalled(name))
const beganMs = Date.parse('2026-11-22T00:00:00Z')
const hour = (hours: number): string => new Date(beganMs + hours * 3_600_000).toISOString()

const now: Circumstances = {
  atMs: beganMs,
  timeZone: 'Asia/Shanghai',
  targets: ['fleet', 'players/wall'],
  keyring: { ...keyringOf([], undefined, nodeCrypto), revision: 1, approvalsNeeded: 1 },
  held: new Set(assets.map(({ asset }) => asset)),
  late: new Set(),
  takenDown: new Set(),
}

type Times = { readonly from: number; readonly hours: number }

/** A fallback of these assets, each approved for some hours. */
function fallbackOf(times: readonly Times[]): VerifiedPlaylist {
  const fallback = times.map((_, index) => {
    const { asset, ...facts } = assets[index] ?? assetCalled('more')
    return { id: `item-${index}`, asset, seconds: 5, facts }
  })
  const site = { kind: 'site', id: 'wall', revision: 1, issuedAt, target: 'players/wall', fallback }
  const playlist = fallbackPlaylist(readAs('site', site))
  assert.ok(playlist)
  const statements = times.map(({ from, hours }, index): [(typeof fallback)[number]['asset'], Statement[]] => {
    const { asset, mediaType, bytes } = assets[index] ?? assetCalled('more')
    const window = { from: hour(from), until: hour(from + hours) }
    const approval = { kind: 'approval' as const, asset, mediaType, bytes, approvedAt: issuedAt, ...window }
    return [asset, [{ approval, approvers: ['somebody'] }]]
  })
  return { playlist, approvals: new Map(statements) }
}

function planAt(fallback: VerifiedPlaylist | undefined, atMs: number, more: Partial<Circumstances> = {}) {
  const then = { ...now, ...more, atMs }
  return withFallback(withinHours(planLoop([], [], then), undefined, atMs, now.timeZone), fallback, then)
}
const shownOf = (plan: ReturnType<typeof planAt>) => plan.fallback?.showings.map(({ item }) => item) ?? []

test('nothing of the fallback differs before its next change, and something does at it', () => {
  const times = fc.record({ from: fc.integer({ min: -5, max: 20 }), hours: fc.integer({ min: 1, max: 20 }) })
  fc.assert(
    fc.property(fc.array(times, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 45 }), (all, at) => {
      const fallback = fallbackOf(all)
      const atMs = beganMs + at * 1_800_000
      const plan = planAt(fallback, atMs)
      const untilMs = plan.nextChangeMs ?? atMs + 100 * 3_600_000
      for (let ms = atMs; ms < untilMs; ms += 1_800_000) assert.deepEqual(shownOf(planAt(fallback, ms)), shownOf(plan))
      if (plan.nextChangeMs !== null)
        assert.notDeepEqual(
          shownOf(planAt(fallback, plan.nextChangeMs)),
          shownOf(planAt(fallback, plan.nextChangeMs - 1)),
        )
    }),
    { numRuns: 50 },
  )
})

test('an asset that is not here is wanted, and told as missing; one that is taken down is neither', () => {
  const fallback = fallbackOf([
    { from: 0, hours: 1 },
    { from: 0, hours: 1 },
  ])
  const [sky, river] = assets
  assert.ok(sky && river)
  const waiting = planAt(fallback, beganMs, { held: new Set([sky.asset]) })
  assert.deepEqual(shownOf(waiting), ['item-0'])
  assert.deepEqual(waiting.wanted, [sky.asset, river.asset])
  assert.deepEqual(waiting.fallbackReport, {
    items: 2,
    playable: 1,
    missingBytes: river.bytes,
    reasons: ['1 asset not yet downloaded'],
  })
  const down = planAt(fallback, beganMs, { takenDown: new Set([river.asset]) })
  assert.deepEqual([shownOf(down), down.wanted], [['item-0'], [sky.asset]])
})

test('a site without a fallback reports none, and the slate is on', () => {
  const plan = planAt(undefined, beganMs)
  assert.deepEqual(
    [plan.fallback, plan.fallbackReport, plan.slateReason],
    [undefined, undefined, 'no playlist has come'],
  )
})
