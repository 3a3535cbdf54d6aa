import assert from 'node:assert/strict'
import { test } from 'node:test'
import { step, wakeAtMs } from '../../renderer/screen/driver.ts'
import { type DriverEvent, type DriverState, type Effect, firstState } from '../../renderer/screen/driver-state.ts'
import { rateFor } from '../../renderer/screen/media/synced-film.ts'
import { slotAt, syncLoopOf } from '../../shared/clock/sync-loop.ts'
import type { Programme } from '../../shared/screen/programme.ts'
import { programmeOf, showingOf } from '../renderer/showings.ts'

const aheadMs = 5_000_000

/** The machine with a clock of its own; everything is ready 100 ms after it was asked for, and on a frame after that. */
class Wall {
  state: DriverState = firstState
  nowMs = 1_000_000
  readonly shown: { item: string; fleetMs: number }[] = []
  readonly slates: string[] = []
  private due: { atMs: number; event: DriverEvent }[] = []

  take(event: DriverEvent): this {
    const result = step(this.state, event, this.nowMs)
    this.state = result.state
    for (const effect of result.effects) this.perform(effect)
    return this
  }

  programme(programme: Programme): this {
    const more = { mayFinish: [], resume: null, cutIn: null, playerName: '', languages: [] }
    return this.take({ kind: 'programme', programme, ...more })
  }

  /** Lets time pass, event by event. */
  go(ms: number): this {
    const untilMs = this.nowMs + ms
    for (;;) {
      const wakeMs = wakeAtMs(this.state, this.nowMs) ?? Number.POSITIVE_INFINITY
      const next = this.due.toSorted((a, b) => a.atMs - b.atMs)[0]
      const atMs = Math.min(Math.max(wakeMs, this.nowMs), next?.atMs ?? Number.POSITIVE_INFINITY)
      if (atMs > untilMs) break
      this.nowMs = atMs
      if (next && next.atMs <= atMs) {
        this.due = this.due.filter((one) => one !== next)
        this.take(next.event)
      } else this.take({ kind: 'tick' })
    }
    this.nowMs = untilMs
    return this
  }

  private perform(effect: Effect): void {
    const later = (ms: number, event: DriverEvent) => this.due.push({ atMs: this.nowMs + ms, event })
    if (effect.kind === 'prepare') later(100, { kind: 'prepared', play: effect.play.id, joined: effect.join })
    if (effect.kind === 'tell' && effect.message.kind === 'slate') this.slates.push(effect.message.reason)
    if (effect.kind !== 'show') return
    const { next } = this.state
    const showMs = Math.max(this.nowMs, (next?.play.slot?.showAtMs ?? 0) - (this.state.fleetAheadMs ?? aheadMs))
    this.shown.push({ item: next?.play.showing.item ?? '', fleetMs: showMs + aheadMs })
    later(showMs - this.nowMs, {
      kind: 'presented',
      play: effect.play,
      endsAtMs: this.nowMs + 60_000,
      endIsTimed: false,
    })
  }
}

function synced(programme: Programme, whole = programme): Programme {
  const loop = syncLoopOf(whole.lanes, () => undefined)
  assert.ok(loop)
  return { ...programme, synced: loop }
}

const three = programmeOf(...['a', 'b', 'c'].map((item) => showingOf(item, { seconds: 4 })))
const loopMs = 12_000

test('a wall joins in the middle of what is on, and every cut is on the fleet’s clock', () => {
  const wall = new Wall().take({ kind: 'clock', aheadMs }).programme(synced(three)).go(30_000)
  assert.ok(wall.shown.length > 6)
  for (const { fleetMs } of wall.shown.slice(1)) assert.equal(fleetMs % 4000, 0)
})

test('two walls that began at different times show the same item', () => {
  const one = new Wall().take({ kind: 'clock', aheadMs }).programme(synced(three)).go(60_000)
  const other = new Wall()
  other.nowMs += 17_300
  other.take({ kind: 'clock', aheadMs }).programme(synced(three)).go(42_700)
  assert.equal(one.nowMs, other.nowMs)
  assert.equal(one.state.on?.play.showing.item, other.state.on?.play.showing.item)
  assert.deepEqual(one.shown.slice(-5), other.shown.slice(-5))
})

