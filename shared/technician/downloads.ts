import type { DownloadReport, PlaylistReport } from '../reports/state.ts'
import type { Language } from '../texts/bilingual.ts'
import { phrase } from '../texts/phrases.ts'
import { sizeText } from './amounts.ts'
import type { Words } from './texts.ts'

/** How far a playlist has come (`isWhole`), or one of its files. */
export type DownloadRow = {
  readonly isWhole: boolean
  readonly title: string
  readonly detail: string
  readonly percent: number
}

const shownPlaylists = 4
const shownFiles = 6

/** Each playlist that lacks something, then the files that come, the soonest needed first; `more`: so many files are not shown. */
export function downloadRows(
  playlists: readonly PlaylistReport[],
  downloads: readonly DownloadReport[],
  words: Words,
  language: Language,
): { readonly rows: readonly DownloadRow[]; readonly more: number } {
  const lacking = playlists.filter(({ missingBytes, status }) => missingBytes > 0 && status !== 'withdrawn')
  return {
    rows: [
      ...lacking.slice(0, shownPlaylists).map((one) => playlistRow(one, words)),
      ...downloads.slice(0, shownFiles).map((one) => fileRow(one, words, language)),
    ],
    more: Math.max(0, downloads.length - shownFiles),
  }
}

function playlistRow(
  { id, revision, missingBytes, totalBytes = missingBytes }: PlaylistReport,
  words: Words,
): DownloadRow {
  return {
    isWhole: true,
    title: words.inRevision(id, revision),
    detail: words.missing(sizeText(missingBytes), sizeText(totalBytes)),
    percent: percentOf(totalBytes - missingBytes, totalBytes),
  }
}

function fileRow(
  { asset, playlists, bytes, doneBytes, state, reason }: DownloadReport,
  words: Words,
  language: Language,
): DownloadRow {
  const lists = playlists.map((name) => name.split('/').at(-1) ?? name)
  const how = reason === undefined ? words.downloading[state] : phrase(reason)[language]
  return {
    isWhole: false,
    title: [asset.replace(/^sha256:/, '').slice(0, 8), lists.join(', ')].filter((text) => text !== '').join(' · '),
    detail: `${sizeText(doneBytes)} / ${sizeText(bytes)} · ${how}`,
    percent: percentOf(doneBytes, bytes),
  }
}

const percentOf = (part: number, whole: number): number =>
  whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)) : 0
