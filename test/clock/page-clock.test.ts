import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPageClock } from '../../main/app/page-clock.ts'
import type { Clock } from '../../main/app/ports.ts'
import type { Told } from '../../shared/clock/trusted-time.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'

const november = Date.parse('2026-11-22T02:00:00Z')

/** A page whose clock stands in 1970 beside a player that knows the time. */
function setUp(told: Partial<Told> = {}, inStep = true) {
  let nowMs = 5_000
  const clock: Clock = { now: () => 0, monotonicMs: () => nowMs, after: () => () => {} }
  const sent: ToScreen[] = []
  const time = {
    told: (): Told => ({ wallMs: november + nowMs, trust: 'trusted', source: 'fleet', ageSeconds: 0, ...told }),
  }
  const page = createPageClock(
    clock,
    time,
    () => inStep,
    (message) => void sent.push(message),
  )
  /** A beat that was sent at this time of the page, and took so long. */
  const beat = (tookMs: number) => {
    const at = nowMs - 1_000
    nowMs += tookMs
    page.heard({ kind: 'beat', at, presentedFrames: 0, on: null })
  }
  return { page, sent, beat, now: () => nowMs }
}

test('the beat that came quickest says how far the clocks are apart', () => {
  const { sent, beat } = setUp()
  for (const tookMs of [30, 2, 80]) beat(tookMs)
  assert.deepEqual(sent.at(-1), { kind: 'clock', aheadMs: november + 1_000 + 2 })
})

test('a page that has just begun is asked some times in a row, and then once with each beat', () => {
  const { page, sent, beat, now } = setUp()
  page.heard({ kind: 'hello', at: now() })
  for (let answers = 0; answers < 30; answers++) page.heard({ kind: 'clock-read', at: now() })
  assert.equal(sent.length, 10)
  beat(0)
  assert.equal(sent.length, 11)
})

test('a wall that keeps in step with nobody hears of no clock, and one whose time is unknown hears that', () => {
  const alone = setUp({}, false)
  alone.beat(1)
  assert.deepEqual(alone.sent, [])
  const lost = setUp({ trust: 'unknown' })
  lost.beat(1)
  assert.deepEqual(lost.sent, [{ kind: 'clock', aheadMs: null }])
})

test('what was shown is written down by the trusted time, in step or not, however little the page’s own clock is off', () => {
  const shifted = (inStep: boolean) => {
    const { page, beat, now } = setUp({ wallMs: 5_400 }, inStep) // the page stands at 5,000
    page.heard({ kind: 'hello', at: now() })
    beat(0)
    return page.dated(5_000) - 5_000
  }
  assert.equal(shifted(true), 400)
  assert.equal(shifted(false), 400)
})

test('what a page of 1970 tells is written down with the trusted time', () => {
  const { page, beat, now } = setUp()
  beat(0)
  assert.equal(page.dated(now() - 1_000), november + now())
})

test('a page that has the system’s time has it to the millisecond, however long its first messages took', () => {
  const late = 80
  const clock: Clock = { now: () => november + 500, monotonicMs: () => 500, after: () => () => {} }
  const told = (): Told => ({ wallMs: november + 900, trust: 'trusted', source: 'fleet', ageSeconds: 0 })
  const page = createPageClock(
    clock,
    { told },
    () => false,
    () => {},
  )
  page.heard({ kind: 'hello', at: november + 500 - late })
  assert.equal(page.dated(november + 450), november + 850) // the fleet is 400 ms ahead of the system
  assert.equal(page.monotonicOf(november + 450), 450)
})