test('without a clock the loop runs freely, and falls into step when there is one', () => {
  const wall = new Wall().programme(synced(three)).go(5_000)
  assert.equal(wall.shown.length, 1)
  assert.equal(wall.state.on?.play.slot, undefined)
  wall.take({ kind: 'clock', aheadMs }).go(90_000)
  assert.ok(wall.state.on?.play.slot)
  const last = wall.shown.at(-1)
  assert.equal((last?.fleetMs ?? 1) % 4000, 0)
})

test('an item that is not here is waited through with the picture before it, never with the slate', () => {
  const without = programmeOf(...['a', 'c'].map((item) => showingOf(item, { seconds: 4 })))
  const wall = new Wall().take({ kind: 'clock', aheadMs }).programme(synced(without, three)).go(60_000)
  assert.deepEqual(wall.slates, [])
  const begun = wall.shown.slice(1)
  const loop = syncLoopOf(three.lanes, () => undefined)
  assert.ok(loop && begun.length > 4)
  for (const { item, fleetMs } of begun) {
    assert.equal(slotAt(loop, fleetMs).key, three.lanes[0]?.showings.find((one) => one.item === item)?.key)
  }
  assert.ok(begun.every(({ item }) => item !== 'b'))
})

test('a film that is over before its time keeps its last picture until the others cut', () => {
  const wall = new Wall().take({ kind: 'clock', aheadMs }).programme(synced(three)).go(9_000)
  const { on } = wall.state
  assert.ok(on?.endsAtMs)
  wall.take({ kind: 'over', play: on.play.id })
  assert.equal(wall.state.on?.wantsNextSinceMs, undefined)
})

test('what may no longer be shown leaves at once, in step or not', () => {
  const wall = new Wall().take({ kind: 'clock', aheadMs }).programme(synced(three)).go(loopMs)
  const on = wall.state.on?.play.showing.item
  const rest = programmeOf(
    ...['a', 'b', 'c'].filter((item) => item !== on).map((item) => showingOf(item, { seconds: 4 })),
  )
  wall.programme(synced(rest)).go(900)
  assert.notEqual(wall.state.on?.play.showing.item, on)
})

test('an alert is on the wall of a group as soon as it is ready, and does not wait for a place in time', () => {
  const wall = new Wall()
    .take({ kind: 'clock', aheadMs })
    .programme(synced(three))
    .go(loopMs + 1_100)
  const alert = synced(programmeOf(showingOf('alert', { seconds: 8 })))
  const [lane] = alert.lanes
  assert.ok(lane)
  const more = { mayFinish: [], resume: null, cutIn: lane.key, playerName: '', languages: [] }
  const cutInMs = wall.nowMs + aheadMs
  wall.take({ kind: 'programme', programme: alert, ...more }).go(1_000)
  const shown = wall.shown.at(-1)
  assert.equal(shown?.item, 'alert')
  assert.ok(shown.fleetMs - cutInMs <= 200, `${shown.fleetMs - cutInMs} ms`)
})

test('a clock that jumps is followed at the next cut', () => {
  const wall = new Wall().take({ kind: 'clock', aheadMs }).programme(synced(three)).go(loopMs)
  wall.take({ kind: 'clock', aheadMs: aheadMs + 1_500 }).go(20_000)
  assert.equal(((wall.shown.at(-1)?.fleetMs ?? 0) + 1_500) % 4000, 0)
})

test('films are led by no more than one per cent, and left alone when they are right', () => {
  assert.equal(rateFor(0.5), 1)
  assert.equal(rateFor(5_000), 1.01)
  assert.equal(rateFor(-5_000), 0.99)
  assert.ok(rateFor(6) > 1 && rateFor(6) < 1.01)
})
