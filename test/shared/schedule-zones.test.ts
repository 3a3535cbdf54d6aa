import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Daypart } from '../../shared/documents/fields.ts'
import { localDayAt } from '../../shared/schedule/day.ts'
import { livenessAt, nextChangeAfter, type Schedule } from '../../shared/schedule/live.ts'

/** Thirty zones, with every kind of clock change there is, and years in which they had them. */
const zones: readonly (readonly [zone: string, years: readonly number[]])[] = [
  ['Europe/Berlin', [2026, 2027]],
  ['Europe/London', [2026]],
  ['Europe/Lisbon', [2026]],
  ['Europe/Istanbul', [2016]],
  ['Europe/Moscow', [2011, 2014]],
  ['Europe/Kyiv', [2026]],
  ['Atlantic/Azores', [2026]],
  ['America/New_York', [2026, 2007]],
  ['America/Los_Angeles', [2026]],
  ['America/St_Johns', [2026, 2011]],
  ['America/Havana', [2026]],
  ['America/Santiago', [2026]],
  ['America/Sao_Paulo', [2018, 2019]],
  ['America/Caracas', [2016]],
  ['America/Nuuk', [2023, 2026]],
  ['America/Mexico_City', [2022]],
  ['Africa/Casablanca', [2024, 2026, 2027]],
  ['Africa/Cairo', [2014, 2026]],
  ['Africa/Lagos', [2026]],
  ['Antarctica/Troll', [2026]],
  ['Asia/Beirut', [2026]],
  ['Asia/Jerusalem', [2026]],
  ['Asia/Kathmandu', [1986, 2026]],
  ['Asia/Pyongyang', [2015, 2018]],
  ['Asia/Shanghai', [1991, 2026]],
  ['Asia/Tehran', [2022]],
  ['Australia/Lord_Howe', [2026]],
  ['Australia/Sydney', [2026]],
  ['Pacific/Apia', [2011]],
  ['Pacific/Chatham', [2026]],
]
const minuteMs = 60_000
const hourMs = 60 * minuteMs

type Wall = { readonly date: string; readonly weekday: number; readonly minutes: number; readonly text: string }

/** What a wall clock shows, asked of Intl each time: the oracle shares no arithmetic with what it judges. */
function wallIn(zone: string): (ms: number) => Wall {
  const clock = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  })
  return (ms) => {
    const [date = '', time = ''] = clock.format(ms).split(', ')
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
    return { date, weekday, minutes: Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)), text: `${date} ${time}` }
  }
}

/** The contract read literally: every day on which a part could have begun that is still on. */
function judged({ window, dayparts = [] }: Schedule, wall: Wall): string {
  const campaign = (date: string) =>
    window?.from && date < window.from ? 'early' : window?.until && date > window.until ? 'over' : 'live'
  if (dayparts.length === 0) return campaign(wall.date)
  const before = new Date(Date.parse(`${wall.date}T00:00:00Z`) - 24 * hourMs).toISOString().slice(0, 10)
  const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  const isOn = (part: Daypart, date: string, weekday: number, minutes: number) => {
    const from = minutesOf(part.from)
    const until = minutesOf(part.until) + (minutesOf(part.until) < from ? 1440 : 0)
    const runs = part.days === undefined || part.days.includes(weekday)
    return runs && minutes >= from && minutes < until && campaign(date) === 'live'
  }
  const on = dayparts.some(
    (part) =>
      isOn(part, wall.date, wall.weekday, wall.minutes) ||
      isOn(part, before, (wall.weekday + 6) % 7, wall.minutes + 1440),
  )
  if (on) return 'live'
  return campaign(wall.date) === 'live' ? 'off-hours' : campaign(wall.date)
}

/** Where the clock does not run on evenly, found by asking it every hour of a year. */
function changesIn(zone: string, year: number): number[] {
  const wall = wallIn(zone)
  const localOf = (ms: number) => Date.parse(`${wall(ms).text.replace(' ', 'T')}:00Z`) - ms
  const hours = Array.from({ length: 366 * 24 }, (_, hour) => Date.UTC(year, 0, 1) + hour * hourMs)
  return hours.filter((ms) => localOf(ms) !== localOf(ms - hourMs))
}

