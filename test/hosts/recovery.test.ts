import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Losses, remedyFor, withLoss } from '../../main/hosts/recovery.ts'

const afterLosses = (count: number): Losses => Array.from({ length: count }, (_value, index) => index)

test('a first loss is remedied at once, by the cheapest means', () => {
  assert.deepEqual(remedyFor(afterLosses(1), 'page'), { remedy: 'page', waitMs: 0 })
  assert.deepEqual(remedyFor(afterLosses(1), 'browser'), { remedy: 'browser', waitMs: 0 })
})

test('a page that dies again and again gets a browser of its own, with nothing left of the old one', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((count) => remedyFor(afterLosses(count), 'page').remedy),
    ['page', 'page', 'page', 'page', 'fresh-browser', 'page'],
  )
})

test('no number of losses ends the attempts or spaces them further than two seconds', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.constantFrom('page' as const, 'browser' as const), (count, lost) => {
      const { waitMs } = remedyFor(afterLosses(count + 1), lost)
      assert.ok(waitMs >= 0 && waitMs <= 2000)
    }),
  )
})

test('losses are forgotten after a minute, and never fill the memory', () => {
  let losses: Losses = []
  for (let atMs = 0; atMs < 100_000; atMs += 100) losses = withLoss(losses, atMs)
  assert.ok(losses.length <= 32)
  assert.deepEqual(withLoss(losses, 1_000_000), [1_000_000])
})
