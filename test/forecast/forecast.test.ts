import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Playlist } from '../../shared/documents/playlist.ts'
import { dayPage } from '../../shared/forecast/day-page.ts'
import { everyStep, forecastAt, forecastBetween } from '../../shared/forecast/forecast.ts'
import { forecastJson, forecastLines } from '../../shared/forecast/forecast-text.ts'
import { fallbackPlaylist } from '../../shared/loop/fallback.ts'
import { localDayAt } from '../../shared/schedule/day.ts'
import { assetCalled, issuedAt, readAs } from '../support/documents.ts'

const photo = assetCalled('photo')
const film = { ...assetCalled('film', 'video/mp4'), seconds: 12.48 }
const unknown = assetCalled('unknown film', 'video/mp4')
const sydney = 'Australia/Sydney'
const at = (text: string): number => Date.parse(text)

type Written = Partial<Omit<Playlist, 'items'>> & { items?: Record<string, unknown>[] }
const list = (id: string, more: Written = {}): Playlist =>
  readAs('playlist', {
    kind: 'playlist',
    id,
    revision: 1,
    issuedAt,
    target: 'players/wall',
    items: [{ id: 'poster', asset: photo.asset, seconds: 10 }],
    assets: Object.fromEntries([photo, film, unknown].map(({ asset, ...facts }) => [asset, facts])),
    ...more,
  })
const items = (...names: string[]) => names.map((id) => ({ id, asset: photo.asset, seconds: 10 }))
const names = (loop: readonly { playlist: string; item: string }[]) =>
  loop.map(({ playlist, item }) => `${playlist}:${item}`)

test('the loop of a playlist is its items in order, films with the length of their file', () => {
  const playlist = list('friends', {
    items: [
      { id: 'poster', asset: photo.asset, seconds: 10 },
      { id: 'whole', asset: film.asset },
      { id: 'cut', asset: film.asset, seconds: 5 },
      { id: 'unknown', asset: unknown.asset },
    ],
  })
  assert.deepEqual(forecastJson(forecastAt({ playlists: [playlist], timeZone: 'UTC' }, at('2026-06-11T22:00:00Z'))), {
    at: '2026-06-11T22:00:00Z',
    level: 'normal',
    loop: [
      { playlist: 'friends', item: 'poster', seconds: 10 },
      { playlist: 'friends', item: 'whole', seconds: 12.48 },
      { playlist: 'friends', item: 'cut', seconds: 5 },
      { playlist: 'friends', item: 'unknown', seconds: null },
    ],
    nextChange: null,
  })
})

test('the loop of several playlists goes on until everything begins again, each with its exact share', () => {
  const playlists = [
    list('a', { weight: 4, items: items('1', '2', '3') }),
    list('b', { weight: 2, items: items('x', 'y') }),
  ]
  const { loop } = forecastAt({ playlists, timeZone: 'UTC' }, 0)
  assert.equal(loop.length, 18)
  assert.equal(loop.filter(({ playlist }) => playlist === 'a').length, 12)
  assert.deepEqual(
    names(loop).filter((name) => name.startsWith('b')),
    ['b:x', 'b:y', 'b:x', 'b:y', 'b:x', 'b:y'],
  )
})

test('a loop too long to write is written until every item was on once', () => {
  const primes = [7, 11, 13, 17, 19, 23]
  const playlists = primes.map((count) =>
    list(`p${count}`, { items: items(...Array.from({ length: count }, (_, one) => `i${one}`)) }),
  )
  const { loop } = forecastAt({ playlists, timeZone: 'UTC' }, 0)
  assert.equal(new Set(names(loop)).size, 90)
  assert.ok(loop.length < 200, String(loop.length))
})

test('the next change is that of the loop: what changes beneath a higher level is none', () => {
  const playlists = [
    list('usual', { dayparts: [{ from: '07:00', until: '22:30' }] }),
    list('fill', { priority: 'filler', dayparts: [{ from: '09:00', until: '12:00' }] }),
  ]
  const morning = forecastAt({ playlists, timeZone: sydney }, at('2026-06-12T08:00+10:00'))
  assert.equal(morning.untilMs, at('2026-06-12T22:30+10:00'))
  const night = forecastAt({ playlists, timeZone: sydney }, at('2026-06-12T22:30+10:00'))
  assert.deepEqual([night.level, night.loop, night.why], [null, [], 'nothing is scheduled now'])
  assert.equal(night.untilMs, at('2026-06-13T07:00+10:00'))
})

