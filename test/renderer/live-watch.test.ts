import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixedLevel } from '../../renderer/screen/media/fixed-level.ts'
import { type LiveState, seePlaylist, standsStill } from '../../renderer/screen/media/live-watch.ts'

const seen = (endSequence: number, live = true) => ({ live, endSequence, targetSeconds: 2 })
const state: LiveState = { ...seen(10), grewAtMs: 0 }

test('a stream that grows goes on', () => {
  assert.deepEqual(seePlaylist(state, seen(11), 500), { ...seen(11), grewAtMs: 500 })
})

test('a playlist that is one segment old comes from a cache and changes nothing', () => {
  assert.equal(seePlaylist(state, seen(9), 500), state)
})

test('a playlist whose numbers went back is another stream, and one with an end has ended', () => {
  assert.equal(seePlaylist(state, seen(3), 500), 'the stream was replaced by another one')
  assert.equal(seePlaylist(undefined, seen(3, false), 500), 'the stream has ended')
})

test('a stream stands still when nothing was added for longer than what is loaded of it lasts', () => {
  assert.equal(standsStill(state, 7_500), false)
  assert.equal(standsStill(state, 7_501), true)
})

test('a set is played in the smallest quality that fills the page, else in the largest, and then with most bits', () => {
  const levels = [720, 360, 1080, 1080].map((height, at) => ({ height, bitrate: at }))
  assert.deepEqual(
    [200, 360, 700, 800, 2160].map((pageHeight) => fixedLevel(levels, pageHeight)),
    [1, 1, 0, 3, 3],
  )
  assert.equal(fixedLevel([], 1080), 0)
})
