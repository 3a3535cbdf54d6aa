import { Temporal } from 'temporal-polyfill'
import type { CampaignWindow, Daypart } from '../documents/fields.ts'
import { instantsOf, type Local, localAt, minutesOf } from './wall-clock.ts'

/** When something may be on: local dates and hours of the week. No dayparts: always within the window. */
export type Schedule = {
  readonly window?: CampaignWindow | undefined
  readonly dayparts?: readonly Daypart[] | undefined
}

/** Before, inside or after the campaign, or in it but outside its hours. */
export type Liveness = 'early' | 'live' | 'off-hours' | 'over'

/**
 * How a schedule stands at an instant in an IANA time zone. Everything follows the wall clock: a part that crosses midnight
 * belongs to the day it began on, for the weekday and for the date window alike.
 */
export function livenessAt(schedule: Schedule, atMs: number, timeZone: string): Liveness {
  const parts = schedule.dayparts ?? []
  if (!schedule.window && parts.length === 0) return 'live'
  const local = localAt(atMs, timeZone)
  if (parts.length === 0) return windowAt(schedule.window, local.date)
  const begun = parts.flatMap((part) => datesBegunOn(part, local))
  if (begun.some((date) => windowAt(schedule.window, date) === 'live')) return 'live'
  const today = windowAt(schedule.window, local.date)
  return today === 'live' ? 'off-hours' : today
}

/** ISO dates compare as text. */
function windowAt(window: CampaignWindow | undefined, date: string): 'early' | 'live' | 'over' {
  if (window?.from !== undefined && date < window.from) return 'early'
  if (window?.until !== undefined && date > window.until) return 'over'
  return 'live'
}

/** The dates on which a showing of this part began that is still on: today's, yesterday's that crossed midnight, or none. */
function datesBegunOn(part: Daypart, local: Local): string[] {
  const from = minutesOf(part.from)
  const until = minutesOf(part.until)
  const crosses = from > until
  const dates: string[] = []
  const today = local.minutes >= from && (crosses || local.minutes < until)
  if (today && runsOn(part, local.weekday)) dates.push(local.date)
  if (crosses && local.minutes < until && runsOn(part, (local.weekday + 6) % 7)) dates.push(local.yesterday)
  return dates
}

const runsOn = (part: Daypart, weekday: number): boolean => part.days === undefined || part.days.includes(weekday)

/**
 * The first instant after this one at which the schedule's liveness differs, in milliseconds; null if it never will. Only
 * instants at which it could change are looked at: the window's two midnights, the parts' edges on the days around, and
 * changes of the zone's offset, at which the wall clock jumps.
 */
export function nextChangeAfter(schedule: Schedule, atMs: number, timeZone: string): number | null {
  if (!schedule.window && !schedule.dayparts?.length) return null
  const before = livenessAt(schedule, atMs, timeZone)
  const candidates = candidatesAfter(schedule, atMs, timeZone)
  return candidates.find((ms) => livenessAt(schedule, ms, timeZone) !== before) ?? null
}

function candidatesAfter(schedule: Schedule, atMs: number, timeZone: string): number[] {
  const now = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone)
  const days = daysToLookAt(schedule.window, now.toPlainDate())
  const times = new Set((schedule.dayparts ?? []).flatMap((part) => [part.from, part.until]))
  const instants = days.flatMap((day) => ['00:00', ...times].flatMap((time) => instantsOf(day, time, timeZone)))
  const jump = now.getTimeZoneTransition('next')
  if (jump && jump.epochMilliseconds - atMs < 9 * 86_400_000) instants.push(jump.epochMilliseconds)
  return [...new Set(instants)].filter((ms) => ms > atMs).sort((a, b) => a - b)
}

/** A week and a day around now shows every weekday's edges; the window's own days may lie far off. */
function daysToLookAt(window: CampaignWindow | undefined, today: Temporal.PlainDate): Temporal.PlainDate[] {
  const starts = [today, ...(window?.from ? [Temporal.PlainDate.from(window.from)] : [])]
  const days = starts.flatMap((start) => Array.from({ length: 10 }, (_, index) => start.add({ days: index - 1 })))
  if (window?.until) {
    const last = Temporal.PlainDate.from(window.until)
    days.push(last, last.add({ days: 1 }), last.add({ days: 2 }))
  }
  return days
}
