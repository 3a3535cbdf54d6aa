import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { livenessAt, nextChangeAfter, type Schedule } from '../../shared/schedule/live.ts'

const at = (text: string): number => Date.parse(text)
const schedule = (value: Schedule): Schedule => value

type Case = [title: string, schedule: Schedule, zone: string, instant: string, expected: string]
const weekdays = { days: [1, 2, 3, 4, 5], from: '07:00', until: '22:30' }
const night = { days: [5], from: '22:00', until: '02:00' }
const cases: Case[] = [
  ['without a schedule it is always live', {}, 'UTC', '2026-11-22T10:00:00Z', 'live'],
  [
    'the first day of a window begins at local midnight',
    { window: { from: '2026-11-22' } },
    'Asia/Shanghai',
    '2026-11-21T16:00:00Z',
    'live',
  ],
  [
    'a second before it the window has not begun',
    { window: { from: '2026-11-22' } },
    'Asia/Shanghai',
    '2026-11-21T15:59:59Z',
    'early',
  ],
  [
    'the last day of a window is included',
    { window: { until: '2026-11-22' } },
    'Asia/Shanghai',
    '2026-11-22T15:59:59Z',
    'live',
  ],
  [
    'after its last day a window is over',
    { window: { until: '2026-11-22' } },
    'Asia/Shanghai',
    '2026-11-22T16:00:00Z',
    'over',
  ],
  ['a daypart includes its first minute', { dayparts: [weekdays] }, 'UTC', '2026-11-23T07:00:00Z', 'live'],
  ['a daypart excludes its last minute', { dayparts: [weekdays] }, 'UTC', '2026-11-23T22:30:00Z', 'off-hours'],
  ['a daypart is off on other days', { dayparts: [weekdays] }, 'UTC', '2026-11-22T12:00:00Z', 'off-hours'],
  ['a part that crosses midnight is on before it', { dayparts: [night] }, 'UTC', '2026-11-27T23:00:00Z', 'live'],
  [
    'a part that crosses midnight is on after it, by the day it began on',
    { dayparts: [night] },
    'UTC',
    '2026-11-28T01:59:00Z',
    'live',
  ],
  ['a part that crosses midnight ends at its time', { dayparts: [night] }, 'UTC', '2026-11-28T02:00:00Z', 'off-hours'],
  [
    'a crossing part does not begin on the day after',
    { dayparts: [night] },
    'UTC',
    '2026-11-28T23:00:00Z',
    'off-hours',
  ],
  [
    'a crossing part of the last day runs past the window',
    { window: { until: '2026-11-27' }, dayparts: [night] },
    'UTC',
    '2026-11-28T01:00:00Z',
    'live',
  ],
  [
    'a crossing part of the day before the window does not reach into it',
    { window: { from: '2026-11-28' }, dayparts: [night] },
    'UTC',
    '2026-11-28T01:00:00Z',
    'off-hours',
  ],
  [
    '24:00 is the end of the day',
    { dayparts: [{ from: '20:00', until: '24:00' }] },
    'UTC',
    '2026-11-22T23:59:59Z',
    'live',
  ],
  [
    'dayparts are or-ed',
    { dayparts: [weekdays, { days: [0], from: '10:00', until: '12:00' }] },
    'UTC',
    '2026-11-22T11:00:00Z',
    'live',
  ],
  [
    'an hour that is skipped in spring does not move the others',
    { dayparts: [{ from: '03:00', until: '04:00' }] },
    'Europe/Berlin',
    '2026-03-29T01:00:00Z',
    'live',
  ],
  [
    'an hour that comes twice in autumn is on twice',
    { dayparts: [{ from: '02:00', until: '03:00' }] },
    'Europe/Berlin',
    '2026-10-25T01:30:00Z',
    'live',
  ],
  [
    'odd offsets are followed',
    { dayparts: [{ from: '05:45', until: '06:00' }] },
    'Asia/Kathmandu',
    '2026-11-22T00:00:00Z',
    'live',
  ],
]
for (const [title, value, zone, instant, expected] of cases) {
  test(title, () => assert.equal(livenessAt(value, at(instant), zone), expected))
}

test('the next change is the end of the daypart that is on', () => {
  assert.equal(nextChangeAfter({ dayparts: [weekdays] }, at('2026-11-23T10:00:00Z'), 'UTC'), at('2026-11-23T22:30:00Z'))
})

test('the next change of a window far ahead is its first midnight', () => {
  const value = schedule({ window: { from: '2027-05-01' } })
  assert.equal(nextChangeAfter(value, at('2026-11-22T10:00:00Z'), 'Asia/Shanghai'), at('2027-04-30T16:00:00Z'))
})

test('what never changes has no next change', () => {
  assert.equal(nextChangeAfter({}, at('2026-11-22T10:00:00Z'), 'UTC'), null)
  assert.equal(nextChangeAfter({ window: { until: '2020-01-01' } }, at('2026-11-22T10:00:00Z'), 'UTC'), null)
})

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
const part = fc
  .record({ days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }), from: time, until: time })
  .filter(({ from, until }) => from !== until)
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Shanghai',
  'Asia/Kathmandu',
  'America/St_Johns',
]

test('nothing differs before the next change, and something does at it', () => {
  const instant = fc.integer({ min: at('2026-03-20T00:00:00Z'), max: at('2026-11-10T00:00:00Z') })
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 3 }),
      instant,
      fc.constantFrom(...zones),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (dayparts, now, zone, where) => {
        const before = livenessAt({ dayparts }, now, zone)
        const change = nextChangeAfter({ dayparts }, now, zone)
        if (change === null) return
        assert.notEqual(livenessAt({ dayparts }, change, zone), before)
        assert.equal(livenessAt({ dayparts }, change - 1, zone), before)
        assert.equal(livenessAt({ dayparts }, Math.floor(now + (change - 1 - now) * where), zone), before)
      },
    ),
    { numRuns: 300 },
  )
})
