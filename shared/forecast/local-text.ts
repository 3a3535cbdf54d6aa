import { localMsAt } from '../schedule/zone.ts'

const two = (value: number): string => String(value).padStart(2, '0')

/** `08:00` by the wall clock of a zone, with seconds only where there are some. */
export function clockText(atMs: number, timeZone: string): string {
  const local = new Date(localMsAt(atMs, timeZone))
  const minutes = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`
  return local.getUTCSeconds() === 0 ? minutes : `${minutes}:${two(local.getUTCSeconds())}`
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
