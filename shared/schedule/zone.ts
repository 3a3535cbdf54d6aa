/**
 * What a wall clock in an IANA time zone says, as plain numbers: `localMs` is milliseconds since 1970-01-01T00:00 by that
 * clock, so that days, weekdays and minutes are arithmetic. Offsets come from Intl, with the zone rules of ICU.
 */

export const minuteMs = 60_000
export const dayMs = 86_400_000

/** A stretch of time with one offset: `fromMs` inclusive, `untilMs` exclusive. The one after it may have the same. */
export type Stretch = { readonly fromMs: number; readonly untilMs: number; readonly offsetMs: number }

/** Where the wall clock stands at an instant. */
export const localMsAt = (atMs: number, timeZone: string): number => atMs + stretchAt(atMs, timeZone).offsetMs

/**
 * The stretch around an instant. Looked for in blocks of 64 days, which are remembered: the same zone and days are asked
 * for again and again, and the answer never differs.
 */
export function stretchAt(atMs: number, timeZone: string): Stretch {
  const block = Math.floor(atMs / blockMs)
  const found = blockOf(block, timeZone).find(({ untilMs }) => atMs < untilMs)
  return found ?? { fromMs: block * blockMs, untilMs: (block + 1) * blockMs, offsetMs: offsetAt(atMs, timeZone) }
}

/** The weekday of a day counted from 1970-01-01, which was a Thursday: 0 is Sunday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7

/** The number of an ISO date's day, counted from 1970-01-01. */
export const dayNumberOf = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / dayMs)

const blockMs = 64 * dayMs
/** Enough for eleven years; after that a zone's blocks are forgotten and asked for anew. */
const mostBlocks = 64
const blocksByZone = new Map<string, Map<number, readonly Stretch[]>>()

function blockOf(block: number, timeZone: string): readonly Stretch[] {
  const blocks = blocksByZone.get(timeZone) ?? new Map<number, readonly Stretch[]>()
  const known = blocks.get(block)
  if (known) return known
  if (blocks.size === 0) blocksByZone.set(timeZone, blocks)
  if (blocks.size >= mostBlocks) blocks.clear()
  const stretches = stretchesBetween(block * blockMs, (block + 1) * blockMs, timeZone)
  blocks.set(block, stretches)
  return stretches
}

/** Looks at every day: no zone has changed its offset twice within one. */
function stretchesBetween(fromMs: number, untilMs: number, timeZone: string): Stretch[] {
  const stretches: Stretch[] = []
  let begunMs = fromMs
  let offsetMs = offsetAt(fromMs, timeZone)
  for (let ms = fromMs + dayMs; ms <= untilMs; ms += dayMs) {
    const later = offsetAt(ms, timeZone)
    if (later === offsetMs) continue
    const changeMs = changeBetween(ms - dayMs, ms, offsetMs, timeZone)
    if (changeMs < untilMs) {
      stretches.push({ fromMs: begunMs, untilMs: changeMs, offsetMs })
      begunMs = changeMs
      offsetMs = later
    }
  }
  return [...stretches, { fromMs: begunMs, untilMs, offsetMs }]
}

/** The first second at which the offset is no longer this one. */
function changeBetween(beforeMs: number, afterMs: number, offsetMs: number, timeZone: string): number {
  let before = beforeMs
  let after = afterMs
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000
    if (offsetAt(middle, timeZone) === offsetMs) before = middle
    else after = middle
  }
  return after
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function offsetAt(atMs: number, timeZone: string): number {
  const known = clocks.get(timeZone)
  const clock = known ?? clockOf(timeZone)
  if (!known) clocks.set(timeZone, clock)
  const second = Math.floor(atMs / 1000) * 1000
  const [month, day, year, hour, minute, seconds] = clock.format(second).split(/\D+/).map(Number)
  const local = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, seconds)
  return local - second
}

const clockOf = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
