import { dayMs, localMsAt, stretchAt } from './zone.ts'

/** A calendar day as it is lived: 23, 24 or 25 hours, from its first instant to that of the next. */
export type LocalDay = { readonly fromMs: number; readonly untilMs: number }

/** The local day that an instant lies in. */
export function localDayAt(atMs: number, timeZone: string): LocalDay {
  const day = Math.floor(localMsAt(atMs, timeZone) / dayMs)
  const dayBeforeMs = atMs - 50 * 3_600_000 // also where a zone has skipped a whole day
  return { fromMs: dayBeginsAfter(dayBeforeMs, day, timeZone), untilMs: dayBeginsAfter(atMs, day + 1, timeZone) }
}

/** When a later day begins: at its midnight or, where that is skipped, when the clock jumps over it. */
function dayBeginsAfter(atMs: number, day: number, timeZone: string): number {
  for (let ms = atMs; ; ) {
    const { untilMs, offsetMs } = stretchAt(ms, timeZone)
    const midnightMs = day * dayMs - offsetMs
    if (midnightMs <= ms) return ms
    if (midnightMs < untilMs) return midnightMs
    ms = untilMs
  }
}
