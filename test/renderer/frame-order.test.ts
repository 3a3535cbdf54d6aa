import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type CodedFrame,
  type Extent,
  type PlacedFrame,
  placeFrames,
  ticksPerSecond,
} from '../../renderer/screen/media/frame-order.ts'

const rate = 30
const ticks = ticksPerSecond / rate

/** Frames given by when they are shown, in frames, in the order in which they are decoded; `k` marks a key frame. */
function film(...shown: (number | `k${number}`)[]): CodedFrame[] {
  return shown.map((at) => {
    const isKey = typeof at === 'string'
    const number = isKey ? Number(at.slice(1)) : at
    return { data: new Uint8Array(1), isKey, atSeconds: number / rate, seconds: 1 / rate }
  })
}

async function place(frames: CodedFrame[], limit?: number): Promise<{ frames: PlacedFrame[]; extent?: Extent }> {
  const placed: PlacedFrame[] = []
  const run = placeFrames(
    (async function* () {
      yield* frames
    })(),
    limit,
  )
  while (true) {
    const next = await run.next()
    if (next.done) return { frames: placed, ...(next.value && { extent: next.value }) }
    placed.push(next.value)
  }
}

const shownAt = (frames: PlacedFrame[]) => frames.map((frame) => frame.shownAt / ticks)

test('a film begins at zero and ends with its last frame', async () => {
  const { frames, extent } = await place(film('k0', 1, 2, 3))
  assert.deepEqual(shownAt(frames), [0, 1, 2, 3])
  assert.deepEqual(extent, { end: 4 * ticks, lastShownAt: 3 * ticks })
})

test('a film that begins late in its file begins at zero', async () => {
  assert.deepEqual(shownAt((await place(film('k7', 8, 9))).frames), [0, 1, 2])
})

test('frames stored in another order keep when they are shown, and decode times rise without a gap', async () => {
  const { frames } = await place(film('k0', 4, 2, 1, 3, 8, 6, 5, 7))
  assert.deepEqual(shownAt(frames), [0, 4, 2, 1, 3, 8, 6, 5, 7])
  for (const [at, frame] of frames.entries()) {
    const next = frames[at + 1]
    assert.equal(frame.decodedAt, at * ticks)
    if (next) assert.equal(next.decodedAt - frame.decodedAt, frame.duration)
  }
})

test('what an edit list hides lies before zero and does not count for the end', async () => {
  const { frames, extent } = await place(film('k-3', -2, -1, 0, 1, 2))
  assert.deepEqual(shownAt(frames), [-3, -2, -1, 0, 1, 2])
  assert.deepEqual(extent, { end: 3 * ticks, lastShownAt: 2 * ticks })
})

test('frames that lean on pictures the file does not have are left out', async () => {
  assert.deepEqual(shownAt((await place(film(3, 4, 'k8', 6, 7, 9))).frames), [0, 1])
})

test('a limit ends the film exactly, and nothing beyond it is there', async () => {
  const { frames, extent } = await place(film('k0', 1, 2, 3, 4, 5, 6, 7), 4.5 * ticks)
  assert.deepEqual(shownAt(frames), [0, 1, 2, 3, 4])
  assert.deepEqual(extent, { end: 4.5 * ticks, lastShownAt: 4 * ticks })
})

test('before a limit, frames that lean on one beyond it are left out and the one before them stands', async () => {
  const { frames, extent } = await place(film('k0', 3, 1, 2, 6, 4, 5), 5 * ticks)
  assert.deepEqual(shownAt(frames), [0, 3, 1, 2])
  assert.deepEqual(extent, { end: 5 * ticks, lastShownAt: 3 * ticks })
})

test('a short rest before the limit is filled by the last frame, and a long one is not', async () => {
  assert.equal((await place(film('k0', 1), 10 * ticks)).extent?.end, 10 * ticks)
  assert.equal((await place(film('k0', 1), 60 * ticks)).extent?.end, 2 * ticks)
})

test('a film without a key frame shows nothing', async () => {
  assert.deepEqual(await place(film(0, 1, 2)), { frames: [] })
})

test('whatever the order and the limit, decode times rise and no frame is shown beyond the end', async () => {
  const films = fc.array(fc.integer({ min: -40, max: 200 }), { minLength: 1, maxLength: 80 })
  await fc.assert(
    fc.asyncProperty(films, fc.option(fc.integer({ min: 1, max: 100 })), async (order, limit) => {
      const coded = film(...order.map((at, place) => (place % 13 === 0 ? (`k${at}` as const) : at)))
      const { frames, extent } = await place(coded, limit === null ? undefined : limit * ticks)
      for (const [at, frame] of frames.entries()) {
        assert.ok(frame.duration >= 1)
        assert.ok(frame.shownAt < (extent?.end ?? Number.POSITIVE_INFINITY))
        assert.ok(frame.decodedAt > (frames[at - 1]?.decodedAt ?? Number.NEGATIVE_INFINITY))
      }
    }),
  )
})