test('an item with a window of its own is in the loop only within it', () => {
  const playlists = [
    list('usual', {
      items: [
        ...items('always'),
        { id: 'fair', asset: photo.asset, seconds: 5, window: { from: '2026-06-13', until: '2026-06-13' } },
      ],
    }),
  ]
  const segments = forecastBetween(
    { playlists, timeZone: sydney },
    at('2026-06-12T08:00+10:00'),
    at('2026-06-15T00:00+10:00'),
  )
  assert.deepEqual(
    segments.map(({ fromMs, loop }) => [new Date(fromMs).toISOString(), loop.length]),
    [
      ['2026-06-11T22:00:00.000Z', 1],
      ['2026-06-12T14:00:00.000Z', 2],
      ['2026-06-13T14:00:00.000Z', 1],
    ],
  )
})

test('segments follow each other without a gap, on a night with a clock change as well', () => {
  const playlists = [
    list('night', { dayparts: [{ from: '01:30', until: '02:30' }] }),
    list('fill', { priority: 'filler' }),
  ]
  const day = localDayAt(at('2026-10-25T12:00+01:00'), 'Europe/Berlin')
  const segments = forecastBetween({ playlists, timeZone: 'Europe/Berlin' }, day.fromMs, day.untilMs)
  assert.deepEqual(
    segments.slice(1).map(({ fromMs }) => fromMs),
    segments.slice(0, -1).map(({ untilMs }) => untilMs),
  )
  assert.deepEqual(
    segments.map(({ fromMs, level }) => [new Date(fromMs).toISOString().slice(11, 16), level]),
    [
      ['22:00', 'filler'],
      ['23:30', 'normal'], // 01:30 summer time
      ['00:30', 'filler'],
      ['01:00', 'normal'], // 02:00 comes again
      ['01:30', 'filler'],
    ],
  )
})

test('a wall that is closed plays nothing, and a take-down leaves its item out', () => {
  const hours = { weekly: [{ from: '08:00', until: '20:00' }], exceptions: [], emergency: 'show' as const }
  const closed = forecastAt({ playlists: [list('a')], timeZone: 'UTC', hours }, at('2026-06-12T21:00Z'))
  assert.deepEqual([closed.level, closed.why], [null, 'outside its opening hours'])
  assert.equal(closed.untilMs, at('2026-06-13T08:00Z'))
  const taken = forecastAt({ playlists: [list('a')], timeZone: 'UTC', takenDown: new Set([photo.asset]) }, 0)
  assert.deepEqual(taken.loop, [])
})

test('with limits the loop is what comes within an hour', () => {
  const playlists = [list('a'), list('rare', { limits: { everyMinutes: 15 } })]
  const segment = forecastAt({ playlists, timeZone: 'UTC' }, 0)
  assert.equal(segment.loop.filter(({ playlist }) => playlist === 'rare').length, 4)
  assert.equal(segment.loop.length, 360)
  const alone = forecastLines([forecastAt({ playlists: playlists.slice(1), timeZone: 'UTC' }, 0)], 'UTC', 100)
  assert.match(alone[0] ?? '', /rare ×4; 4 showings in 40 s, the slate between/)
})

test('people read the loop and the changes in the local time of the wall', () => {
  const playlists = [list('friends', { dayparts: [{ from: '07:00', until: '22:30' }] })]
  const segments = forecastBetween(
    { playlists, timeZone: sydney },
    at('2026-06-12T08:00+10:00'),
    at('2026-06-13T08:00+10:00'),
  )
  const text = forecastLines(segments, sydney, 100).join('\n')
  assert.match(text, /^Fri 2026-06-12 08:00 in Australia\/Sydney \(UTC\+10\): normal, friends ×1; 1 showing in 10 s/)
  assert.match(text, /Fri 2026-06-12 22:30 +— +nothing is scheduled now/)
  assert.match(text, /Sat 2026-06-13 07:00 +normal +friends \(1 showing\)/)
})

const page = (playlists: readonly Playlist[], instant: string, timeZone: string) => {
  const day = localDayAt(at(instant), timeZone)
  const steps = everyStep({ playlists, timeZone }, day.fromMs, day.untilMs)
  return dayPage({ playlists, steps, day, nowMs: at(instant), timeZone })
}

