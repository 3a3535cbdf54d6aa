import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Hours, site } from '../../shared/documents/site.ts'
import { isOpenAt, nextHoursChange } from '../../shared/schedule/hours.ts'

const hoursOf = (hours: unknown): Hours => {
  const parsed = site.parse({
    ...{ kind: 'site', id: 'wall', revision: 1, issuedAt: '2026-01-01T00:00:00Z', target: 'players/wall' },
    hours,
  })
  assert.ok(parsed.hours)
  return parsed.hours
}
const shanghai = (local: string): number => Date.parse(`${local}+08:00`)
const week = hoursOf({
  weekly: [
    { days: [1, 2, 3, 4, 5], from: '07:00', until: '22:30' },
    { days: [6, 0], from: '09:00', until: '01:00' },
  ],
  exceptions: [
    { date: '2026-10-01', open: [{ from: '06:00', until: '02:00' }] },
    { date: '2026-12-13', open: [] },
    {
      date: '2026-06-07',
      open: [
        { from: '12:00', until: '13:00' },
        { from: '18:00', until: '24:00' },
      ],
    },
  ],
})

const cases: readonly (readonly [string, string, boolean])[] = [
  ['a minute before it opens on a Monday the wall is off', '2026-11-23T06:59:59', false],
  ['it opens with the first minute', '2026-11-23T07:00:00', true],
  ['it is on to the end of its last minute', '2026-11-23T22:29:59', true],
  ['it goes off at its closing time', '2026-11-23T22:30:00', false],
  ['a Saturday night belongs to Saturday', '2026-11-22T00:59:59', true],
  ['and ends at one', '2026-11-22T01:00:00', false],
  ['the night after Friday is closed', '2026-11-28T00:30:00', false],
  ['a Sunday night reaches into Monday', '2026-11-23T00:30:00', true],
  ['a holiday opens at its own time', '2026-10-01T06:00:00', true],
  ['a holiday stays on past midnight', '2026-10-02T01:59:00', true],
  ['and the day after it is as every week', '2026-10-02T02:00:00', false],
  ['a day of mourning is off at noon', '2026-12-13T12:00:00', false],
  ['the Saturday night before a closed Sunday runs to its end', '2026-12-13T00:30:00', true],
  ['the closed Sunday does not reach into Monday', '2026-12-14T00:30:00', false],
  ['a day in two parts is on in the first', '2026-06-07T12:30:00', true],
  ['off between them', '2026-06-07T15:00:00', false],
  ['on in the second', '2026-06-07T23:59:59', true],
  ['and 24:00 is its end', '2026-06-08T00:00:00', false],
]
for (const [sentence, local, open] of cases) {
  test(`opening hours: ${sentence}`, () => assert.equal(isOpenAt(week, shanghai(local), 'Asia/Shanghai'), open))
}

test('opening hours: an exception that is there twice is refused with its place', () => {
  const twice = [
    { date: '2026-10-01', open: [] },
    { date: '2026-10-01', open: [] },
  ]
  assert.throws(() => hoursOf({ weekly: [], exceptions: twice }), /2026-10-01 is there twice/)
})

test('opening hours: a wall without any opens never, and one that is always open never closes', () => {
  assert.equal(nextHoursChange(hoursOf({ weekly: [] }), shanghai('2026-11-22T12:00:00'), 'Asia/Shanghai'), null)
  assert.equal(nextHoursChange(hoursOf({ weekly: [{}] }), shanghai('2026-11-22T12:00:00'), 'Asia/Shanghai'), null)
})

test('opening hours: a wall that is closed for the winter knows when spring begins', () => {
  const hours = hoursOf({ weekly: [], exceptions: [{ date: '2027-04-01', open: [{ from: '08:00' }] }] })
  assert.equal(
    nextHoursChange(hours, shanghai('2026-11-22T12:00:00'), 'Asia/Shanghai'),
    shanghai('2027-04-01T08:00:00'),
  )
})

/** Read from Intl, minute by minute: nothing of the decision's own arithmetic. */
function walked(hours: Hours, fromMs: number, minutes: number, timeZone: string): number | null {
  const before = isOpenAt(hours, fromMs, timeZone)
  for (let ms = fromMs - (fromMs % 60_000) + 60_000; ms <= fromMs + minutes * 60_000; ms += 60_000) {
    if (isOpenAt(hours, ms, timeZone) !== before) return ms
  }
  return null
}

const time = fc.integer({ min: 0, max: 95 }).map((quarter) => {
  const pad = (n: number) => String(n).padStart(2, '0')
  return `${pad(Math.floor(quarter / 4))}:${pad((quarter % 4) * 15)}`
})
const part = fc.record({ from: time, until: time }).filter(({ from, until }) => from !== until)
const anyHours = fc
  .record({
    weekly: fc.array(
      fc.tuple(part, fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 })).map(([one, days]) => ({
        ...one,
        days,
      })),
      { maxLength: 3 },
    ),
    exceptions: fc.uniqueArray(
      fc.record({ day: fc.integer({ min: 26, max: 31 }), open: fc.array(part, { maxLength: 2 }) }),
      { maxLength: 3, selector: ({ day }) => day },
    ),
  })
  .map(({ weekly, exceptions }) => ({
    weekly,
    exceptions: exceptions.map(({ day, open }) => ({ date: `2026-10-${day}`, open })),
  }))
/** Each of these changes its clocks, or has an offset that is no whole hour, in the last days of October 2026 or never. */
const zones = ['Europe/Berlin', 'Asia/Shanghai', 'Asia/Kathmandu', 'Atlantic/Azores', 'America/Havana', 'Africa/Cairo']

test('opening hours: nothing differs before the next change, and something does at it', () => {
  fc.assert(
    fc.property(
      anyHours,
      fc.integer({ min: 0, max: 3 * 24 * 60 }),
      fc.constantFrom(...zones),
      (given, minute, timeZone) => {
        const hours = hoursOf(given)
        const atMs = Date.parse('2026-10-23T12:00:00Z') + minute * 60_000
        const next = nextHoursChange(hours, atMs, timeZone)
        const seen = walked(hours, atMs, 2 * 24 * 60, timeZone)
        if (seen === null) assert.ok(next === null || next > atMs + 2 * 24 * 60 * 60_000)
        else assert.equal(next, seen)
      },
    ),
    { numRuns: 60 },
  )
})