const time = fc
  .oneof(
    fc.integer({ min: 0, max: 16 }).map((quarter) => quarter * 15),
    fc.integer({ min: 0, max: 1439 }),
  )
  .map((minutes) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`)
const part = fc
  .record(
    {
      days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
      from: time,
      until: fc.oneof(time, fc.constant('24:00')),
    },
    { requiredKeys: ['from', 'until'] },
  )
  .filter(({ from, until }) => from !== until)
const isoDate = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const scheduleAround = (ms: number) =>
  fc.record({
    window: fc.option(
      fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 3 })).map(([day, length]) => ({
        from: isoDate(ms + day * 24 * hourMs),
        until: isoDate(ms + (day + length) * 24 * hourMs),
      })),
      { nil: undefined },
    ),
    dayparts: fc.array(part, { maxLength: 3 }),
  })

for (const [zone, years] of zones) {
  test(`around every clock change of ${zone} in ${years.join(', ')} a schedule says minute by minute what the wall clock shows`, () => {
    const wall = wallIn(zone)
    const changes = years.flatMap((year) => changesIn(zone, year))
    const places = changes.length > 0 ? changes : [Date.UTC(years[0] ?? 2026, 5, 15)]
    for (const change of places) {
      const fromMs = change - 5 * hourMs
      const minutes = Array.from({ length: 9 * 60 }, (_, index) => fromMs + index * minuteMs)
      const walls = minutes.map(wall)
      fc.assert(
        fc.property(scheduleAround(change), (schedule) => {
          const expected = walls.map((one) => judged(schedule, one))
          minutes.forEach((ms, index) => {
            assert.equal(livenessAt(schedule, ms, zone), expected[index], `${zone}, ${walls[index]?.text}`)
          })
          const differs = expected.findIndex((one) => one !== expected[0])
          const next = nextChangeAfter(schedule, fromMs, zone)
          if (differs >= 0) assert.equal(next, minutes[differs], `${zone} after ${walls[0]?.text}`)
          else assert.ok(next === null || next > (minutes.at(-1) ?? 0), `${zone}: nothing changes so soon`)
        }),
        { numRuns: 12 },
      )
    }
  })
}

test('the next change is exact to the millisecond, in any of these zones and years, and so far ahead as it may be', () => {
  const place = fc.constantFrom(...zones).chain(([zone, years]) =>
    fc.record({
      zone: fc.constant(zone),
      ms: fc.integer({ min: Date.UTC(years[0] ?? 2026, 0, 1), max: Date.UTC(years[0] ?? 2026, 11, 31) }),
    }),
  )
  fc.assert(
    fc.property(
      place.chain(({ zone, ms }) =>
        fc.record({ zone: fc.constant(zone), ms: fc.constant(ms), schedule: scheduleAround(ms) }),
      ),
      fc.double({ min: 0, max: 1, noNaN: true }),
      ({ zone, ms, schedule }, where) => {
        const before = livenessAt(schedule, ms, zone)
        const change = nextChangeAfter(schedule, ms, zone)
        const end = change ?? ms + 40 * 24 * hourMs
        assert.equal(livenessAt(schedule, Math.floor(ms + (end - 1 - ms) * where), zone), before)
        assert.equal(livenessAt(schedule, end - 1, zone), before)
        if (change !== null) assert.notEqual(livenessAt(schedule, change, zone), before)
      },
    ),
    { numRuns: 1500 },
  )
})

test('a campaign that ends in the year 9999 costs no more than another', () => {
  const schedule = { window: { from: '2026-01-01', until: '9999-12-31' } }
  assert.equal(nextChangeAfter(schedule, Date.UTC(2026, 5, 1), 'UTC'), Date.UTC(10_000, 0, 1))
})

test('a day has 23, 24 or 25 hours, and begins where its midnight is skipped when the clock jumps', () => {
  const hoursOf = (instant: string, zone: string) => {
    const { fromMs, untilMs } = localDayAt(Date.parse(instant), zone)
    return (untilMs - fromMs) / hourMs
  }
  assert.equal(hoursOf('2026-10-04T12:00+11:00', 'Australia/Sydney'), 23)
  assert.equal(hoursOf('2026-04-05T12:00+10:00', 'Australia/Sydney'), 25)
  assert.equal(hoursOf('2026-04-06T12:00+10:00', 'Australia/Sydney'), 24)
  assert.equal(hoursOf('2026-04-05T12:00+10:30', 'Australia/Lord_Howe'), 24.5)
  assert.equal(
    localDayAt(Date.parse('2026-03-08T12:00-04:00'), 'America/Havana').fromMs,
    Date.parse('2026-03-08T01:00-04:00'),
  )
  assert.equal(
    localDayAt(Date.parse('2011-12-29T12:00-10:00'), 'Pacific/Apia').untilMs,
    Date.parse('2011-12-31T00:00+14:00'),
  )
})
