import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DriverEvent } from '../../renderer/screen/driver-state.ts'
import { Wall } from './driven-wall.ts'
import { programmeOf, showingOf } from './showings.ts'

const [a, b, c, d] = [showingOf('a'), showingOf('b'), showingOf('c'), showingOf('d')]
const film = showingOf('film', { mediaType: 'video/mp4', seconds: null })

test('a photo is made ready, shown, and followed by the next when its time is over', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present()
  assert.deepEqual(wall.taken(), ['prepare a', 'show', 'shown', 'prepare b to join'])
  wall.ready().pass(9_999)
  assert.deepEqual(wall.taken(), [])
  wall.pass(1)
  assert.deepEqual(wall.taken(), ['show'])
  wall.present()
  assert.deepEqual(wall.taken(), ['a complete', 'shown', 'prepare a to join'])
})

test('what is on is held while the next is not ready', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present().pass(11_000)
  wall.taken()
  wall.ready()
  assert.deepEqual(wall.taken(), ['show'])
})

test('a film that has joined the timeline comes on by itself', () => {
  const wall = new Wall().programme(programmeOf(film, a)).ready().present(false).ready(true)
  wall.taken()
  wall.pass(60_000)
  assert.deepEqual(wall.taken(), [])
  wall.present(false)
  assert.deepEqual(wall.taken(), ['film complete', 'shown', 'prepare film to join'])
})

test('shown says where the loop stood before it and what comes next', () => {
  const wall = new Wall()
    .programme(programmeOf(a, b, c))
    .ready()
    .present()
    .ready()
    .pass(10_000)
    .present()
  const shown = wall.effects.flatMap((effect) =>
    effect.kind === 'tell' && effect.message.kind === 'shown' ? [effect.message] : [],
  )
  assert.deepEqual(
    shown.map((message) => [message.key, message.position.next['players/wall'], message.next]),
    [
      [a.key, undefined, b.key],
      [b.key, 'b', c.key],
    ],
  )
})

test('a page that has shown nothing begins where it is told to, and a page that has does not', () => {
  const wall = new Wall().programme(programmeOf(a, b, c), { resume: { next: { 'players/wall': 'c' }, turns: {} } })
  assert.deepEqual(wall.taken(), ['prepare c'])
  wall.ready().present()
  wall.taken()
  wall.programme(programmeOf(a, b, c), { resume: { next: { 'players/wall': 'b' }, turns: {} } })
  assert.deepEqual(wall.taken(), [])
})

test('an edit that keeps what is on and next touches nothing', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present().ready()
  wall.taken()
  wall.programme(programmeOf(a, b, c))
  assert.deepEqual(wall.taken(), [])
})

test('an edit that puts another item next throws away what was ready', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present().ready()
  wall.taken()
  wall.programme(programmeOf(a, showingOf('b', { bytes: 'other' })))
  assert.deepEqual(wall.taken(), ['discard', 'prepare b to join'])
})

test('what an edit takes away leaves as soon as the next is ready', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present()
  wall.taken()
  wall.programme(programmeOf(c, d))
  assert.deepEqual(wall.taken(), ['discard', 'prepare c'])
  wall.pass(200).ready()
  assert.deepEqual(wall.taken(), ['show'])
  wall.present()
  assert.deepEqual(wall.taken(), ['a interrupted', 'shown', 'prepare d to join'])
})

test('what an edit takes away is gone within a second though nothing else becomes ready', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present()
  wall.programme(programmeOf(c)).pass(999)
  assert.deepEqual(wall.taken().slice(-3), ['clear', 'a interrupted', 'slate: next-item-late'])
})

test('what an edit takes away stays to its end if it may finish', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present()
  wall.taken()
  wall
    .programme(programmeOf(c), { mayFinish: programmeOf(a) })
    .ready()
    .pass(9_999)
  assert.deepEqual(wall.taken(), ['discard', 'prepare c to join'])
  wall.pass(1)
  assert.deepEqual(wall.taken(), ['show'])
})

test('a lane that cuts in comes with its first item as soon as it is ready, though what is on is still in the loop', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present()
  wall.taken()
  const both = programmeOf(a, b)
  const urgent = { key: 'urgent', weight: 1, showings: [c] }
  wall.programme({ ...both, lanes: [...both.lanes, urgent] }, { cutIn: 'urgent' }).ready()
  assert.deepEqual(wall.taken(), ['discard', 'prepare c', 'show'])
})

test('an edit to nothing shows the slate at once, and an edit back shows the loop again', () => {
  const wall = new Wall().programme(programmeOf(a)).ready().present()
  wall.taken()
  wall.programme(programmeOf())
  assert.deepEqual(wall.taken(), ['discard', 'clear', 'a interrupted', 'slate: nothing-scheduled'])
  wall.programme(programmeOf(a))
  assert.deepEqual(wall.taken(), ['prepare a'])
})

test('an edit while a fade still shows what it takes away ends the fade', () => {
  const fading = showingOf('b', { transition: { kind: 'fade', ms: 2_000 } })
  const wall = new Wall().programme(programmeOf(a, fading)).ready().present().ready().pass(10_000).present()
  wall.taken()
  wall.programme(programmeOf(fading, c))
  assert.equal(wall.taken()[0], 'finish-fade')
})

test('a fade is begun so early that it is complete at the end, and takes no more than half of the item', () => {
  const slow = showingOf('slow', { transition: { kind: 'fade', ms: 4_000 } })
  const short = showingOf('short', { seconds: 2 })
  const wall = new Wall().programme(programmeOf(a, slow)).ready().present().ready()
  wall.taken()
  wall.pass(5_999)
  assert.deepEqual(wall.taken(), [])
  wall.pass(1)
  assert.deepEqual(wall.taken(), ['fade 4000'])
  const other = new Wall().programme(programmeOf(short, slow)).ready().present().ready().pass(1_000)
  assert.equal(other.taken().at(-1), 'fade 1000')
})

test('skip ends what is on and takes the next, beside the timeline if it had joined it', () => {
  const wall = new Wall().programme(programmeOf(film, a)).ready().present(false).ready(true)
  wall.taken()
  wall.take({ kind: 'skip' })
  assert.deepEqual(wall.taken(), ['discard', 'prepare a'])
  wall.ready().present()
  assert.deepEqual(wall.taken(), ['show', 'film interrupted', 'shown', 'prepare film to join'])
})

test('what is reported of a play that is neither on nor next is of no consequence', () => {
  const wall = new Wall().programme(programmeOf(a, b)).ready().present()
  wall.taken()
  for (const kind of ['over', 'presented', 'prepared', 'failed'] as const) {
    const play = 99
    const more = { endsAtMs: undefined, endIsTimed: true, joined: false, fault: 'failed', message: '', certain: true }
    wall.take({ ...more, kind, play } as DriverEvent)
  }
  assert.deepEqual(wall.taken(), [])
})