test('the page of a day loads nothing, runs nothing, and shows a title as text', () => {
  const html = page(
    [list('a', { title: { en: '<script>alert(1)</script> & "more"' } })],
    '2026-06-12T08:00+10:00',
    sydney,
  )
  assert.doesNotMatch(html, /<script|https?:|src=|<link|@import|url\(/)
  assert.match(html, /&#60;script&#62;alert\(1\)/)
})

test('the page of a day in which the clocks change says how long it is, and puts hours where they are', () => {
  const playlists = [list('a', { dayparts: [{ from: '06:00', until: '12:00' }] })]
  const spring = page(playlists, '2026-10-04T08:00+11:00', sydney)
  assert.match(spring, /UTC\+10, from 03:00 UTC\+11: this day has 23 h/)
  assert.match(spring, /left:21\.739%;width:26\.087%/) // 06:00 is after 5 of 23 hours and 12:00 after 11
  const autumn = page(playlists, '2026-04-05T08:00+10:00', sydney)
  assert.match(autumn, /this day has 25 h/)
  assert.match(autumn, /left:28\.000%;width:24\.000%/)
  assert.match(page(playlists, '2026-06-12T08:00+10:00', sydney), /UTC\+10, 24 h/)
})

test('the page says what waits beneath a higher level, and marks the instant it was asked for', () => {
  const playlists = [
    list('usual'),
    list('race', { priority: 'takeover', dayparts: [{ from: '08:00', until: '10:00' }] }),
  ]
  const html = page(playlists, '2026-06-12T12:00Z', 'UTC')
  assert.match(html, /00:00–08:00, 10:00–24:00; waits 08:00–10:00/)
  assert.match(html, /<em style="left:50\.000%"/)
  assert.match(html, /<li class="now"><time>10:00/)
})

const fallbackOf = (...names: string[]) => {
  const { asset, ...facts } = photo
  const fallback = names.map((id) => ({ id, asset, seconds: 20, facts }))
  const site = { kind: 'site', id: 'wall', revision: 1, issuedAt, target: 'players/wall', fallback }
  return fallbackPlaylist(readAs('site', site))
}

test('where nothing is scheduled the site’s fallback is forecast, with the reason', () => {
  const playlists = [list('friends', { dayparts: [{ from: '07:00', until: '22:00' }] })]
  const [night, day] = forecastBetween(
    { playlists, timeZone: 'UTC', fallback: fallbackOf('sky', 'river') },
    at('2026-06-11T05:00:00Z'),
    at('2026-06-11T08:00:00Z'),
  )
  assert.ok(night && day)
  assert.deepEqual(forecastJson(night), {
    at: '2026-06-11T05:00:00Z',
    level: 'fallback',
    loop: [
      { playlist: 'fallback', item: 'sky', seconds: 20 },
      { playlist: 'fallback', item: 'river', seconds: 20 },
    ],
    nextChange: '2026-06-11T07:00:00Z',
  })
  assert.deepEqual([night.why, day.level, names(day.loop)], ['nothing is scheduled now', 'normal', ['friends:poster']])
})

test('where limits leave gaps the fallback fills them; on a wall that is off there is none', () => {
  const playlists = [list('rare', { limits: { everyMinutes: 1 } })]
  const fallback = fallbackOf('sky')
  const { loop, level } = forecastAt({ playlists, timeZone: 'UTC', fallback }, 0)
  assert.equal(level, 'normal')
  assert.deepEqual(names(loop.slice(0, 5)), [
    'rare:poster',
    'fallback:sky',
    'fallback:sky',
    'fallback:sky',
    'rare:poster',
  ])
  const exceptions = [{ date: '1970-01-01', open: [] }]
  const closed = forecastAt(
    { playlists, timeZone: 'UTC', fallback, hours: { weekly: [], exceptions, emergency: 'show' } },
    0,
  )
  assert.deepEqual([closed.level, closed.loop], [null, []])
})

test('an hour that comes twice is told apart by its offset, in words and on the page', () => {
  const playlists = [list('night', { dayparts: [{ from: '02:15', until: '02:45' }] })]
  const zone = 'Europe/Berlin'
  const day = localDayAt(at('2026-10-25T12:00:00Z'), zone)
  const input = { playlists, timeZone: zone }
  const said = forecastLines(forecastBetween(input, day.fromMs, day.untilMs), zone, 200).join('\n')
  const steps = everyStep(input, day.fromMs, day.untilMs)
  const page = dayPage({ playlists, steps, day, nowMs: day.fromMs, timeZone: zone })
  for (const text of [said, page]) {
    for (const time of ['02:15 UTC+2', '02:45 UTC+2', '02:15 UTC+1', '02:45 UTC+1'])
      assert.ok(text.includes(time), time)
    assert.ok(!text.includes('00:00 UTC+2 '))
  }
})

test('while a wall is off nothing waits for a higher level', () => {
  const hours = { weekly: [{ from: '06:00', until: '24:00' }], exceptions: [], emergency: 'show' as const }
  const [closed] = everyStep({ playlists: [list('friends')], timeZone: 'UTC', hours }, 0, 3_600_000)
  assert.deepEqual([closed?.why, closed?.outranked, closed?.on], ['outside its opening hours', [], []])
})
