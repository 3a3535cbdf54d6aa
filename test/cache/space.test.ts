import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AssetName, assetNameOf } from '../../shared/asset-name.ts'
import { isKept, lackOf, planEviction, reserveFor } from '../../shared/cache/space.ts'

const name = (index: number): AssetName => assetNameOf(index.toString(16).padStart(64, '0'))
const file = fc.record({
  sizeBytes: fc.integer({ min: 1, max: 1000 }),
  lastNeededAt: fc.nat(50),
  order: fc.option(fc.nat(20), { nil: undefined }),
  kept: fc.boolean(),
})
const situation = fc.record({
  files: fc.array(file, { maxLength: 30 }),
  missingBytes: fc.integer({ min: -10, max: 8000 }),
  forOrder: fc.oneof(fc.constant(-1), fc.nat(20)),
})
type Situation = typeof situation extends fc.Arbitrary<infer Of> ? Of : never

function planned({ files, missingBytes, forOrder }: Situation) {
  const stored = files.map((one, index) => ({ ...one, asset: name(index) }))
  const claims = {
    wanted: stored.flatMap(({ asset, order }) => (order === undefined ? [] : [{ asset, order }])),
    kept: new Set(stored.flatMap(({ asset, kept }) => (kept ? [asset] : []))),
  }
  const evicted = planEviction(stored, claims, missingBytes, forOrder)
  const gone = evicted.map((asset) => stored.find((one) => one.asset === asset) ?? assert.fail('was never there'))
  return { stored, gone, left: stored.filter(({ asset }) => !evicted.includes(asset)) }
}
const check = (holds: (given: Situation, plan: ReturnType<typeof planned>) => void) =>
  fc.assert(
    fc.property(situation, (given) => holds(given, planned(given))),
    { numRuns: 2000 },
  )
const bytesOf = (files: readonly { sizeBytes: number }[]) => files.reduce((sum, one) => sum + one.sizeBytes, 0)

test('what is kept is never evicted, nor what is needed as soon as what comes', () => {
  check(({ forOrder }, { gone }) => {
    for (const one of gone) assert.ok(!one.kept && (one.order ?? Number.POSITIVE_INFINITY) > forOrder)
  })
})

test('as much is gained as is missing whenever that can be, and nothing is evicted beyond that', () => {
  check(({ missingBytes, forOrder }, { gone, left }) => {
    const more = left.filter((one) => !one.kept && (one.order ?? Number.POSITIVE_INFINITY) > forOrder)
    assert.ok(bytesOf(gone) >= missingBytes || more.length === 0)
    assert.ok(gone.length === 0 || bytesOf(gone.slice(0, -1)) < missingBytes)
  })
})

test('what nothing wants goes first, the longest unneeded before the others, then what is wanted last', () => {
  check((_, { gone, left }) => {
    if (gone.some(({ order }) => order !== undefined)) {
      assert.ok(left.every(({ order, kept }) => order !== undefined || kept))
    }
    for (const [index, one] of gone.entries()) {
      const before = gone[index - 1]
      if (!before) continue
      if (before.order === undefined && one.order === undefined) assert.ok(before.lastNeededAt <= one.lastNeededAt)
      else assert.ok((before.order ?? Number.POSITIVE_INFINITY) >= (one.order ?? Number.POSITIVE_INFINITY))
    }
  })
})

test('no two assets push each other out for ever: who was evicted for another may not evict that one', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(20), (a, b) => {
      const evictedFor = (held: number, comes: number) =>
        planEviction(
          [{ asset: name(1), sizeBytes: 1, lastNeededAt: 0 }],
          { wanted: [{ asset: name(1), order: held }], kept: new Set() },
          1,
          comes,
        ).length === 1
      assert.ok(!(evictedFor(a, b) && evictedFor(b, a)))
    }),
  )
})

test('the limit that is passed further is named, and a limit that is just reached is not passed', () => {
  const limits = { quotaBytes: 1000, reserveBytes: 100 }
  assert.equal(lackOf(limits, { usedBytes: 400, freeBytes: 700 }, 600), undefined)
  assert.deepEqual(lackOf(limits, { usedBytes: 401, freeBytes: 700 }, 600), { limit: 'quota', bytes: 1 })
  assert.deepEqual(lackOf(limits, { usedBytes: 400, freeBytes: 699 }, 600), { limit: 'disk', bytes: 1 })
  assert.deepEqual(lackOf(limits, { usedBytes: 1500, freeBytes: 9999 }, 0), { limit: 'quota', bytes: 500 })
  assert.equal(lackOf({ ...limits, quotaBytes: undefined }, { usedBytes: 1e12, freeBytes: 700 }, 600), undefined)
})

test('a large disk keeps half a gigabyte free, a small one a sixteenth', () => {
  assert.equal(reserveFor(1e12), 512 * 1024 * 1024)
  assert.equal(reserveFor(64 * 1024 * 1024), 4 * 1024 * 1024)
})

test('assets of an emergency and of kept playlists are kept, and those that nobody names', () => {
  const one = { asset: name(1), bytes: 1, mediaType: 'image/png' as const, urls: [], order: 0 }
  const kept = new Set(['players/wall/now'])
  assert.equal(isKept({ ...one, playlists: ['players/wall/later'] }, kept), false)
  assert.equal(isKept({ ...one, playlists: ['players/wall/later', 'players/wall/now'] }, kept), true)
  assert.equal(isKept({ ...one, playlists: ['players/wall/later'], emergency: true }, kept), true)
  assert.equal(isKept(one, kept), true)
})
