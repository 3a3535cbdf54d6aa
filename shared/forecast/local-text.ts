import { localMsAt } from '../schedule/zone.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/** `08:00` by the wall clock of a zone, with seconds only where there are some. */
export function clockText(atMs: number, timeZone: string): string {
  const local = new Date(localMsAt(atMs, timeZone))
  const minutes = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`
  return local.getUTCSeconds() === 0 ? minutes : `${minutes}:${two(local.getUTCSeconds())}`
}

/** So far clocks are set back where they are: by half an hour on Lord Howe Island, else by one, once by two. */
const setBackMs = [1_800_000, 3_600_000, 7_200_000]

/** `02:15`, but `02:15 UTC+1` where the wall clock shows the same twice in that night. */
export function exactClockText(atMs: number, timeZone: string): string {
  const local = localMsAt(atMs, timeZone)
  const isTwice = setBackMs.some(
    (ms) => localMsAt(atMs + ms, timeZone) === local || localMsAt(atMs - ms, timeZone) === local,
  )
  const text = clockText(atMs, timeZone)
  return isTwice ? `${text} ${offsetText(atMs, timeZone)}` : text
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `Fri 2026-06-12` */
export function dateText(atMs: number, timeZone: string): string {
  const local = new Date(localMsAt(atMs, timeZone))
  return `${weekdays[local.getUTCDay()]} ${local.toISOString().slice(0, 10)}`
}

/** `UTC+10`, `UTC+5:45` */
export function offsetText(atMs: number, timeZone: string): string {
  const minutes = Math.round((localMsAt(atMs, timeZone) - atMs) / 60_000)
  const rest = Math.abs(minutes) % 60
  return `UTC${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${rest === 0 ? '' : `:${two(rest)}`}`
}

/** `52 s`, `4 min 10 s`, `3 h 5 min` */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`
}
