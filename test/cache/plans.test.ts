import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AssetName, assetNameOf } from '../../shared/asset-name.ts'
import { planGarbage } from '../../shared/cache/garbage.ts'
import { pieceBytes, slicesOf } from '../../shared/cache/pieces.ts'
import { planQueue } from '../../shared/cache/queue.ts'
import { afterFailure, firstAddress, longestWaitAfterMismatchMs, waitLeftMs } from '../../shared/cache/retry.ts'
import { joinWanted, type WantedAsset } from '../../shared/cache/wanted.ts'
import { longestWaitMs, retryDelayMs } from '../../shared/retry-delay.ts'

const asset = (digit: string): AssetName => assetNameOf(digit.repeat(64))
const [a, b, c] = [asset('a'), asset('b'), asset('c')]
const wanted = (name: AssetName, order: number, urls: string[] = []): WantedAsset => ({
  asset: name,
  bytes: 1,
  mediaType: 'image/png',
  urls,
  order,
})

test('an asset that several playlists want is fetched once, at its earliest place, from every address', () => {
  const joined = joinWanted([wanted(b, 5, ['http://1']), wanted(a, 3), wanted(b, 1, ['http://2', 'http://1'])])
  assert.deepEqual(joined, [wanted(b, 1, ['http://2', 'http://1']), wanted(a, 3)])
})

test('free places go to those whose time has come, in order, and the plan says when the next one is due', () => {
  const large = { bytes: 1_000_000, emergency: false, failing: false }
  const waiting = [
    { ...large, asset: a, untilMs: 0 },
    { ...large, asset: b, untilMs: 150 },
    { ...large, asset: c, untilMs: 100 },
  ]
  assert.deepEqual(planQueue([], waiting, 3, 100), { start: [a, c], pause: [], wakeInMs: 50 })
  assert.deepEqual(planQueue([], waiting, 1, 100), { start: [a], pause: [], wakeInMs: undefined })
  assert.deepEqual(planQueue([], waiting, 0, 100), { start: [], pause: [], wakeInMs: undefined })
  assert.deepEqual(planQueue([], [], 3, 100), { start: [], pause: [], wakeInMs: undefined })
})

test('waits double up to a cap, and half of each is drawn by lot', () => {
  assert.deepEqual(
    [1, 2, 3].map((round) => retryDelayMs(round, 0)),
    [500, 1000, 2000],
  )
  assert.equal(retryDelayMs(1, 0.5), 750)
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (round, random) => {
      const ms = retryDelayMs(round, random)
      return ms >= 500 && ms < longestWaitMs
    }),
  )
})

test('every address is tried at once before anything is waited for, then each round waits longer', () => {
  const urls = ['http://1', 'http://2', 'http://3']
  let at = { url: 'http://1', attempts: 0 }
  const waits: [string, number][] = []
  for (let count = 0; count < 9; count++) {
    const { waitMs, ...next } = afterFailure(at, { kind: 'refused' }, urls, 0)
    waits.push([next.url, waitMs])
    at = next
  }
  assert.deepEqual(waits, [
    ['http://2', 0],
    ['http://3', 0],
    ['http://1', 500],
    ['http://2', 0],
    ['http://3', 0],
    ['http://1', 1000],
    ['http://2', 0],
    ['http://3', 0],
    ['http://1', 2000],
  ])
})

test('an address that gave much before it broke is asked for the rest; one that gives a byte a try is not', () => {
  const urls = ['http://1', 'http://2']
  const before = { url: 'http://1', attempts: 7 }
  const much = afterFailure(before, { kind: 'cut', newBytes: 1_000_000 }, urls, 0)
  assert.deepEqual(much, { url: 'http://1', attempts: 0, waitMs: 500 })
  assert.equal(afterFailure(before, { kind: 'cut', newBytes: 1 }, urls, 0).attempts, 8)
})

test('wrong bytes are asked for less and less often, up to a quarter of an hour', () => {
  const failed = afterFailure({ url: 'http://1', attempts: 99 }, { kind: 'mismatch' }, ['http://1'], 0.999)
  assert.ok(failed.waitMs > longestWaitMs && failed.waitMs <= longestWaitAfterMismatchMs)
})

test('an asset without any address waits as well, and never at once', () => {
  assert.ok(afterFailure({ url: '', attempts: 0 }, { kind: 'refused' }, [], 0).waitMs >= 500)
  assert.equal(firstAddress([], 'http://gone'), '')
  assert.equal(firstAddress(['http://1', 'http://2'], 'http://2'), 'http://2')
  assert.equal(firstAddress(['http://1', 'http://2'], 'http://gone'), 'http://1')
})

test('a wait that was written down is kept over a restart, but not when the clock has been stepped', () => {
  assert.equal(waitLeftMs(1_000_500, 1_000_000), 500)
  assert.equal(waitLeftMs(1_000_000, 1_000_500), 0)
  assert.equal(waitLeftMs(Date.UTC(2026, 0), Date.UTC(2000, 0)), 0)
})

test('the longest unneeded goes first, what is wanted never, and nothing while there is room', () => {
  const stored = [
    { asset: a, sizeBytes: 10, lastNeededAt: 30 },
    { asset: b, sizeBytes: 10, lastNeededAt: 20 },
    { asset: c, sizeBytes: 10, lastNeededAt: 10 },
  ]
  assert.deepEqual(planGarbage(stored, new Set(), 0), [])
  assert.deepEqual(planGarbage(stored, new Set(), 11), [c, b])
  assert.deepEqual(planGarbage(stored, new Set([c]), 11), [b, a])
  assert.deepEqual(planGarbage(stored, new Set([a, b, c]), 11), [])
})

test('the slices of a range are whole, in order, without gap or overlap, each within its piece', () => {
  const offsets = fc.nat(5 * pieceBytes)
  fc.assert(
    fc.property(offsets, offsets, (one, two) => {
      const [start, end] = [Math.min(one, two), Math.max(one, two)]
      let at = start
      for (const { index, from, until } of slicesOf(start, end)) {
        assert.equal(index * pieceBytes + from, at)
        assert.ok(from < until && until <= pieceBytes)
        at = index * pieceBytes + until
      }
      assert.equal(at, end)
    }),
    { examples: [[5, 5]] }, // an empty range within a piece
  )
})
