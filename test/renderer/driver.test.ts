import assert from 'node:assert/strict'
import { test } from 'node:test'
import { step, wakeAtMs } from '../../renderer/screen/driver.ts'
import { type DriverEvent, type DriverState, type Effect, firstState } from '../../renderer/screen/driver-state.ts'
import type { Programme } from '../../shared/screen/programme.ts'
import type { Position } from '../../shared/screen/rotation.ts'
import { programmeOf, showingOf } from './showings.ts'

/** Drives the machine with a clock of its own, as the shell does: a tick whenever it asks for one. */
class Wall {
  state: DriverState = firstState
  nowMs = 1_000_000
  log: string[] = []
  effects: Effect[] = []

  take(event: DriverEvent): this {
    const result = step(this.state, event, this.nowMs)
    this.state = result.state
    this.effects.push(...result.effects)
    this.log.push(...result.effects.map((effect) => describe(effect)))
    return this
  }

  programme(programme: Programme, more: { mayFinish?: Programme; resume?: Position; cutIn?: string } = {}): this {
    const mayFinish = more.mayFinish?.lanes.flatMap((lane) => lane.showings.map((one) => one.key)) ?? []
    const resume = more.resume ?? null
    return this.take({
      kind: 'programme',
      programme,
      mayFinish,
      resume,
      cutIn: more.cutIn ?? null,
      playerName: 'wall',
      languages: [],
    })
  }

  next(): number {
    assert.ok(this.state.next, 'something should come next')
    return this.state.next.play.id
  }

  ready(joined = false): this {
    return this.take({ kind: 'prepared', play: this.next(), joined })
  }

  /** The next is on the wall: a photo that the clock ends, or a film that the stage ends. */
  present(endIsTimed = true): this {
    const seconds = this.state.next?.play.showing.seconds ?? undefined
    const endsAtMs = seconds === undefined ? undefined : this.nowMs + seconds * 1000
    return this.take({ kind: 'presented', play: this.next(), endsAtMs, endIsTimed })
  }

  failNext(message = 'broken'): this {
    return this.take({ kind: 'failed', play: this.next(), fault: 'failed', message, certain: true })
  }

  on(): number {
    assert.ok(this.state.on, 'something should be on')
    return this.state.on.play.id
  }

  pass(ms: number): this {
    const until = this.nowMs + ms
    for (let at = wakeAtMs(this.state, this.nowMs); at !== undefined && at <= until; ) {
      this.nowMs = Math.max(this.nowMs, at)
      const before = this.state
      this.take({ kind: 'tick' })
      at = wakeAtMs(this.state, this.nowMs)
      assert.ok(this.state !== before || (at ?? 0) > this.nowMs, 'the machine must not ask for a tick again and again')
    }
    this.nowMs = until
    return this
  }

  taken(): string[] {
    const taken = this.log
    this.log = []
    return taken
  }
}

function describe(effect: Effect): string {
  switch (effect.kind) {
    case 'prepare':
      return `prepare ${effect.play.showing.item}${effect.join ? ' to join' : ''}`
    case 'show':
      return effect.fadeMs > 0 ? `fade ${effect.fadeMs}` : 'show'
    case 'tell':
      if (effect.message.kind === 'fault') return effect.message.code
      return effect.message.kind === 'slate' ? `slate: ${effect.message.reason}` : effect.message.kind
    case 'tell-ended':
      return `${effect.play.showing.item} ${effect.outcome}`
    default:
      return effect.kind
  }
}

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
