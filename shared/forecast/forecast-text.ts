import { countText } from '../operator/sizes.ts'
import { tableLines } from '../operator/text-table.ts'
import type { Segment } from './forecast.ts'
import { clockText, dateText, durationText, offsetText } from './local-text.ts'

/** The JSON that scripts read; instants in UTC. `level` null: nothing plays, and the loop is empty. */
export const forecastJson = (segment: Segment) => ({
  at: isoOf(segment.fromMs),
  level: segment.level,
  loop: segment.loop,
  nextChange: segment.untilMs === null ? null : isoOf(segment.untilMs),
})

/** The same of every segment; `why` says what is seen when nothing plays. */
export const changesJson = (segments: readonly Segment[]) =>
  segments.map(({ fromMs, untilMs, level, loop, why }) => ({
    from: isoOf(fromMs),
    until: untilMs === null ? null : isoOf(untilMs),
    level,
    loop,
    ...(why !== null && { why }),
  }))

/** What people read: the loop of the first segment, then every change. */
export function forecastLines(segments: readonly Segment[], timeZone: string, width: number): string[] {
  const [first] = segments
  if (!first) return []
  return [
    `${momentText(first.fromMs, timeZone)} in ${timeZone} (${offsetText(first.fromMs, timeZone)}): ${summaryOf(first)}`,
    ...loopLines(first, width),
    '',
    ...(segments.length === 1 ? [nextText(first, timeZone)] : changeLines(segments, timeZone, width)),
  ]
}

/** `normal: friends ×6, hotpot ×3; 9 showings in 1 min 12 s` */
export function summaryOf({ level, loop, why }: Segment): string {
  if (level === null) return `nothing plays: ${why}`
  return `${level}, ${sharesOf(loop)}; ${countText(loop.length, 'showing')}${lengthOf(loop)}`
}

export function sharesOf(loop: Segment['loop']): string {
  const counts = new Map<string, number>()
  for (const { playlist } of loop) counts.set(playlist, (counts.get(playlist) ?? 0) + 1)
  return [...counts].map(([playlist, count]) => `${playlist} ×${count}`).join(', ')
}

function lengthOf(loop: Segment['loop']): string {
  const seconds = loop.reduce((sum, one) => sum + (one.seconds ?? 0), 0)
  const unknown = loop.filter((one) => one.seconds === null).length
  if (unknown === 0) return ` in ${durationText(seconds)}`
  return ` in ${durationText(seconds)} and ${countText(unknown, 'film')} of unknown length`
}

const mostRows = 60

function loopLines({ loop }: Segment, width: number): string[] {
  if (loop.length === 0) return []
  const rows = loop
    .slice(0, mostRows)
    .map(({ playlist, item, seconds }, index) => [
      String(index + 1),
      playlist,
      item,
      seconds === null ? 'whole film' : durationText(seconds),
    ])
  const more = loop.length > mostRows ? [`  … and ${loop.length - mostRows} more before it begins again`] : []
  return [
    ...tableLines([['', 'playlist', 'item', 'shown for'], ...rows], width - 2).map((line) => `  ${line}`),
    ...more,
  ]
}

const nextText = ({ untilMs }: Segment, timeZone: string): string =>
  untilMs === null ? 'It never changes by itself.' : `The next change is on ${momentText(untilMs, timeZone)}.`

function changeLines(segments: readonly Segment[], timeZone: string, width: number): string[] {
  const rows = segments.map((segment) => [
    momentText(segment.fromMs, timeZone),
    segment.level ?? '—',
    segment.level === null
      ? (segment.why ?? '')
      : `${sharesOf(segment.loop)} (${countText(segment.loop.length, 'showing')})`,
  ])
  const last = segments.at(-1)
  return [
    ...tableLines([['from', 'level', 'what takes turns'], ...rows], width),
    ...(last ? ['', nextText(last, timeZone)] : []),
  ]
}

const momentText = (ms: number, timeZone: string): string => `${dateText(ms, timeZone)} ${clockText(ms, timeZone)}`
const isoOf = (ms: number): string => new Date(ms).toISOString()
