import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBand } from '../oracle/band.ts'
import type { Glance, Look } from './eye.ts'
import { easedBack, fadeDifferencesMs } from './fade-figures.ts'
import { cutDifferencesMs, cutsOf, type LoopItem, lockedAtMs, pairsOf } from './step-figures.ts'

const loop: LoopItem[] = [
  { item: 1, kind: 'film', frames: 45 },
  { item: 2, kind: 'photo', frames: 30 },
  { item: 3, kind: 'film', frames: 60 },
]
const frame = (item: number, number = 0): Look => ({ seen: { kind: 'frame', item, frame: number } })
const black: Look = { seen: { kind: 'black' } }
const glancesOf = (...looks: [Look, Look][]): Glance[] =>
  looks.map((two, at) => ({ atMs: at * 10, tookMs: 0, looks: two }))
const framesApart = (one: Look, other: Look) => pairsOf(glancesOf([one, other]), [0, 1], loop)[0]?.frames

test('walls are as many frames apart as the shorter way round the loop has', () => {
  assert.equal(framesApart(frame(1, 10), frame(1, 12)), 2)
  assert.equal(framesApart(frame(3, 59), frame(1, 0)), 1)
  assert.equal(framesApart(frame(1, 0), frame(3, 10)), 50)
})

test('two walls on the same photo are in step, and one that is still before it is off by what is left to its edge', () => {
  assert.equal(framesApart(frame(2), frame(2)), 0)
  assert.equal(framesApart(frame(1, 42), frame(2)), 3)
  assert.equal(framesApart(frame(2), frame(3, 0)), 1)
})

test('a look at a wall that shows nothing of the loop is no pair', () => {
  assert.deepEqual(pairsOf(glancesOf([black, frame(1)]), [0, 1], loop), [])
})

test('how long ago the cut was counts from the wall that made it first', () => {
  const pairs = pairsOf(
    glancesOf([frame(1, 44), frame(1, 44)], [frame(2), frame(1, 44)], [frame(2), frame(2)]),
    [0, 1],
    loop,
  )
  assert.deepEqual(
    pairs.map(({ sinceCutMs }) => sinceCutMs),
    [undefined, 0, 10],
  )
})

test('cuts are compared with the nearest one to the same item', () => {
  const glances = glancesOf([frame(1), frame(1)], [frame(2), frame(1)], [frame(2), frame(2)], [frame(3), frame(3)])
  assert.deepEqual(cutDifferencesMs(cutsOf(glances, 0), cutsOf(glances, 1)), [10, 0])
})

test('walls are in step from when they have differed by at most a frame for a second', () => {
  const pair = (atMs: number, frames: number) => ({ atMs, frames, kind: 'film' as const, sinceCutMs: undefined })
  const pairs = [pair(0, 0), pair(500, 2), pair(600, 1), pair(1_200, 0), pair(1_600, 1)]
  assert.equal(lockedAtMs(pairs, 0), 600)
  assert.equal(lockedAtMs(pairs.slice(0, 4), 0), undefined)
})

/** The first item's last frame, on which the second lies so opaque. */
const mixed = (opacity: number): Look => {
  const [before, after] = [encodeBand(1, 44), encodeBand(2, 0)]
  const levels = [...before].map((level, cell) => Math.round(level * (1 - opacity) + (after[cell] ?? 0) * opacity))
  return { seen: { kind: 'unknown' }, levels }
}

test('the blocks of two bands that are mixed say how much of a fade is over', () => {
  assert.ok(Math.abs(easedBack(0.5) - 0.5) < 0.001)
  assert.ok(Math.abs(easedBack(0.0197) - 0.1) < 0.003, 'ease-in-out is at 2 % after a tenth of its time')
  const [apart = Number.NaN] = fadeDifferencesMs(
    glancesOf([frame(1, 44), frame(1, 44)], [mixed(0.5), mixed(0.5)], [mixed(0.4), mixed(0.6)]).slice(0, 2),
    [0, 1],
    loop,
    500,
  )
  assert.ok(apart < 1)
  const [later = Number.NaN] = fadeDifferencesMs(
    glancesOf([frame(1, 44), frame(1, 44)], [mixed(0.4), mixed(0.6)]),
    [0, 1],
    loop,
    500,
  )
  assert.ok(later > 40 && later < 80, `${later} ms`)
})

test('a fade takes no more than half of the item that it ends, and is judged by that', () => {
  const glances = glancesOf([frame(1, 44), frame(1, 44)], [mixed(0.4), mixed(0.6)])
  const apart = (fadeMs: number) => fadeDifferencesMs(glances, [0, 1], loop, fadeMs)
  assert.deepEqual(apart(10_000), apart(750))
  assert.notDeepEqual(apart(700), apart(750))
})
