import type { CampaignWindow, Daypart } from '../documents/fields.ts'
import { dayMs, dayNumberOf, minuteMs, weekdayOf } from './zone.ts'

/** When something may be on: local dates and hours of the week. No dayparts: always within the window. */
export type Schedule = {
  readonly window?: CampaignWindow | undefined
  readonly dayparts?: readonly Daypart[] | undefined
}

/** Before, inside or after the campaign, or in it but outside its hours. */
export type Liveness = 'early' | 'live' | 'off-hours' | 'over'

/** A schedule as numbers: days since 1970, minutes of the day, weekdays as bits. */
export type Hours = {
  readonly firstDay: number
  readonly lastDay: number
  readonly parts: readonly {
    readonly days: number
    readonly from: number
    readonly until: number
    readonly crosses: boolean
  }[]
  /** Milliseconds of the day at which something may change, in order. */
  readonly edges: readonly number[]
}

/** Fleets have few different schedules; when there are more, all are read anew. */
const mostRead = 10_000
const read = new Map<string, Hours>()
/** The same, found without reading its text: documents do not change. */
const readBefore = new WeakMap<Schedule, Hours>()

/** Reads a schedule; the same one is read once, wherever it stands. */
export function hoursOf(schedule: Schedule): Hours {
  const before = readBefore.get(schedule)
  if (before) return before
  const hours = hoursByText(schedule)
  readBefore.set(schedule, hours)
  return hours
}

function hoursByText(schedule: Schedule): Hours {
  const key = textOf(schedule)
  const known = read.get(key)
  if (known) return known
  if (read.size >= mostRead) read.clear()
  const hours = readHours(schedule)
  read.set(key, hours)
  return hours
}

function textOf({ window, dayparts }: Schedule): string {
  let text = window ? `${window.from ?? ''}/${window.until ?? ''}` : '/'
  for (const { days, from, until } of dayparts ?? []) text += `;${bitsOf(days)},${from},${until}`
  return text
}

function readHours(schedule: Schedule): Hours {
  const parts = (schedule.dayparts ?? []).map(({ days, from, until }) => {
    const begins = minutesOf(from)
    const ends = minutesOf(until)
    return { days: bitsOf(days), from: begins, until: ends, crosses: begins > ends }
  })
  const edges = new Set([0, ...parts.flatMap(({ from, until }) => [from, until % 1440])])
  return {
    firstDay: schedule.window?.from === undefined ? Number.NEGATIVE_INFINITY : dayNumberOf(schedule.window.from),
    lastDay: schedule.window?.until === undefined ? Number.POSITIVE_INFINITY : dayNumberOf(schedule.window.until),
    parts,
    edges: [...edges].sort((a, b) => a - b).map((minutes) => minutes * minuteMs),
  }
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
const bitsOf = (days: readonly number[] | undefined): number =>
  days === undefined ? everyDay : days.reduce((bits, day) => bits | (1 << day), 0)
const everyDay = 0b1111111

/** How a schedule stands when the wall clock shows this. A part that crosses midnight belongs to the day it began on. */
export function livenessByWallClock(hours: Hours, localMs: number): Liveness {
  const day = Math.floor(localMs / dayMs)
  if (hours.parts.length === 0) return campaignOn(hours, day)
  const minutes = Math.floor((localMs - day * dayMs) / minuteMs)
  for (const part of hours.parts) {
    const today = minutes >= part.from && (part.crosses || minutes < part.until)
    if (today && begunOn(hours, part.days, day)) return 'live'
    if (part.crosses && minutes < part.until && begunOn(hours, part.days, day - 1)) return 'live'
  }
  const campaign = campaignOn(hours, day)
  return campaign === 'live' ? 'off-hours' : campaign
}

const begunOn = (hours: Hours, days: number, day: number): boolean =>
  (days & (1 << weekdayOf(day))) !== 0 && campaignOn(hours, day) === 'live'

function campaignOn(hours: Hours, day: number): 'early' | 'live' | 'over' {
  if (day < hours.firstDay) return 'early'
  return day > hours.lastDay ? 'over' : 'live'
}

/**
 * What a wall clock that only ran on would show at the next change; infinite if there is none. A week and a day from now
 * show every weekday's edges; past that, only the days on which the campaign begins and ends are left to look at.
 */
export function nextChangeByWallClock(hours: Hours, localMs: number): number {
  const before = livenessByWallClock(hours, localMs)
  const today = Math.floor(localMs / dayMs)
  const starts = [today, hours.firstDay, hours.lastDay].filter((day) => Number.isFinite(day) && day >= today)
  for (const start of starts.sort((a, b) => a - b)) {
    for (let day = start; day <= start + 8; day += 1) {
      for (const edge of hours.edges) {
        const ms = day * dayMs + edge
        if (ms > localMs && livenessByWallClock(hours, ms) !== before) return ms
      }
    }
  }
  return Number.POSITIVE_INFINITY
}
