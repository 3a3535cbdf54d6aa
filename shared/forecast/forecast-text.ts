import { countText } from '../operator/sizes.ts'
import { tableLines } from '../operator/text-table.ts'
import type { Segment } from './forecast.ts'
import { dateText, durationText, exactClockText, offsetText } from './local-text.ts'

/** The JSON that scripts read; instants in UTC. `level` null: nothing plays, and the loop is empty; `fallback`: the site's. */
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
export function summaryOf(segment: Segment): string {
  const { level, loop, why } = segment
  if (level === null) return `nothing plays: ${why}`
  const since = level === 'fallback' ? ` (${why})` : ''
  const slate = hasGaps(segment) ? ', the slate between' : ''
  return `${level}${since}, ${sharesOf(loop)}; ${countText(loop.length, 'showing')}${lengthOf(loop)}${slate}`
}

/** Whether limits leave times in which nothing may be shown. */
export function hasGaps({ limited, loop, fromMs, untilMs }: Segment): boolean {
  const seconds = loop.reduce((sum, one) => sum + (one.seconds ?? Number.POSITIVE_INFINITY), 0)
  return limited && seconds < Math.min(3600, ((untilMs ?? Number.POSITIVE_INFINITY) - fromMs) / 1000)
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
  const rows = segments.map((segment) => [momentText(segment.fromMs, timeZone), segment.level ?? '—', whatIn(segment)])
  const last = segments.at(-1)
  return [
    ...tableLines([['from', 'level', 'what takes turns'], ...rows], width),
    ...(last ? ['', nextText(last, timeZone)] : []),
  ]
}

/** `friends ×2, hotpot ×1 (3 showings)`, `friends (3 showings)` */
export function whatIn(segment: Segment): string {
  if (segment.level === null) return segment.why ?? ''
  const showings = countText(segment.loop.length, 'showing')
  const how = segment.limited ? `${showings} in an hour${hasGaps(segment) ? ', the slate between' : ''}` : showings
  const [only, another] = new Set(segment.loop.map(({ playlist }) => playlist))
  return `${another === undefined ? only : sharesOf(segment.loop)} (${how})`
}

const momentText = (ms: number, timeZone: string): string => `${dateText(ms, timeZone)} ${exactClockText(ms, timeZone)}`
/** RFC 3339 in UTC, as people write it: without milliseconds where there are none. */
const isoOf = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')
