import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Seen } from './band.ts'
import { type ExpectedItem, measureCuts, percentile } from './cuts.ts'
import type { Sample } from './grab.ts'

const periodMs = 1000 / 60
const items: ExpectedItem[] = [
  { kind: 'film', item: 1, frames: 30, rate: 30 },
  { kind: 'film', item: 2, frames: 30, rate: 30 },
  { kind: 'photo', item: 3, seconds: 1 },
]

/** What each sample of a recording shows, `times` samples each. */
function shown(item: number, frames: Iterable<number>, times = 2): Seen[] {
  return [...frames].flatMap((frame) => Array.from({ length: times }, () => ({ kind: 'frame', item, frame }) as const))
}

function range(from: number, until: number): number[] {
  return Array.from({ length: until - from }, (_, at) => from + at)
}

function recorded(...parts: Seen[][]): Sample[] {
  return parts.flat().map((seen, at) => ({ atMs: 1000 + at * periodMs, seen }))
}

function onlyCut(...parts: Seen[][]) {
  const { cuts } = measureCuts(recorded(...parts), items)
  assert.equal(cuts.length, 1)
  const [cut] = cuts
  assert.ok(cut)
  return cut
}

const [first, second, photo] = [shown(1, range(0, 30)), shown(2, range(0, 30)), shown(3, [0], 60)]
const black: Seen = { kind: 'black' }
const unknown: Seen = { kind: 'unknown' }
const clean = { black: 0, unknown: 0, otherItem: 0, outOfOrder: 0 }

function near(actual: number, wanted: number): void {
  assert.ok(Math.abs(actual - wanted) < 0.01, `${actual} is not ${wanted}`)
}

test('a splice without a fault has no gap, loses nothing and shows nothing foreign', () => {
  const cut = onlyCut(first, second)
  assert.deepEqual(
    { from: cut.from, to: cut.to, lost: cut.framesLost, judged: cut.judged },
    { from: 1, to: 2, lost: 0, judged: true },
  )
  near(cut.gapMs, 0)
  near(cut.lateMs, 0)
  assert.deepEqual(cut.foreign, clean)
})

test('a last frame that stands three samples too long is a gap of 50 ms, and the new film is as late', () => {
  const cut = onlyCut(first, shown(1, [29], 3), second)
  near(cut.gapMs, 50)
  near(cut.lateMs, 50)
  assert.equal(cut.framesLost, 0)
})

test('a new film that shows its first frame in time and then freezes is late although there is no gap', () => {
  const cut = onlyCut(first, shown(2, [0], 6), shown(2, range(0, 30)))
  near(cut.gapMs, 0)
  near(cut.lateMs, 100)
})

test('a black sample between two films is found, and makes the gap longer', () => {
  const cut = onlyCut(first, [black], second)
  assert.deepEqual(cut.foreign, { ...clean, black: 1 })
  near(cut.gapMs, periodMs)
})

test('a black sample in the middle of a film is found at the nearer cut', () => {
  const late = [...second.slice(0, 12), unknown, ...second.slice(13)]
  assert.deepEqual(onlyCut(first, late).foreign, { ...clean, unknown: 1 })
})

test('a frame of the new film that flashes up before the old one has ended is foreign', () => {
  const cut = onlyCut(first.slice(0, -4), shown(2, [0], 1), shown(1, [28, 29]), second)
  assert.deepEqual(cut.foreign, { ...clean, otherItem: 1 })
})

test('a frame of the old film that comes back after the new one has begun is foreign', () => {
  const cut = onlyCut(first, shown(2, [0, 1]), shown(1, [29], 1), shown(2, range(2, 30)))
  assert.deepEqual(cut.foreign, { ...clean, otherItem: 1 })
})

test('the last frame of the play before, shown before the first one, is out of order', () => {
  const cut = onlyCut(first, shown(2, [29], 1), second)
  assert.deepEqual(cut.foreign, { ...clean, outOfOrder: 1 })
})

test('frames that are never seen on either side of the cut are lost', () => {
  assert.equal(onlyCut(shown(1, range(0, 28)), second).framesLost, 2)
  assert.equal(onlyCut(first, shown(2, range(1, 30))).framesLost, 1)
  assert.equal(onlyCut(first, shown(2, [0, 3, ...range(4, 30)])).framesLost, 2)
})

test('a frame that is never seen far from any cut is the fault of no cut', () => {
  const patchy = shown(2, [...range(0, 12), ...range(13, 30)])
  const { cuts, framesLostElsewhere } = measureCuts(recorded(first, patchy, first), items)
  assert.deepEqual(
    cuts.map((cut) => cut.framesLost),
    [0, 0],
  )
  assert.equal(framesLostElsewhere, 1)
})

test('a photo that stands longer than its seconds is a gap, and one that leaves early is early', () => {
  near(onlyCut(photo, shown(3, [0], 6), first).gapMs, 100)
  const early = onlyCut(photo.slice(6), first)
  near(early.gapMs, 0)
  near(early.lateMs, -100)
})

test('a film may be followed by a photo', () => {
  const cut = onlyCut(first, shown(1, [29], 1), photo)
  near(cut.gapMs, periodMs)
  assert.equal(cut.framesLost, 0)
})

test('a cut during which the grab itself paused is not judged', () => {
  const samples = recorded(first, second).filter((_, at) => at !== first.length + 1)
  assert.deepEqual(
    measureCuts(samples, items).cuts.map((cut) => cut.judged),
    [false],
  )
})

test('a cut right before the end of the recording is left out: nobody saw what came of it', () => {
  const { cuts } = measureCuts(recorded(first, second, first.slice(0, 12)), items)
  assert.equal(cuts.length, 1)
})

test('every cut of a longer loop is found once', () => {
  const { cuts } = measureCuts(recorded(first, second, photo, first, photo, second), items)
  assert.deepEqual(
    cuts.map((cut) => `${cut.from}-${cut.to}`),
    ['1-2', '2-3', '3-1', '1-3', '3-2'],
  )
})

test('percentiles are nearest ranks', () => {
  assert.equal(percentile([5, 1, 4, 2, 3], 0.5), 3)
  assert.equal(percentile([1, 2, 3, 4], 0.95), 4)
  assert.equal(percentile([], 0.5), 0)
})
