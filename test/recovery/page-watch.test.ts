import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchPage } from '../../main/app/page-watch.ts'
import { manualClock } from './manual-clock.ts'

test('a page that draws once a second is left alone, and one that stops is given up after eight seconds and then again', () => {
  const clock = manualClock()
  const silences: string[] = []
  const watch = watchPage(clock, (sentence) => silences.push(sentence))
  for (let second = 0; second < 100; second += 1) {
    clock.pass(1000)
    assert.equal(watch.beat(undefined), true)
  }
  assert.deepEqual(silences, [])
  clock.pass(7_999)
  assert.equal(silences.length, 0)
  clock.pass(1)
  assert.equal(silences.length, 1)
  clock.pass(8_000)
  assert.equal(silences.length, 2)
})

test('a page that is made anew has half a minute to its first picture, one that stood by and took over has eight seconds', () => {
  const clock = manualClock()
  let count = 0
  const watch = watchPage(clock, () => count++)
  watch.beat(undefined)
  watch.begins()
  clock.pass(29_999)
  assert.equal(count, 0)
  clock.pass(1)
  assert.equal(count, 1)
  watch.begins()
  watch.takesOver()
  clock.pass(7_999)
  assert.equal(count, 1)
  clock.pass(1)
  assert.equal(count, 2)
})

test('a page that never draws is given up too', () => {
  const clock = manualClock()
  let count = 0
  watchPage(clock, () => count++)
  clock.pass(30_000)
  assert.equal(count, 1)
})

test('a film whose frames stand still for a minute counts as no picture though the page draws, a photo that stands does', () => {
  const clock = manualClock()
  let count = 0
  const watch = watchPage(clock, () => count++)
  const beats = (seconds: number, frames: (second: number) => number | undefined) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.pass(1000)
      watch.beat(frames(second))
    }
  }
  beats(300, () => undefined)
  beats(300, (second) => second)
  assert.equal(count, 0)
  beats(75, () => 299)
  assert.equal(count, 1)
})
