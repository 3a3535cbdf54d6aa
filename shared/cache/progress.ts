import type { Playlist } from '../documents/playlist.ts'
import { laneKey } from '../loop/standing.ts'
import type { DownloadReport, PlaylistReport } from '../reports/state.ts'

/** How many downloads a state names at most. */
const mostReported = 50

/** The downloads as they are reported: those that run, then those that wait, in the order of the queue. */
export function reportedDownloads(all: readonly DownloadReport[]): DownloadReport[] {
  const running = all.filter((one) => one.state !== 'waiting')
  const waiting = all.filter((one) => one.state === 'waiting').slice(0, mostReported)
  return [...running, ...waiting].slice(0, mostReported)
}

/** Adds to each playlist's report how large it is, and takes off what has come of its half downloads. */
export function withProgress(
  reports: readonly PlaylistReport[],
  playlists: readonly Playlist[],
  downloads: readonly DownloadReport[],
): PlaylistReport[] {
  return reports.map((report) => {
    const key = `${report.target}/${report.id}`
    const playlist = playlists.find((one) => laneKey(one) === key && one.revision === report.revision)
    if (!playlist || report.missingBytes === 0) return playlist ? { ...report, totalBytes: totalOf(playlist) } : report
    const doneBytes = downloads
      .filter((one) => one.playlists.includes(key))
      .reduce((sum, one) => sum + Math.min(one.doneBytes, one.bytes), 0)
    const totalBytes = Math.max(totalOf(playlist), report.missingBytes)
    return { ...report, missingBytes: Math.max(1, report.missingBytes - doneBytes), totalBytes }
  })
}

/** What its items name; the files of an HLS set, which only its manifest knows, are not in it. */
const totalOf = (playlist: Playlist): number =>
  [...new Set(playlist.items.map((item) => item.asset))].reduce(
    (sum, asset) => sum + (playlist.assets[asset]?.bytes ?? 0),
    0,
  )
