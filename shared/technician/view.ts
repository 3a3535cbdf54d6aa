import type { Readings } from '../health/health.ts'
import { faultTitle } from './fault-titles.ts'
import type { TechnicianReport } from './report.ts'
import { type PageLanguage, type Words, wordsOf } from './texts.ts'

export type VerdictShown = 'ok' | 'degraded' | 'failing' | 'unknown' | 'silent'
export type Row = { readonly label: string; readonly value: string; readonly isBad: boolean }

/** The page in words, from top to bottom; nothing is left to be decided where it is drawn. */
export type TechnicianView = {
  readonly language: PageLanguage
  readonly title: string
  readonly verdict: VerdictShown
  readonly headline: string
  readonly sentences: readonly string[]
  readonly now: { readonly title: string; readonly detail: string }
  readonly next: string
  readonly downloads: readonly { readonly title: string; readonly detail: string; readonly percent: number }[]
  readonly downloadsNote: string
  readonly machine: readonly Row[]
  readonly faults: readonly { readonly title: string; readonly when: string; readonly message: string }[]
  readonly about: readonly Row[]
}

/** When the player last answered, and how long ago that was; by the phone's clock. */
export type Silence = { readonly sinceMs: number; readonly forMs: number }

const shownDownloads = 6
const shownFaults = 8
const shownReasons = 4

/** What to show for the newest report; `silence` when the player no longer answers. */
export function technicianView(
  report: TechnicianReport | undefined,
  silence: Silence | undefined,
  language: PageLanguage,
): TechnicianView {
  const words = wordsOf(language)
  if (!report) return { ...nothingHeard(words, language), verdict: silence ? 'silent' : 'unknown' }
  const { health, state } = report
  const downloads = state?.downloads ?? []
  const verdict = silence ? 'silent' : (health?.verdict ?? 'unknown')
  return {
    language,
    title: report.name ?? report.playerId,
    verdict,
    headline: words.verdict[verdict],
    sentences: silence
      ? [silentSentence(silence, words, report.timeZone, language)]
      : sentencesOf(report, words, language),
    now: nowOf(report, words, language),
    next: state?.next ? words.inPlaylist(state.next.item, state.next.playlist) : words.nothingNext,
    downloads: downloads.slice(0, shownDownloads).map((one) => ({
      title: one.playlists.map((name) => name.split('/').at(-1) ?? name).join(', ') || one.asset.slice(7, 15),
      detail: [`${sizeText(one.doneBytes)} / ${sizeText(one.bytes)}`, one.reason ?? words.downloading[one.state]].join(
        ' · ',
      ),
      percent: one.bytes > 0 ? Math.min(100, (100 * one.doneBytes) / one.bytes) : 0,
    })),
    downloadsNote: downloadsNote(downloads.length, words),
    machine: health ? machineRows(health.readings, report, words, language) : [],
    faults: report.faults.slice(0, shownFaults).map((fault) => ({
      title: faultTitle(fault.code, language),
      when: timeText(Date.parse(fault.at), report.timeZone, language, Date.parse(report.at)),
      message: fault.message,
    })),
    about: aboutRows(report, words, language),
  }
}

const nothingHeard = (words: Words, language: PageLanguage): Omit<TechnicianView, 'verdict'> => ({
  language,
  title: 'Plazacast',
  headline: words.verdict.unknown,
  sentences: [words.neverHeard],
  now: { title: '', detail: '' },
  next: '',
  downloads: [],
  downloadsNote: '',
  machine: [],
  faults: [],
  about: [],
})

function sentencesOf({ health }: TechnicianReport, words: Words, language: PageLanguage): string[] {
  if (!health) return [words.notYet]
  const told = health.reasons.filter(({ gravity }) => gravity !== 'info')
  if (told.length === 0) return [words.fine]
  return told.slice(0, shownReasons).map(({ messages }) => messages[language])
}

function silentSentence({ sinceMs, forMs }: Silence, words: Words, zone: string, language: PageLanguage): string {
  return words.silent(clockText(sinceMs, zone, language), spanText(forMs / 1000, words))
}

function nowOf({ state, timeZone, at }: TechnicianReport, words: Words, language: PageLanguage) {
  if (!state) return { title: words.verdict.unknown, detail: '' }
  const { now } = state
  if ('slate' in now) return { title: words.slate, detail: now.slate }
  if ('dark' in now) return { title: words.dark, detail: now.dark }
  const since = timeText(Date.parse(now.since), timeZone, language, Date.parse(at))
  return { title: words.inPlaylist(now.item, now.playlist), detail: words.since(since) }
}

function downloadsNote(count: number, words: Words): string {
  if (count === 0) return words.noDownloads
  return count > shownDownloads ? words.moreDownloads(count - shownDownloads) : ''
}

