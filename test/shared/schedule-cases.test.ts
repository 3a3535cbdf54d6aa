import assert from 'node:assert/strict'
import { test } from 'node:test'
import { livenessAt, type Schedule } from '../../shared/schedule/live.ts'

/**
 * Each row was worked out by hand from the zone's rules, and says its offset itself: the instant is what a clock on that wall
 * shows, with the offset it has then.
 */
const table = `
UTC | always | 2026-11-22T10:00Z | live
UTC | 00:00-24:00 | 2026-11-22T00:00Z | live
UTC | 00:00-24:00 | 2026-11-22T23:59Z | live
UTC | 07:00-22:30 | 2026-11-22T06:59Z | off-hours
UTC | 07:00-22:30 | 2026-11-22T07:00Z | live
UTC | 07:00-22:30 | 2026-11-22T22:29Z | live
UTC | 07:00-22:30 | 2026-11-22T22:30Z | off-hours
UTC | 20:00-24:00 | 2026-11-22T23:59Z | live
UTC | 20:00-24:00 | 2026-11-23T00:00Z | off-hours
UTC | 22:00-02:00 | 2026-11-22T21:59Z | off-hours
UTC | 22:00-02:00 | 2026-11-22T22:00Z | live
UTC | 22:00-02:00 | 2026-11-23T01:59Z | live
UTC | 22:00-02:00 | 2026-11-23T02:00Z | off-hours
UTC | 22:00-00:00 | 2026-11-22T23:59Z | live
UTC | 22:00-00:00 | 2026-11-23T00:00Z | off-hours
UTC | fri 22:00-02:00 | 2026-11-27T22:00Z | live
UTC | fri 22:00-02:00 | 2026-11-28T01:59Z | live
UTC | fri 22:00-02:00 | 2026-11-28T22:00Z | off-hours
UTC | fri 22:00-02:00 | 2026-11-27T01:00Z | off-hours
UTC | sat 22:00-02:00 | 2026-11-29T01:00Z | live
UTC | sun 22:00-02:00 | 2026-11-29T01:00Z | off-hours
UTC | sun 22:00-02:00 | 2026-11-30T01:00Z | live
UTC | mon,tue,wed,thu,fri 07:00-22:30 | 2026-11-23T07:00Z | live
UTC | mon,tue,wed,thu,fri 07:00-22:30 | 2026-11-22T12:00Z | off-hours
UTC | sat,sun 10:00-12:00 | 2026-11-22T11:00Z | live
UTC | sat,sun 10:00-12:00 | 2026-11-23T11:00Z | off-hours
UTC | 08:00-09:00 + 11:00-12:00 | 2026-11-22T08:30Z | live
UTC | 08:00-09:00 + 11:00-12:00 | 2026-11-22T10:00Z | off-hours
UTC | 08:00-09:00 + 11:00-12:00 | 2026-11-22T11:30Z | live
UTC | 08:00-10:00 + 10:00-12:00 | 2026-11-22T10:00Z | live
UTC | 22:00-06:00 + 05:00-07:00 | 2026-11-22T05:30Z | live
UTC | 22:00-06:00 + 05:00-07:00 | 2026-11-22T06:30Z | live
UTC | [2026-11-01..2026-11-30] | 2026-10-31T23:59Z | early
UTC | [2026-11-01..2026-11-30] | 2026-11-01T00:00Z | live
UTC | [2026-11-01..2026-11-30] | 2026-11-30T23:59Z | live
UTC | [2026-11-01..2026-11-30] | 2026-12-01T00:00Z | over
UTC | [2026-11-22..2026-11-22] | 2026-11-22T12:00Z | live
UTC | [..2026-11-22] | 1970-01-01T00:00Z | live
UTC | [..2026-11-22] | 2026-11-23T00:00Z | over
UTC | [2026-11-22..] | 2099-01-01T00:00Z | live
UTC | [2026-11-22..] | 2026-11-21T23:59Z | early
UTC | [2026-11-01..2026-11-27] 22:00-02:00 | 2026-11-28T01:00Z | live
UTC | [2026-11-01..2026-11-27] 22:00-02:00 | 2026-11-28T02:00Z | over
UTC | [2026-11-01..2026-11-27] 22:00-02:00 | 2026-11-28T22:00Z | over
UTC | [2026-11-28..] 22:00-02:00 | 2026-11-28T01:00Z | off-hours
UTC | [2026-11-28..] 22:00-02:00 | 2026-11-27T23:00Z | early
UTC | [2026-11-28..] 22:00-02:00 | 2026-11-28T22:00Z | live
UTC | [2026-11-27..2026-11-27] fri 23:00-01:00 | 2026-11-28T00:30Z | live
UTC | [2026-11-27..2026-11-27] sat 23:00-01:00 | 2026-11-28T00:30Z | over
UTC | [2028-02-29..2028-02-29] | 2028-02-28T23:59Z | early
UTC | [2028-02-29..2028-02-29] | 2028-02-29T00:00Z | live
UTC | [2028-02-29..2028-02-29] | 2028-02-29T23:59Z | live
UTC | [2028-02-29..2028-02-29] | 2028-03-01T00:00Z | over
UTC | [..2028-02-28] 22:00-02:00 | 2028-02-29T01:00Z | live
UTC | [..2028-02-29] 22:00-02:00 | 2028-03-01T01:00Z | live
UTC | [..2027-02-28] 22:00-02:00 | 2027-03-01T01:00Z | live
UTC | tue 10:00-11:00 | 2028-02-29T10:30Z | live
UTC | [..2026-12-31] | 2026-12-31T23:59Z | live
UTC | [..2026-12-31] | 2027-01-01T00:00Z | over
UTC | [..2026-12-31] 20:00-03:00 | 2027-01-01T02:59Z | live
UTC | thu 20:00-03:00 | 2027-01-01T02:59Z | live
Asia/Shanghai | [2026-11-22..2026-11-22] | 2026-11-21T23:59+08:00 | early
Asia/Shanghai | [2026-11-22..2026-11-22] | 2026-11-22T00:00+08:00 | live
Asia/Shanghai | [2026-11-22..2026-11-22] | 2026-11-22T23:59+08:00 | live
Asia/Shanghai | [2026-11-22..2026-11-22] | 2026-11-23T00:00+08:00 | over
Asia/Shanghai | 07:00-22:30 | 2026-11-22T07:00+08:00 | live
Asia/Shanghai | 07:00-22:30 | 2026-11-22T06:59+08:00 | off-hours
Asia/Shanghai | mon 00:00-08:00 | 2026-11-23T00:00+08:00 | live
Asia/Shanghai | sun 00:00-08:00 | 2026-11-23T00:00+08:00 | off-hours
Asia/Tokyo | 09:00-17:00 | 2026-11-22T09:00+09:00 | live
Asia/Tokyo | 09:00-17:00 | 2026-11-22T17:00+09:00 | off-hours
Asia/Kolkata | 05:30-06:00 | 2026-11-22T05:30+05:30 | live
Asia/Kolkata | 05:30-06:00 | 2026-11-22T05:29+05:30 | off-hours
Asia/Kathmandu | 05:45-06:00 | 2026-11-22T05:45+05:45 | live
Asia/Kathmandu | 05:45-06:00 | 2026-11-22T05:44+05:45 | off-hours
Asia/Kathmandu | [2026-11-22..] | 2026-11-21T23:59+05:45 | early
Asia/Kathmandu | [2026-11-22..] | 2026-11-22T00:00+05:45 | live
Asia/Yangon | 00:00-01:00 | 2026-11-22T00:00+06:30 | live
Asia/Yangon | 00:00-01:00 | 2026-11-22T01:00+06:30 | off-hours
Asia/Kabul | [..2026-11-22] | 2026-11-22T23:59+04:30 | live
Asia/Kabul | [..2026-11-22] | 2026-11-23T00:00+04:30 | over
Australia/Eucla | 08:45-09:00 | 2026-11-22T08:45+08:45 | live
Australia/Eucla | 08:45-09:00 | 2026-11-22T08:44+08:45 | off-hours
Australia/Darwin | 12:00-13:00 | 2026-11-22T12:00+09:30 | live
Australia/Darwin | 12:00-13:00 | 2026-11-22T11:59+09:30 | off-hours
Pacific/Marquesas | 23:30-00:30 | 2026-11-22T00:29-09:30 | live
Pacific/Marquesas | 23:30-00:30 | 2026-11-22T00:30-09:30 | off-hours
Pacific/Kiritimati | [2026-11-23..] | 2026-11-23T00:00+14:00 | live
Pacific/Kiritimati | [2026-11-23..] | 2026-11-22T23:59+14:00 | early
Pacific/Pago_Pago | [2026-11-23..] | 2026-11-23T00:00-11:00 | live
Pacific/Pago_Pago | [2026-11-23..] | 2026-11-22T23:59-11:00 | early
America/Caracas | 20:00-21:00 | 2026-11-22T20:00-04:00 | live
America/Phoenix | 02:00-03:00 | 2026-03-08T02:30-07:00 | live
Africa/Lagos | 02:00-03:00 | 2026-03-29T02:30+01:00 | live
Europe/Berlin | 02:00-03:00 | 2026-03-28T02:30+01:00 | live
Europe/Berlin | 02:00-03:00 | 2026-03-29T01:59+01:00 | off-hours
Europe/Berlin | 02:00-03:00 | 2026-03-29T03:00+02:00 | off-hours
Europe/Berlin | 03:00-04:00 | 2026-03-29T03:00+02:00 | live
Europe/Berlin | 03:00-04:00 | 2026-03-29T04:00+02:00 | off-hours
Europe/Berlin | 02:30-03:30 | 2026-03-29T01:59+01:00 | off-hours
Europe/Berlin | 02:30-03:30 | 2026-03-29T03:00+02:00 | live
Europe/Berlin | 02:30-03:30 | 2026-03-29T03:30+02:00 | off-hours
Europe/Berlin | 01:30-02:30 | 2026-03-29T01:59+01:00 | live
Europe/Berlin | 01:30-02:30 | 2026-03-29T03:00+02:00 | off-hours
Europe/Berlin | 22:00-02:30 | 2026-03-29T01:59+01:00 | live
Europe/Berlin | 22:00-02:30 | 2026-03-29T03:00+02:00 | off-hours
Europe/Berlin | sat 22:00-04:00 | 2026-03-29T03:30+02:00 | live
Europe/Berlin | sat 22:00-04:00 | 2026-03-29T04:00+02:00 | off-hours
Europe/Berlin | 02:00-03:00 | 2026-10-25T02:30+02:00 | live
Europe/Berlin | 02:00-03:00 | 2026-10-25T02:30+01:00 | live
Europe/Berlin | 02:00-03:00 | 2026-10-25T03:00+01:00 | off-hours
Europe/Berlin | 02:30-03:00 | 2026-10-25T02:29+02:00 | off-hours
Europe/Berlin | 02:30-03:00 | 2026-10-25T02:59+02:00 | live
Europe/Berlin | 02:30-03:00 | 2026-10-25T02:00+01:00 | off-hours
Europe/Berlin | 02:30-03:00 | 2026-10-25T02:30+01:00 | live
Europe/Berlin | 22:00-02:15 | 2026-10-25T02:14+02:00 | live
Europe/Berlin | 22:00-02:15 | 2026-10-25T02:15+02:00 | off-hours
Europe/Berlin | 22:00-02:15 | 2026-10-25T02:00+01:00 | live
Europe/Berlin | 22:00-02:15 | 2026-10-25T02:15+01:00 | off-hours
Europe/Berlin | [..2026-10-25] | 2026-10-25T23:59+01:00 | live
Europe/Berlin | [..2026-10-25] | 2026-10-26T00:00+01:00 | over
Europe/Berlin | [2026-03-29..2026-03-29] | 2026-03-29T00:00+01:00 | live
Europe/Berlin | [2026-03-29..2026-03-29] | 2026-03-29T23:59+02:00 | live
Europe/Berlin | [2026-03-29..2026-03-29] | 2026-03-30T00:00+02:00 | over
Europe/London | 01:00-02:00 | 2026-03-29T00:59+00:00 | off-hours
Europe/London | 01:00-02:00 | 2026-03-29T02:00+01:00 | off-hours
Europe/London | 01:00-02:00 | 2026-10-25T01:30+01:00 | live
Europe/London | 01:00-02:00 | 2026-10-25T01:30+00:00 | live
Europe/London | 07:00-08:00 | 2026-06-12T07:00+01:00 | live
Europe/London | 07:00-08:00 | 2026-12-12T07:00+00:00 | live
Europe/Lisbon | 01:30-01:45 | 2026-10-25T01:30+00:00 | live
Europe/Dublin | 06:00-07:00 | 2026-07-01T06:00+01:00 | live
Europe/Istanbul | 03:00-04:00 | 2026-03-29T03:30+03:00 | live
Europe/Moscow | 00:00-00:30 | 2026-11-22T00:29+03:00 | live
Atlantic/Azores | [2026-03-29..] | 2026-03-28T23:59-01:00 | early
Atlantic/Azores | [2026-03-29..] | 2026-03-29T01:00+00:00 | live
America/New_York | 02:00-03:00 | 2026-03-08T01:59-05:00 | off-hours
America/New_York | 02:00-03:00 | 2026-03-08T03:00-04:00 | off-hours
America/New_York | 01:00-02:00 | 2026-11-01T01:30-04:00 | live
America/New_York | 01:00-02:00 | 2026-11-01T01:30-05:00 | live
America/New_York | 01:00-02:00 | 2026-11-01T02:00-05:00 | off-hours
America/New_York | [..2026-07-04] | 2026-07-04T23:59-04:00 | live
America/New_York | [..2026-07-04] | 2026-07-05T00:00-04:00 | over
America/Los_Angeles | 17:00-02:00 | 2026-03-08T01:59-08:00 | live
America/Los_Angeles | 17:00-02:00 | 2026-03-08T03:00-07:00 | off-hours
America/St_Johns | 02:30-03:30 | 2026-03-08T03:00-02:30 | live
America/St_Johns | 02:30-03:30 | 2026-03-08T01:59-03:30 | off-hours
America/St_Johns | 00:00-00:30 | 2026-11-22T00:29-03:30 | live
America/Havana | 00:00-01:00 | 2026-03-08T01:00-04:00 | off-hours
America/Havana | [2026-03-08..] | 2026-03-07T23:59-05:00 | early
America/Havana | [2026-03-08..] | 2026-03-08T01:00-04:00 | live
America/Havana | 00:00-01:00 | 2026-11-01T00:30-04:00 | live
America/Havana | 00:00-01:00 | 2026-11-01T00:30-05:00 | live
America/Santiago | 23:00-24:00 | 2026-04-04T23:30-03:00 | live
America/Santiago | 23:00-24:00 | 2026-04-04T23:30-04:00 | live
America/Santiago | [2026-04-05..] | 2026-04-04T23:59-04:00 | early
America/Santiago | [2026-04-05..] | 2026-04-05T00:00-04:00 | live
America/Santiago | [2026-09-06..] | 2026-09-05T23:59-04:00 | early
America/Santiago | [2026-09-06..] | 2026-09-06T01:00-03:00 | live
America/Santiago | 00:00-01:00 | 2026-09-06T01:00-03:00 | off-hours
America/Sao_Paulo | 00:00-01:00 | 2026-11-22T00:30-03:00 | live
America/Sao_Paulo | 00:00-01:00 | 2018-11-04T01:00-02:00 | off-hours
America/Sao_Paulo | [2018-11-04..] | 2018-11-03T23:59-03:00 | early
America/Sao_Paulo | [2018-11-04..] | 2018-11-04T01:00-02:00 | live
America/Nuuk | 23:00-24:00 | 2026-03-28T23:30-01:00 | off-hours
Australia/Sydney | 02:00-03:00 | 2026-10-04T01:59+10:00 | off-hours
Australia/Sydney | 02:00-03:00 | 2026-10-04T03:00+11:00 | off-hours
Australia/Sydney | 02:00-03:00 | 2026-04-05T02:30+11:00 | live
Australia/Sydney | 02:00-03:00 | 2026-04-05T02:30+10:00 | live
Australia/Sydney | 08:00-09:00 | 2026-06-12T08:00+10:00 | live
Australia/Sydney | 08:00-09:00 | 2026-01-12T08:00+11:00 | live
Australia/Brisbane | 02:00-03:00 | 2026-10-04T02:30+10:00 | live
Australia/Adelaide | 02:00-03:00 | 2026-10-04T03:00+10:30 | off-hours
Australia/Lord_Howe | 02:00-02:30 | 2026-10-04T01:59+10:30 | off-hours
Australia/Lord_Howe | 02:00-02:30 | 2026-10-04T02:30+11:00 | off-hours
Australia/Lord_Howe | 02:15-02:45 | 2026-10-04T02:30+11:00 | live
Australia/Lord_Howe | 01:30-02:00 | 2026-04-05T01:45+11:00 | live
Australia/Lord_Howe | 01:30-02:00 | 2026-04-05T01:45+10:30 | live
Australia/Lord_Howe | 01:30-02:00 | 2026-04-05T02:00+10:30 | off-hours
Pacific/Auckland | 02:00-03:00 | 2026-09-27T03:00+13:00 | off-hours
Pacific/Auckland | 02:00-03:00 | 2026-04-05T02:30+13:00 | live
Pacific/Auckland | 02:00-03:00 | 2026-04-05T02:30+12:00 | live
Pacific/Chatham | 02:45-03:45 | 2026-09-27T02:44+12:45 | off-hours
Pacific/Chatham | 02:45-03:45 | 2026-09-27T03:45+13:45 | off-hours
Pacific/Chatham | 03:00-04:00 | 2026-09-27T03:45+13:45 | live
Pacific/Chatham | 03:00-03:15 | 2026-04-05T03:00+13:45 | live
Pacific/Chatham | 03:00-03:15 | 2026-04-05T03:00+12:45 | live
Pacific/Chatham | [2026-11-22..] | 2026-11-22T00:00+13:45 | live
Pacific/Apia | [2011-12-30..2011-12-30] | 2011-12-29T23:59-10:00 | early
Pacific/Apia | [2011-12-30..2011-12-30] | 2011-12-31T00:00+14:00 | over
Pacific/Apia | [..2011-12-29] | 2011-12-29T23:59-10:00 | live
Pacific/Apia | [..2011-12-29] | 2011-12-31T00:00+14:00 | over
Pacific/Apia | [..2011-12-30] 22:00-02:00 | 2011-12-31T01:00+14:00 | live
Pacific/Apia | [..2011-12-29] 22:00-02:00 | 2011-12-31T01:00+14:00 | over
Pacific/Apia | fri 10:00-11:00 | 2011-12-31T10:30+14:00 | off-hours
Pacific/Apia | sat 10:00-11:00 | 2011-12-31T10:30+14:00 | live
Africa/Casablanca | 02:00-03:00 | 2026-02-15T01:59+01:00 | off-hours
Africa/Casablanca | 02:30-02:45 | 2026-02-15T02:30+00:00 | live
Africa/Casablanca | 10:00-11:00 | 2026-03-01T10:30+00:00 | live
Africa/Casablanca | 10:00-11:00 | 2026-03-01T10:30+01:00 | off-hours
Africa/Casablanca | 10:00-11:00 | 2026-04-01T10:30+01:00 | live
Africa/Casablanca | 02:00-03:00 | 2026-03-22T03:00+01:00 | off-hours
Africa/Cairo | 00:00-01:00 | 2026-04-24T01:00+03:00 | off-hours
Africa/Cairo | [2026-04-24..] | 2026-04-23T23:59+02:00 | early
Africa/Cairo | [2026-04-24..] | 2026-04-24T01:00+03:00 | live
Asia/Beirut | [2026-03-29..] | 2026-03-29T01:00+03:00 | live
Asia/Beirut | 00:00-01:00 | 2026-03-29T01:00+03:00 | off-hours
Asia/Jerusalem | 02:00-03:00 | 2026-03-27T03:00+03:00 | off-hours
Asia/Tehran | 12:00-13:00 | 2026-07-01T12:00+03:30 | live
Asia/Pyongyang | 12:00-13:00 | 2026-07-01T12:00+09:00 | live
Antarctica/Troll | 01:00-03:00 | 2026-03-29T03:00+02:00 | off-hours
Antarctica/Troll | 01:00-03:00 | 2026-03-29T00:59+00:00 | off-hours
Antarctica/Troll | 01:00-03:00 | 2026-10-25T01:30+00:00 | live
Antarctica/Troll | 01:00-03:00 | 2026-10-25T02:30+02:00 | live
`
  .trim()
  .split('\n')
  .map((row) => row.split('|').map((cell) => cell.trim()))

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** `[2026-11-01..2026-11-30] fri 22:00-02:00 + 10:00-11:00` */
function readSchedule(text: string): Schedule {
  const window = /\[([\d-]*)\.\.([\d-]*)\]/.exec(text)
  const dayparts = [...text.matchAll(/(?:([a-z,]{3,}) )?(\d\d:\d\d)-(\d\d:\d\d)/g)].map(
    ([, days, from = '', until = '']) => ({
      ...(days !== undefined && { days: days.split(',').map((day) => dayNames.indexOf(day)) }),
      from,
      until,
    }),
  )
  return {
    ...(window && { window: { ...(window[1] && { from: window[1] }), ...(window[2] && { until: window[2] }) } }),
    ...(dayparts.length > 0 && { dayparts }),
  }
}

const sayings: Record<string, string> = {
  live: 'is live',
  early: 'has not begun',
  over: 'is over',
  'off-hours': 'is between its hours',
}
for (const [zone = '', schedule = '', instant = '', expected = ''] of table) {
  test(`in ${zone} what is scheduled "${schedule}" ${sayings[expected]} when the clock shows ${instant}`, () => {
    assert.equal(livenessAt(readSchedule(schedule), Date.parse(instant), zone), expected)
  })
}

test('there are at least two hundred cases', () => assert.ok(table.length >= 200, String(table.length)))
