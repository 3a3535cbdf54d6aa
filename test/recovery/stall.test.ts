import assert from 'node:assert/strict'
import { test } from 'node:test'
import { climb, forgiven, frameCame, notStalled, rebuilt, type Stall } from '../../shared/recovery/stall.ts'

/** Looks every 100 ms and says which rung was climbed when. */
function watch(from: Stall, fromMs: number, untilMs: number, slowestFrameMs = 33) {
  const climbed: [string, number][] = []
  let stall = from
  for (let nowMs = fromMs; nowMs <= untilMs; nowMs += 100) {
    const step = climb(stall, slowestFrameMs, nowMs)
    stall = step.stall
    if (step.rung) climbed.push([step.rung, nowMs])
  }
  return { stall, climbed }
}

test('a film that stands still is nudged, then built anew, then given up, all within two seconds', () => {
  const { climbed } = watch(notStalled(0), 0, 20_000)
  assert.deepEqual(climbed, [
    ['nudge', 600],
    ['rebuild', 900],
    ['give-up', 1_600],
  ])
})

test('a film with one frame a second is not taken for one that stands still', () => {
  assert.deepEqual(watch(notStalled(0), 0, 2_400, 1_000).climbed, [])
  assert.deepEqual(watch(notStalled(0), 0, 2_500, 1_000).climbed, [['nudge', 2_500]])
})

test('a film that stalls again soon after it was nudged climbs on, and later begins at the bottom', () => {
  const nudged = watch(notStalled(0), 0, 800).stall
  const soon = frameCame(nudged, 5_000)
  assert.deepEqual(watch(soon, 5_000, 6_000).climbed, [['rebuild', 5_600]])
  const later = frameCame(nudged, 10_800)
  assert.deepEqual(watch(later, 10_800, 11_600).climbed, [['nudge', 11_400]])
})

test('a film that was opened anew and stands still again is given up as soon as that is sure', () => {
  const shown = frameCame(rebuilt(1_000), 1_200)
  assert.deepEqual(watch(shown, 1_200, 9_000).climbed, [['give-up', 1_800]])
})

test('time in which nobody could have seen a frame does not count', () => {
  assert.deepEqual(watch(forgiven(notStalled(0), 5_000), 5_000, 5_500).climbed, [])
  const nudged = forgiven(watch(notStalled(0), 0, 800).stall, 5_000)
  assert.deepEqual(watch(nudged, 5_800, 5_900).climbed, [['rebuild', 5_900]])
})
