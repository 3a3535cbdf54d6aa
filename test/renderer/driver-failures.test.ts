import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wakeAtMs } from '../../renderer/screen/driver.ts'
import { Wall } from './driven-wall.ts'
import { programmeOf, showingOf } from './showings.ts'

const [a, b, c] = [showingOf('a'), showingOf('b'), showingOf('c')]
const film = showingOf('film', { mediaType: 'video/mp4', seconds: null })

test('an item that fails is left out, told, and the one after it is made ready', () => {
  const wall = new Wall()
    .programme(programmeOf(a, b, c))
    .ready()
    .present()
  wall.taken()
  wall.failNext()
  assert.deepEqual(wall.taken(), ['discard', 'item-failed', 'prepare c to join'])
})

test('an item that fails comes back after half a minute, then twice as late each time, and never later than an hour', () => {
  const wall = new Wall().programme(programmeOf(b))
  const waits: number[] = []
  for (let failure = 0; failure < 10; failure++) {
    const failedAtMs = wall.nowMs
    wall.failNext()
    assert.equal(wall.state.next, undefined)
    const wakeMs = wakeAtMs(wall.state, wall.nowMs)
    assert.ok(wakeMs !== undefined)
    wall.pass(wakeMs - wall.nowMs)
    assert.ok(wall.state.next, 'it is tried again')
    waits.push((wall.nowMs - failedAtMs) / 1000)
  }
  assert.deepEqual(waits, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600])
})

test('an item that keeps failing is called quarantined, and one with other bytes has a new chance', () => {
  const wall = new Wall().programme(programmeOf(b))
  wall.failNext().pass(30_000).failNext().pass(60_000).failNext()
  const codes = wall.taken().filter((line) => line.startsWith('item'))
  assert.deepEqual(codes, ['item-failed', 'item-failed', 'item-quarantined'])
  wall.programme(programmeOf(showingOf('b', { bytes: 'mended' })))
  assert.deepEqual(wall.taken(), ['prepare b'])
})

test('when every item fails the slate is told once, and the loop goes on when one comes back', () => {
  const wall = new Wall().programme(programmeOf(a, b))
  wall.failNext().failNext()
  assert.deepEqual(wall.taken().slice(-1), ['slate: every-item-failed'])
  wall.pass(29_999)
  assert.deepEqual(wall.taken(), [])
  wall.pass(1).ready().present()
  assert.deepEqual(wall.taken(), ['prepare a', 'show', 'shown', 'prepare b to join'])
})

test('a film that stands still gives way to the next, which is made ready beside it', () => {
  const wall = new Wall().programme(programmeOf(film, a)).ready().present(false).ready(true)
  wall.taken()
  const stall = { kind: 'failed', fault: 'stalled', message: 'still', certain: true } as const
  wall.take({ ...stall, play: wall.on() })
  assert.deepEqual(wall.taken(), ['discard', 'item-stalled', 'prepare a'])
  wall.ready().present()
  assert.deepEqual(wall.taken(), ['show', 'film failed', 'shown', 'prepare a to join'])
})

const place = { shownSeconds: 3, filmSeconds: 3 }

test('a film that stands still is nudged, then opened anew once, and what had joined it is made ready beside it', () => {
  const wall = new Wall().programme(programmeOf(film, a)).ready().present(false).ready(true)
  wall.taken()
  wall.take({ kind: 'stalled', play: wall.on(), rung: 'nudge', place })
  assert.deepEqual(wall.taken(), ['item-nudged'])
  wall.take({ kind: 'stalled', play: wall.on(), rung: 'rebuild', place })
  assert.deepEqual(wall.taken(), ['discard', 'rebuild', 'item-rebuilt', 'prepare a'])
  wall.ready().take({ kind: 'stalled', play: wall.on(), rung: 'rebuild', place })
  assert.deepEqual(wall.taken(), [])
  const failure = { kind: 'failed', fault: 'stalled', message: 'still', certain: true } as const
  wall.take({ ...failure, play: wall.on() })
  assert.deepEqual(wall.taken(), ['item-stalled', 'show'])
})

