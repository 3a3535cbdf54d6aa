import type { Playlist } from '../documents/playlist.ts'
import { fallbackKey } from '../loop/fallback.ts'
import { closedReason } from '../loop/opening.ts'
import { laneKey } from '../loop/standing.ts'
import type { PlayLevel } from '../plays/record.ts'
import type { LocalDay } from '../schedule/day.ts'
import { stretchAt } from '../schedule/zone.ts'
import { dayStyle } from './day-style.ts'
import type { Segment } from './forecast.ts'
import { whatIn } from './forecast-text.ts'
import { clockText, dateText, durationText, exactClockText, offsetText } from './local-text.ts'

/** What a page shows: one local day, cut at every change, and the instant that is marked in it. */
export type DayPicture = {
  readonly playlists: readonly Playlist[]
  readonly steps: readonly Segment[]
  readonly day: LocalDay
  readonly nowMs: number
  readonly timeZone: string
  readonly name?: string | undefined
}

/** A day as a page of its own, without scripts or anything to load: a lane for each playlist, and the changes in words. */
export function dayPage(picture: DayPicture): string {
  const { day, timeZone, nowMs } = picture
  const title = `${picture.name === undefined ? '' : `${picture.name}: `}${dateText(day.fromMs, timeZone)}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)}</title>
<style>${dayStyle}</style>
</head>
<body>
<main>
<h1>${safe(title)}</h1>
<p class="zone">${safe(timeZone)}, ${safe(offsetsOf(picture))}</p>
${legend}
<section class="chart">
${axis(picture)}
${lanesOf(picture)
  .map((lane) => laneBlock(lane, picture))
  .join('\n')}
${nothingPlays(picture)}
</section>
<h2>Changes</h2>
<ol>
${changeRows(picture)}
</ol>
<p class="foot">The line is ${clockText(nowMs, timeZone)}. Approvals and downloads are not looked at here.</p>
</main>
</body>
</html>
`
}

const legend =
  '<p class="legend"><span class="key normal"></span>on the wall<span class="key outranked"></span>waits for a higher level</p>'

/** The day's offset, and when the clock changes on it. */
function offsetsOf({ day, timeZone }: DayPicture): string {
  const hours = durationText((day.untilMs - day.fromMs) / 1000)
  const { untilMs } = stretchAt(day.fromMs, timeZone)
  const before = offsetText(day.fromMs, timeZone)
  const after = offsetText(day.untilMs - 1, timeZone)
  if (before === after) return `${before}, ${hours}`
  const shownAt = clockText(untilMs, timeZone)
  return `${before}, from ${shownAt} ${after}: this day has ${hours}`
}

/** Hours that are written under the chart: each sixth by the wall clock, wherever it stands on a day that is longer or shorter. */
function axis(picture: DayPicture): string {
  const { day, timeZone } = picture
  const marks: string[] = []
  for (let ms = day.fromMs; ms <= day.untilMs; ms += 900_000) {
    const text = ms === day.untilMs ? '24:00' : clockText(ms, timeZone)
    const [hour = 0, minute = 0] = text.split(':').map(Number)
    if (minute !== 0 || hour % 6 !== 0) continue
    const side = ms === day.fromMs ? ' first' : ms === day.untilMs ? ' last' : ''
    marks.push(`<span class="hour${side}" style="left:${placeOf(ms, picture)}%">${text}</span>`)
  }
  return `<div class="axis">${marks.join('')}</div>`
}

type LaneSpans = {
  readonly key: string
  readonly name: string
  readonly level: PlayLevel
  readonly weight: number
  readonly spans: readonly { readonly fromMs: number; readonly untilMs: number; readonly on: boolean }[]
}

const levels: readonly PlayLevel[] = ['emergency', 'takeover', 'normal', 'filler', 'fallback']

function lanesOf({ playlists, steps, day }: DayPicture): LaneSpans[] {
  const lanes = playlists
    .filter(({ withdrawn }) => !withdrawn)
    .map((playlist): LaneSpans => {
      const key = laneKey(playlist)
      const isFallback = key === fallbackKey
      const spans: { fromMs: number; untilMs: number; on: boolean }[] = []
      for (const step of steps) {
        const on = step.on.includes(key)
        if (!on && !step.outranked.includes(key)) continue
        const untilMs = step.untilMs ?? day.untilMs
        const last = spans.at(-1)
        if (last?.on === on && last.untilMs === step.fromMs) last.untilMs = untilMs
        else spans.push({ fromMs: step.fromMs, untilMs, on })
      }
      const title = playlist.title?.en ?? Object.values(playlist.title ?? {})[0] ?? playlist.id
      const name = isFallback ? 'When nothing else plays' : title
      return { key, name, level: isFallback ? 'fallback' : playlist.priority, weight: playlist.weight, spans }
    })
  return lanes.toSorted((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level))
}

