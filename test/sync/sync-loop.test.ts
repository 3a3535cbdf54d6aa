import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextSlot, slotAt, syncLoopOf } from '../../shared/clock/sync-loop.ts'
import type { SyncLoop } from '../../shared/clock/synced-slots.ts'
import { keyOf, type Lane } from '../../shared/screen/programme.ts'
import { programmeOf, showingOf } from '../renderer/showings.ts'

const day = 86_400_000
const now = Date.parse('2026-11-22T12:00:00Z')

const lane = (key: string, weight: number, items: readonly string[], seconds = 2): Lane => ({
  key,
  weight,
  showings: items.map((item) => showingOf(item, { key: keyOf(key, item, 'x'), item, playlist: key, seconds })),
})

function loopOf(...lanes: Lane[]): SyncLoop {
  const loop = syncLoopOf(lanes, () => undefined)
  assert.ok(loop)
  return loop
}

/** The items of a loop in order. */
const items = (loop: SyncLoop): string[] => loop.slots.map(([key]) => loop.keys[key]?.split('/')[1] ?? 'pause')

test('one playlist is laid out once', () => {
  assert.deepEqual(items(loopOf(lane('a', 3, ['1', '2', '3']))), ['1', '2', '3'])
})

test('playlists take turns by weight until all have come round', () => {
  const loop = items(loopOf(lane('a', 2, ['1', '2', '3']), lane('b', 1, ['x'])))
  assert.equal(loop.length, 9)
  assert.equal(loop.filter((item) => item === 'x').length, 3)
  for (const item of ['1', '2', '3']) assert.equal(loop.filter((one) => one === item).length, 2)
})

test('a loop that would come round only after years is cut off, and goes on anew', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `${index}`)
  const loop = loopOf(lane('a', 7, many(101)), lane('b', 5, many(97)), lane('c', 3, many(89)))
  assert.ok(loop.slots.length <= 2_000)
})

test('a film lasts as long as its playlist says, and a fade takes no more than half of what it ends', () => {
  const film = showingOf('film', { mediaType: 'video/mp4', seconds: null, transition: { kind: 'fade', ms: 3000 } })
  const photo = showingOf('photo', { seconds: 4 })
  const loop = syncLoopOf(programmeOf(film, photo).lanes, (asset) => (asset === film.asset ? 12.48 : undefined))
  assert.deepEqual(loop?.slots, [
    [0, 12_480, 2000],
    [1, 4000, 0],
  ])
})

test('a playlist at its limit leaves pauses, on every wall the same', () => {
  const limited = { ...lane('a', 1, ['1']), limits: { perHour: 2 } }
  const loop = loopOf(limited)
  assert.equal(items(loop).filter((item) => item === '1').length, 2)
  assert.ok(items(loop).includes('pause'))
})

test('at every instant the slot is the one that the instant lies in, and slots follow each other without a gap', () => {
  const loop = loopOf(lane('a', 2, ['1', '2', '3'], 1.7), lane('b', 1, ['x'], 3.1))
  fc.assert(
    fc.property(fc.integer({ min: -day, max: 100 * 365 * day }), (ms) => {
      const slot = slotAt(loop, ms)
      assert.ok(slot.startMs <= ms && ms < slot.endMs)
      assert.equal(slotAt(loop, slot.endMs).startMs, slot.endMs)
    }),
  )
})

test('where a wall is does not depend on when it began: whoever joins shows what the others show', () => {
  const loop = loopOf(lane('a', 2, ['1', '2', '3'], 1.7), lane('b', 1, ['x', 'y'], 3.1))
  const here = () => true
  fc.assert(
    fc.property(fc.integer({ min: 0, max: day }), fc.integer({ min: 0, max: 60_000 }), (beganMs, laterMs) => {
      let found = nextSlot(loop, now + beganMs, here)
      while (found && found.slot.endMs <= now + beganMs + laterMs) found = nextSlot(loop, found.slot.endMs, here)
      const atMs = now + beganMs + laterMs
      if (found && found.showAtMs <= atMs) assert.deepEqual(found.slot, slotAt(loop, atMs))
    }),
  )
})

test('what a wall does not have is waited through, and the next item begins when it does everywhere', () => {
  const loop = loopOf(lane('a', 1, ['1', '2', '3']))
  const [, second, third] = loop.keys
  const start = slotAt(loop, now).startMs
  const from = [0, 2000, 4000].map((ms) => start + ms).find((ms) => slotAt(loop, ms).key === second)
  assert.ok(from !== undefined)
  const found = nextSlot(loop, from, (key) => key !== second)
  assert.deepEqual([found?.slot.key, found?.showAtMs], [third, from + 2000])
  assert.equal(
    nextSlot(loop, from, () => false),
    undefined,
  )
})

test('an item that is nearly over is not begun', () => {
  const loop = loopOf(lane('a', 1, ['1', '2']))
  const slot = slotAt(loop, now)
  const found = nextSlot(loop, slot.endMs - 100, () => true)
  assert.equal(found?.showAtMs, slot.endMs)
})