test('a film that was opened anew ends when the rest of it is over', () => {
  const wall = new Wall().programme(programmeOf(film, a)).ready().present(false).ready(true)
  wall.take({ kind: 'stalled', play: wall.on(), rung: 'rebuild', place }).ready()
  const endsAtMs = wall.nowMs + 7_000
  wall.take({ kind: 'presented', play: wall.on(), endsAtMs, endIsTimed: true })
  wall.taken()
  wall.pass(6_999)
  assert.deepEqual(wall.taken(), [])
  wall.pass(1)
  assert.deepEqual(wall.taken(), ['show'])
})

test('when either of two films may be to blame, neither is left out and the second is tried alone', () => {
  const other = showingOf('other', { mediaType: 'video/mp4', seconds: null })
  const wall = new Wall().programme(programmeOf(film, other)).ready().present(false).ready(true)
  wall.taken()
  wall.take({ kind: 'failed', fault: 'failed', message: 'decode', certain: false, play: wall.on() })
  assert.deepEqual(wall.taken(), ['discard', 'prepare other'])
})

test('a next item that never becomes ready is given up within two seconds of when it was due', () => {
  const wall = new Wall()
    .programme(programmeOf(a, b, c))
    .ready()
    .present()
    .pass(10_000)
  wall.taken()
  wall.pass(1_999)
  assert.deepEqual(wall.taken(), ['discard', 'item-stalled', 'prepare c'])
})

test('a first frame that never comes is given up, and what was on stays until another is ready', () => {
  const wall = new Wall()
    .programme(programmeOf(a, b, c))
    .ready()
    .present()
    .ready()
    .pass(10_000)
  wall.taken()
  wall.pass(1_999)
  assert.deepEqual(wall.taken(), ['discard', 'item-stalled', 'prepare c'])
  assert.equal(wall.state.on?.play.showing.item, 'a')
})

const live = showingOf('live', { mediaType: 'application/vnd.apple.mpegurl', stream: 'live' })

test('a live stream that is still being joined in its turn is passed over without blame, and tried in its next turn', () => {
  const wall = new Wall()
    .programme(programmeOf(a, live, b))
    .ready()
    .present()
    .pass(10_000)
  wall.taken()
  wall.pass(499)
  assert.deepEqual(wall.taken(), [])
  wall.pass(1).ready().present()
  assert.deepEqual(wall.taken(), ['discard', 'prepare b', 'show', 'a complete', 'shown', 'prepare a to join'])
  wall.ready().pass(10_000).present()
  assert.deepEqual(wall.taken().slice(-1), ['prepare live to join'])
})

test('a live stream that fails is left out for half a minute, then twice as long each time up to five minutes', () => {
  const stall = { kind: 'failed', fault: 'stalled', message: 'still', certain: true } as const
  const wall = new Wall().programme(programmeOf(live))
  const waits: number[] = []
  for (let failure = 0; failure < 6; failure++) {
    const failedAtMs = wall.nowMs
    wall.take({ ...stall, play: wall.next() })
    const wakeMs = wakeAtMs(wall.state, wall.nowMs)
    assert.ok(wakeMs !== undefined)
    wall.pass(wakeMs - wall.nowMs)
    waits.push((wall.nowMs - failedAtMs) / 1000)
  }
  assert.deepEqual(waits, [30, 60, 120, 240, 300, 300])
})

test('a live stream that fails on the wall gives way to the next, which is ready', () => {
  const wall = new Wall().programme(programmeOf(live, a)).ready().present().ready()
  wall.taken()
  wall.take({ kind: 'failed', fault: 'failed', message: 'the stream has ended', certain: true, play: wall.on() })
  assert.deepEqual(wall.taken(), ['item-failed', 'show'])
})