function laneBlock(lane: LaneSpans, picture: DayPicture): string {
  const bars = lane.spans.map(
    ({ fromMs, untilMs, on }) =>
      `<span class="bar ${on ? lane.level : 'outranked'}" style="left:${placeOf(fromMs, picture)}%;width:${widthOf(fromMs, untilMs, picture)}%"></span>`,
  )
  return `<div class="lane">
<div class="name"><b>${safe(lane.name)}</b> <span class="level">${lane.level}${lane.weight > 1 ? ` · weight ${lane.weight}` : ''}</span></div>
<div class="track">${grid(picture)}${bars.join('')}${nowLine(picture)}</div>
<div class="times">${safe(timesOf(lane, picture))}</div>
</div>`
}

function timesOf({ spans }: LaneSpans, { timeZone, day }: DayPicture): string {
  if (spans.length === 0) return 'not on this day'
  const text = (on: boolean) =>
    spans
      .filter((span) => span.on === on)
      .map(
        ({ fromMs, untilMs }) =>
          `${exactClockText(fromMs, timeZone)}–${untilMs === day.untilMs ? '24:00' : exactClockText(untilMs, timeZone)}`,
      )
      .join(', ')
  const waits = text(false)
  return [text(true), waits === '' ? '' : `waits ${waits}`].filter((one) => one !== '').join('; ')
}

/** Where nothing plays there is a lane for that as well: it is what a customer asks about. */
function nothingPlays(picture: DayPicture): string {
  const gaps = picture.steps.filter(({ level }) => level === null)
  if (gaps.length === 0) return ''
  const reasons = [...new Set(gaps.map(({ why }) => why ?? ''))]
  const bars = gaps.map(
    ({ fromMs, untilMs }) =>
      `<span class="bar nothing" style="left:${placeOf(fromMs, picture)}%;width:${widthOf(fromMs, untilMs ?? picture.day.untilMs, picture)}%"></span>`,
  )
  return `<div class="lane">
<div class="name"><b>Nothing</b> <span class="level">${safe(reasons.join('; '))}</span></div>
<div class="track">${grid(picture)}${bars.join('')}${nowLine(picture)}</div>
</div>`
}

function grid(picture: DayPicture): string {
  const changes = picture.steps.slice(1).map(({ fromMs }) => `<i style="left:${placeOf(fromMs, picture)}%"></i>`)
  return [...new Set(changes)].join('')
}

const nowLine = (picture: DayPicture): string =>
  picture.nowMs < picture.day.fromMs || picture.nowMs >= picture.day.untilMs
    ? ''
    : `<em style="left:${placeOf(picture.nowMs, picture)}%"></em>`

function changeRows({ steps, timeZone, nowMs }: DayPicture): string {
  let before: string | undefined
  return steps
    .flatMap((step) => {
      const what = step.level === null ? (step.why ?? '') : whatIn(step)
      const text = `${step.level ?? ''} ${what}`
      if (text === before) return []
      before = text
      const isNow = step.fromMs <= nowMs && (step.untilMs === null || nowMs < step.untilMs)
      const name = step.why === closedReason ? 'off' : 'slate'
      const tag = `<span class="tag ${step.level ?? 'nothing'}">${step.level ?? name}</span> `
      return [
        `<li${isNow ? ' class="now"' : ''}><time>${exactClockText(step.fromMs, timeZone).replace(/ (.*)/, ' <small>$1</small>')}</time><div>${tag}${safe(what)}</div></li>`,
      ]
    })
    .join('\n')
}

const placeOf = (ms: number, { day }: DayPicture): string =>
  (((ms - day.fromMs) / (day.untilMs - day.fromMs)) * 100).toFixed(3)
const widthOf = (fromMs: number, untilMs: number, { day }: DayPicture): string =>
  (((untilMs - fromMs) / (day.untilMs - day.fromMs)) * 100).toFixed(3)

/** Text from a playlist as text, never as markup. */
const safe = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
