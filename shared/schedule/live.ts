import {
  type Hours,
  hoursOf,
  type Liveness,
  livenessByWallClock,
  nextChangeByWallClock,
  type Schedule,
} from './weekly.ts'
import { dayMs, localMsAt, stretchAt } from './zone.ts'

export type { Liveness, Schedule } from './weekly.ts'

/**
 * How a schedule stands at an instant in an IANA time zone. Everything follows the wall clock: an hour that it skips is not
 * there, one that it shows twice counts twice, and a part that crosses midnight belongs to the day it began on, for the
 * weekday and for the date window alike.
 */
export function livenessAt(schedule: Schedule, atMs: number, timeZone: string): Liveness {
  if (isAlways(schedule)) return 'live'
  return livenessByWallClock(hoursOf(schedule), localMsAt(atMs, timeZone))
}

/**
 * The first instant after this one at which the schedule's liveness differs, in milliseconds; null if it never will. The
 * wall clock runs on evenly between changes of the zone's offset, so the next change is computed by the wall clock and
 * looked at again where the offset changes before it.
 */
export function nextChangeAfter(schedule: Schedule, atMs: number, timeZone: string): number | null {
  if (isAlways(schedule)) return null
  const hours = hoursOf(schedule)
  const asked = answers.get(hours)
  if (asked?.atMs === atMs && asked.timeZone === timeZone) return asked.changeMs
  const changeMs = searchChange(hours, atMs, timeZone)
  answers.set(hours, { atMs, timeZone, changeMs })
  return changeMs
}

/** The last answer for each schedule: hundreds of items with the same hours are asked about one after the other. */
const answers = new WeakMap<Hours, { atMs: number; timeZone: string; changeMs: number | null }>()

function searchChange(hours: Hours, atMs: number, timeZone: string): number | null {
  const before = livenessByWallClock(hours, localMsAt(atMs, timeZone))
  let ms = atMs
  for (;;) {
    const { untilMs, offsetMs } = stretchAt(ms, timeZone)
    const changeMs = nextChangeByWallClock(hours, ms + offsetMs) - offsetMs
    if (changeMs < untilMs) return changeMs
    const far = ms - atMs > safeMs
    if (changeMs === Number.POSITIVE_INFINITY && far) return null
    ms = far ? Math.max(untilMs, changeMs - safeMs) : untilMs
    if (differs(hours, ms, timeZone, before)) return ms
  }
}

/** A wall clock never goes back by more than a day: past two, what it shows next has not been shown before. */
const safeMs = 2 * dayMs

const isAlways = ({ window, dayparts }: Schedule): boolean => !window && !dayparts?.length

const differs = (hours: Hours, ms: number, timeZone: string, before: Liveness): boolean =>
  livenessByWallClock(hours, localMsAt(ms, timeZone)) !== before
