import { Temporal } from 'temporal-polyfill'

/** The local date, weekday (0 = Sunday) and minutes since midnight by the wall clock. */
export type Local = {
  readonly date: string
  readonly yesterday: string
  readonly weekday: number
  readonly minutes: number
}

/** What a clock on the wall shows at an instant, in an IANA time zone. */
export function localAt(atMs: number, timeZone: string): Local {
  const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(atMs)).toZonedDateTimeISO(timeZone)
  const date = zoned.toPlainDate()
  return {
    date: date.toString(),
    yesterday: date.subtract({ days: 1 }).toString(),
    weekday: zoned.dayOfWeek % 7,
    minutes: zoned.hour * 60 + zoned.minute,
  }
}

/** Minutes since midnight of `HH:MM`. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** A wall-clock time as instants: two when the clock goes back over it, the end of the gap when it jumps over it. */
export function instantsOf(day: Temporal.PlainDate, time: string, timeZone: string): number[] {
  const [date, at] = time === '24:00' ? [day.add({ days: 1 }), '00:00'] : [day, time]
  const local = date.toPlainDateTime(Temporal.PlainTime.from(at))
  const earlier = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' }).epochMilliseconds
  const later = local.toZonedDateTime(timeZone, { disambiguation: 'later' }).epochMilliseconds
  return [earlier, later]
}
