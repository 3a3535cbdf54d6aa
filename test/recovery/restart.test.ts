import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hangs, leastStartMs, longestStartMs, nextStart, noStarts } from '../../shared/recovery/restart.ts'

test('a player that had shown pictures is started again at once', () => {
  assert.equal(nextStart(noStarts, 60_000, 1000, 0.5).atMs, 1000)
})

test('a player that never shows anything is started for ever, ever later but never late, and in safe mode in turns', () => {
  let starts = noStarts
  let nowMs = 0
  const safe: boolean[] = []
  for (let end = 0; end < 40; end += 1) {
    const again = nextStart(starts, 0, nowMs, 1)
    assert.ok(again.atMs - nowMs <= longestStartMs)
    safe.push(again.isSafe)
    starts = again.starts
    nowMs = again.atMs
  }
  assert.deepEqual(safe.slice(0, 6), [false, false, true, false, true, false])
})

test('twenty deaths of a player that shows for seven seconds in between are each followed by a start at once', () => {
  let starts = noStarts
  for (let death = 0; death < 20; death += 1) {
    const again = nextStart(starts, 7_000, death * 9_000, 0.5)
    assert.deepEqual([again.atMs, again.isSafe], [death * 9_000, false])
    starts = again.starts
  }
})

test('a player that shows for five seconds and dies, again and again, is not started fast for ever', () => {
  let starts = noStarts
  let nowMs = 0
  const waitsMs: number[] = []
  for (let death = 0; death < 60; death += 1) {
    nowMs += 6_000
    const again = nextStart(starts, 5_000, nowMs, 0.5)
    waitsMs.push(again.atMs - nowMs)
    starts = again.starts
    nowMs = again.atMs
  }
  assert.equal(waitsMs[0], 0)
  assert.ok(waitsMs.some((ms) => ms >= 500))
})

test('two starts keep their distance, whatever happened in between', () => {
  const end = fc.record({
    lastedMs: fc.nat(30_000),
    picturesMs: fc.nat(30_000),
    random: fc.float({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(end, { maxLength: 60 }), (ends) => {
      let starts = noStarts
      let nowMs = 0
      for (const { lastedMs, picturesMs, random } of ends) {
        const lastStartMs = starts.atMs.at(-1)
        nowMs += lastedMs
        const again = nextStart(starts, picturesMs, nowMs, random)
        assert.ok(lastStartMs === undefined || again.atMs - lastStartMs >= leastStartMs - 0.001)
        starts = again.starts
        nowMs = again.atMs
      }
    }),
  )
})

test('a player hangs that says nothing, and so does one that runs but shows nothing', () => {
  assert.equal(hangs(1000, undefined, undefined), undefined)
  assert.match(hangs(100_000, undefined, undefined) ?? '', /showed nothing/)
  assert.match(hangs(100_000, 7000, 7000) ?? '', /said nothing/)
  assert.match(hangs(100_000, 100, 61_000) ?? '', /shown nothing/)
  assert.equal(hangs(100_000, 100, 5000), undefined)
})

test('who was held up itself while it should have listened blames nobody, and looks again', () => {
  assert.equal(hangs(100_000, 8500, 8500, 8000), undefined)
  assert.equal(hangs(100_000, 100, 61_000, 8000), undefined)
  assert.match(hangs(100_000, 8500, 8500, 500) ?? '', /said nothing/)
})
