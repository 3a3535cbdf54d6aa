import type { Language } from '../texts/bilingual.ts'
import { phrase } from '../texts/phrases.ts'
import { clockText, spanText, timeText } from './amounts.ts'
import { type DownloadRow, downloadRows } from './downloads.ts'
import { machineRows, type Row } from './machine.ts'
import type { TechnicianFault, TechnicianReport } from './report.ts'
import { type Words, wordsOf } from './texts.ts'

export type VerdictShown = 'ok' | 'degraded' | 'failing' | 'unknown' | 'silent'

/** Something that is said under the verdict; `title`: what is wrong, in a few words. */
export type Told = { readonly title: string; readonly sentence: string }

/** The page in words, from top to bottom; nothing is left to be decided where it is drawn. */
export type TechnicianView = {
  readonly title: string
  readonly verdict: VerdictShown
  readonly headline: string
  readonly told: readonly Told[]
  readonly now: { readonly title: string; readonly detail: string }
  readonly next: string
  readonly downloads: readonly DownloadRow[]
  readonly downloadsNote: string
  readonly machine: readonly Row[]
  readonly faults: readonly FaultRow[]
  readonly about: readonly Row[]
}

/** `detail`: what the player itself reported, which is English. */
export type FaultRow = {
  readonly key: string
  readonly title: string
  readonly when: string
  readonly sentence: string
  readonly detail: string
  readonly isGrave: boolean
}

/** When the player last answered, and how long ago that was; by the phone's clock. */
export type Silence = { readonly sinceMs: number; readonly forMs: number }

const shownFaults = 8
const shownReasons = 4

/** What to show for the newest report; `silence` when the player no longer answers. */
export function technicianView(
  report: TechnicianReport | undefined,
  silence: Silence | undefined,
  language: Language,
): TechnicianView {
  const words = wordsOf(language)
  if (!report) return { ...nothingHeard(words), verdict: silence ? 'silent' : 'unknown' }
  const { health, state } = report
  const verdict = silence ? 'silent' : (health?.verdict ?? 'unknown')
  const { rows, more } = downloadRows(state?.playlists ?? [], state?.downloads ?? [], words, language)
  return {
    title: report.name ?? report.playerId,
    verdict,
    headline: words.verdict[verdict],
    told: silence ? [silenceTold(silence, words, report.timeZone, language)] : reasonsTold(report, words, language),
    now: nowOf(report, words, language),
    next: state?.next ? words.inPlaylist(state.next.item, state.next.playlist) : words.nothingNext,
    downloads: rows,
    downloadsNote: rows.length === 0 ? words.noDownloads : more > 0 ? words.moreDownloads(more) : '',
    machine: machineRows(report, words, language),
    faults: report.faults.slice(0, shownFaults).map((fault) => faultRow(fault, report, words, language)),
    about: aboutRows(report, words, language),
  }
}

const nothingHeard = (words: Words): Omit<TechnicianView, 'verdict'> => ({
  title: 'Plazacast',
  headline: words.verdict.unknown,
  told: [{ title: '', sentence: words.neverHeard }],
  now: { title: '', detail: '' },
  next: '',
  downloads: [],
  downloadsNote: '',
  machine: [],
  faults: [],
  about: [],
})

/** What is no fault is told as well: under a wall that is off by order stands somebody who wonders. */
function reasonsTold({ health }: TechnicianReport, words: Words, language: Language): Told[] {
  if (!health) return [{ title: '', sentence: words.notYet }]
  const { reasons } = health
  const told = reasons
    .slice(0, shownReasons)
    .map(({ title, messages }) => ({ title: title?.[language] ?? '', sentence: messages[language] }))
  if (told.length === 0) return [{ title: '', sentence: words.fine }]
  const more = reasons.length - told.length
  return more > 0 ? [...told, { title: '', sentence: words.moreReasons(more) }] : told
}

const silenceTold = ({ sinceMs, forMs }: Silence, words: Words, zone: string, language: Language): Told => ({
  title: '',
  sentence: words.silent(clockText(sinceMs, zone, language), spanText(forMs / 1000, words)),
})

function nowOf({ state, timeZone, at }: TechnicianReport, words: Words, language: Language) {
  if (!state) return { title: words.verdict.unknown, detail: '' }
  const { now } = state
  if ('slate' in now) return { title: words.slate, detail: phrase(now.slate)[language] }
  if ('dark' in now) return { title: words.dark, detail: phrase(now.dark)[language] }
  if (now.fallback !== undefined) return { title: words.inFallback(now.item), detail: phrase(now.fallback)[language] }
  const since = timeText(Date.parse(now.since), timeZone, language, Date.parse(at))
  return { title: words.inPlaylist(now.item, now.playlist), detail: words.since(since) }
}

function faultRow(fault: TechnicianFault, report: TechnicianReport, words: Words, language: Language): FaultRow {
  const { code, at, firstAt, times, title, sentence, detail, severity } = fault
  const time = (instant: string) => timeText(Date.parse(instant), report.timeZone, language, Date.parse(report.at))
  return {
    key: `${code} ${firstAt}`,
    title: title[language],
    when: times > 1 ? `${time(at)} · ${words.times(times, time(firstAt))}` : time(at),
    sentence: sentence[language],
    detail,
    isGrave: severity === 'error',
  }
}

function aboutRows(report: TechnicianReport, words: Words, language: Language): Row[] {
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
