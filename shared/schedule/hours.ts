import { Temporal } from 'temporal-polyfill'
import type { Hours } from '../documents/site.ts'
import { instantsOf, localAt, minutesOf } from './wall-clock.ts'

/** A wall that is closed for the season opens again within a year. */
const daysAhead = 380

/**
 * Whether the wall is on at an instant, by the wall clock of an IANA time zone. Hours belong to the day they begin on: on a
 * date with an exception that day's own hours count instead of the week's, and hours of the day before that cross midnight
 * run to their end all the same.
 */
export function isOpenAt(hours: Hours, atMs: number, timeZone: string): boolean {
  const { date, yesterday, weekday, minutes } = localAt(atMs, timeZone)
  const begun = partsOf(hours, date, weekday).some(
    ({ from, until }) => minutes >= minutesOf(from) && (from > until || minutes < minutesOf(until)),
  )
  return (
    begun ||
    partsOf(hours, yesterday, (weekday + 6) % 7).some(({ from, until }) => from > until && minutes < minutesOf(until))
  )
}

/**
 * The first instant after this one at which the wall goes on or off, in milliseconds; null: not within a year. Only edges of
 * the hours, and changes of the zone's offset, are looked at.
 */
export function nextHoursChange(hours: Hours, atMs: number, timeZone: string): number | null {
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone)
  const before = isOpenAt(hours, atMs, timeZone)
  const differs = (ms: number): boolean => ms > atMs && isOpenAt(hours, ms, timeZone) !== before
  const jumpMs = now.getTimeZoneTransition('next')?.epochMilliseconds
  const jump = jumpMs !== undefined && differs(jumpMs) ? jumpMs : Number.POSITIVE_INFINITY
  for (let offset = -1; offset < daysAhead; offset++) {
    const day = now.toPlainDate().add({ days: offset })
    const edge = edgesOf(hours, day, timeZone).find(differs)
    if (edge !== undefined) return Math.min(edge, jump)
  }
  return Number.isFinite(jump) ? jump : null
}

type Part = { readonly from: string; readonly until: string }

function partsOf(hours: Hours, date: string, weekday: number): readonly Part[] {
  const exception = hours.exceptions.find((one) => one.date === date)
  return exception?.open ?? hours.weekly.filter(({ days }) => days === undefined || days.includes(weekday))
}

/** When hours that begin on this day may begin or end, in order: those of yesterday may end where today's exception begins. */
function edgesOf(hours: Hours, day: Temporal.PlainDate, timeZone: string): number[] {
  const parts = partsOf(hours, day.toString(), day.dayOfWeek % 7)
  const edges = parts.flatMap(({ from, until }) => [
    ...instantsOf(day, from, timeZone),
    ...instantsOf(from > until ? day.add({ days: 1 }) : day, until, timeZone),
  ])
  return edges.sort((a, b) => a - b)
}