function machineRows(readings: Readings, report: TechnicianReport, words: Words, language: PageLanguage): Row[] {
  const { rows } = words
  const at = Date.parse(report.at)
  const row = (label: string, value: string, isBad = false): Row => ({ label, value, isBad })
  const time = (instant: string) => timeText(Date.parse(instant), report.timeZone, language, at)
  const { broker, clock, disk, memory, cpu, temperatures, picture, recovery, database, quarantinedItems } = readings
  const hottest = temperatures.toSorted((one, other) => other.temperatureCelsius - one.temperatureCelsius)[0]
  const unacknowledged = database?.unacknowledgedPlays
  return [
    broker
      ? row(
          rows.broker,
          (broker.connected ? words.connected : words.disconnected)(time(broker.since)),
          !broker.connected,
        )
      : row(rows.broker, words.noBroker),
    row(rows.clock, clockLine(clock, words), clock.trust === 'unknown'),
    disk
      ? row(
          rows.disk,
          words.free(sizeText(disk.freeBytes), sizeText(disk.totalBytes)),
          disk.freeBytes < disk.totalBytes / 50,
        )
      : row(rows.disk, words.unread),
    hottest
      ? row(
          rows.temperature,
          `${Math.round(hottest.temperatureCelsius)} °C · ${hottest.sensor}`,
          hottest.criticalCelsius !== null && hottest.temperatureCelsius >= hottest.criticalCelsius - 10,
        )
      : row(rows.temperature, words.unread),
    memory
      ? row(
          rows.memory,
          words.free(sizeText(memory.availableBytes), sizeText(memory.totalBytes)),
          memory.availableBytes < memory.totalBytes / 20,
        )
      : row(rows.memory, words.unread),
    cpu ? row(rows.processor, words.percent(String(Math.round(cpu.systemPercent)))) : row(rows.processor, words.unread),
    row(
      rows.frames,
      words.framesOf(countText(picture.droppedFrames, language), countText(picture.presentedFrames, language)),
      (picture.droppedPercent ?? 0) > 5,
    ),
    ...(recovery ? [row(rows.recovery, `${recovery.rung} · ${recovery.reason}`, true)] : []),
    ...(quarantinedItems.length > 0 ? [row(rows.leftOut, quarantinedItems.join(', '), true)] : []),
    ...(typeof unacknowledged === 'number' ? [row(rows.plays, String(unacknowledged))] : []),
    row(rows.uptime, spanText(readings.uptime.playerSeconds, words)),
  ]
}

function clockLine({ trust, source, ageSeconds }: Readings['clock'], words: Words): string {
  const age = ageSeconds === null ? [] : [words.ago(spanText(ageSeconds, words))]
  return [words.clockTrust[trust], words.clockSource[source], ...age].join(' · ')
}

function aboutRows(report: TechnicianReport, words: Words, language: PageLanguage): Row[] {
  const { rows } = words
  const { state } = report
  const known = (label: string, value: string | null | undefined): Row[] =>
    value ? [{ label, value, isBad: false }] : []
  return [
    ...known(rows.name, report.name),
    ...known(rows.player, report.playerId),
    ...known(rows.place, report.place),
    ...known(rows.time, `${clockText(Date.parse(report.at), report.timeZone, language)} · ${report.timeZone}`),
    ...known(rows.version, state?.version),
    ...known(rows.host, state?.host),
    ...known(rows.site, state && words.documents(state.site, state.trust)),
  ]
}

const units = ['B', 'KB', 'MB', 'GB', 'TB']

const countText = (count: number, language: PageLanguage): string =>
  new Intl.NumberFormat(localeOf(language)).format(count)

/** Powers of 1,000, as disks are sold. */
export function sizeText(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${value < 10 && step > 0 ? value.toFixed(1) : Math.round(value)}\u00a0${units[step]}`
}

/** Two days, three hours, …: the largest unit that gives at least two of it, so that little is lost. */
export function spanText(seconds: number, words: Words): string {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 120) return words.span.seconds(whole)
  if (whole < 7200) return words.span.minutes(Math.floor(whole / 60))
  if (whole < 172_800) return words.span.hours(Math.floor(whole / 3600))
  return words.span.days(Math.floor(whole / 86_400))
}

const localeOf = (language: PageLanguage): string => (language === 'zh' ? 'zh-CN' : 'en-GB')

const clockText = (ms: number, timeZone: string, language: PageLanguage): string =>
  new Intl.DateTimeFormat(localeOf(language), {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(ms)

/** With the day when it is not of the last twelve hours. */
function timeText(ms: number, timeZone: string, language: PageLanguage, nowMs: number): string {
  if (Math.abs(nowMs - ms) < 12 * 3_600_000) return clockText(ms, timeZone, language)
  const day = { timeZone, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const
  return new Intl.DateTimeFormat(localeOf(language), day).format(ms)
}
