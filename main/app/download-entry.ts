import type { AssetName } from '../../shared/asset-name.ts'
import type { Queued, Waiting } from '../../shared/cache/queue.ts'
import {
  type Attempts,
  afterFailure,
  afterNewAddresses,
  type FailedTry,
  firstAddress,
  restAfter,
  waitLeftMs,
} from '../../shared/cache/retry.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import type { DownloadReport } from '../../shared/reports/state.ts'
import type { HalfDownload } from '../sqlite/downloads.ts'
import type { Clock } from './ports.ts'

/** How far a wanted asset is that is not held yet; `reason`: what the last try failed with. */
export type DownloadProgress = {
  readonly asset: AssetName
  readonly playlists: readonly string[]
  readonly bytesDone: number
  readonly bytes: number
  readonly state: 'waiting' | 'downloading' | 'checking'
  readonly reason: string | undefined
}

/** A wanted asset that is not held. */
export type Entry = {
  wanted: WantedAsset
  attempts: Attempts
  /** Addresses to be left alone for a while (until a monotonic instant, ms), and how often each served wrong bytes. */
  readonly rests: Map<string, { readonly untilMs: number; readonly mismatches: number }>
  bytesDone: number
  reason: string | undefined
  reported: string | undefined
  phase: { readonly kind: 'waiting'; readonly untilMs: number } | Running
}
export type Running = { readonly kind: 'downloading' | 'checking'; readonly abort: AbortController }

export const newEntry = (wanted: WantedAsset, half: HalfDownload | undefined, clock: Clock): Entry => ({
  wanted,
  attempts: { url: firstAddress(wanted.urls, half?.url), attempts: half?.attempts ?? 0 },
  rests: new Map(),
  bytesDone: half?.doneBytes ?? 0,
  reason: undefined,
  reported: undefined,
  phase: {
    kind: 'waiting',
    untilMs: clock.monotonicMs() + waitLeftMs(half?.nextAttemptAt ?? 0, clock.now()),
  },
})

/** Another list names the asset again. Addresses that are new, such as fresh signatures, are tried at once. */
export function renew(entry: Entry, wanted: WantedAsset, nowMs: number): void {
  const fresh = afterNewAddresses(entry.attempts, entry.wanted.urls, wanted.urls)
  entry.wanted = wanted
  if (!fresh || entry.phase.kind !== 'waiting') return
  entry.attempts = fresh
  entry.phase = { kind: 'waiting', untilMs: nowMs }
}

/** What comes next after a failed try, in which address, after how long. */
export function failedTry(entry: Entry, failed: FailedTry, nowMs: number, random: number) {
  const { url } = entry.attempts
  const mismatches = (entry.rests.get(url)?.mismatches ?? 0) + (failed.kind === 'mismatch' ? 1 : 0)
  const restMs = restAfter(failed, mismatches, random)
  if (restMs > 0) entry.rests.set(url, { untilMs: nowMs + restMs, mismatches })
  const rests = new Map([...entry.rests].map(([address, { untilMs }]) => [address, Math.max(0, untilMs - nowMs)]))
  return afterFailure(entry.attempts, failed, entry.wanted.urls, random, rests)
}

/** The network may be back: the wait ends soon, but no server is asked before the time it named. */
export function wakeSoon(entry: Entry, soonMs: number): void {
  if (entry.phase.kind !== 'waiting') return
  const restedMs = Math.max(soonMs, entry.rests.get(entry.attempts.url)?.untilMs ?? 0)
  entry.phase = { kind: 'waiting', untilMs: Math.min(entry.phase.untilMs, restedMs) }
}

export const isEmergency = ({ wanted }: Entry): boolean => wanted.emergency === true

export const queuedOf = ({ wanted, attempts, phase }: Entry): Queued => ({
  asset: wanted.asset,
  bytes: wanted.bytes,
  emergency: wanted.emergency === true,
  failing: attempts.attempts > 0 || phase.kind === 'checking',
  storing: phase.kind === 'checking',
})

/** Those that wait, one by one: the plan looks at as few as it can. */
export function* waitingOf(entries: Iterable<Entry>): Generator<Waiting> {
  for (const entry of entries) {
    if (entry.phase.kind === 'waiting') yield { ...queuedOf(entry), untilMs: entry.phase.untilMs }
  }
}

export const progressOf = ({ wanted, bytesDone, phase, reason }: Entry): DownloadProgress => ({
  asset: wanted.asset,
  playlists: wanted.playlists ?? [],
  bytesDone,
  bytes: wanted.bytes,
  state: phase.kind,
  reason,
})

/** Progress as it is reported. */
export const downloadReport = ({ bytesDone, reason, playlists, ...one }: DownloadProgress): DownloadReport => ({
  ...one,
  playlists: [...playlists],
  doneBytes: bytesDone,
  ...(reason !== undefined && { reason }),
})

export function cancel(entry: Entry): void {
  if (entry.phase.kind !== 'waiting') entry.phase.abort.abort()
}
