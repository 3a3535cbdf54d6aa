import type { AssetName } from '../../shared/asset-name.ts'
import type { BandwidthLimit } from '../../shared/cache/bandwidth.ts'
import { planGarbage } from '../../shared/cache/garbage.ts'
import { afterMirror, type Mirrors, preferredAddress } from '../../shared/cache/mirrors.ts'
import { planQueue } from '../../shared/cache/queue.ts'
import { afterSign, isHeld, type PlayingSign, type Stutter, smooth } from '../../shared/cache/stutter.ts'
import { compareWanted, joinWanted, type WantedAsset } from '../../shared/cache/wanted.ts'
import type { EventCode } from '../../shared/reports/event.ts'
import { longestWaitMs, retryDelayMs } from '../../shared/retry-delay.ts'
import { heldAssets, noteNeeded } from '../sqlite/assets.ts'
import { isStorageFailure } from '../sqlite/connection.ts'
import { findDownload, putDownload } from '../sqlite/downloads.ts'
import {
  cancel,
  type DownloadProgress,
  type Entry,
  failedTry,
  isEmergency,
  newEntry,
  progressOf,
  queuedOf,
  renew,
  waitingOf,
  wakeSoon,
} from './download-entry.ts'
import { type TryOutcome, type TryTools, tryDownload } from './download-try.ts'
import type { Random } from './ports.ts'
import type { Space } from './space.ts'
import { createThrottle } from './throttle.ts'

/** A fault that an operator should hear of: to be sent as an event. */
export type DownloadTrouble = {
  readonly code: Extract<EventCode, 'asset-download-failed' | 'asset-hash-mismatch'>
  readonly message: string
  readonly about: Readonly<Record<string, unknown>>
}

export type DownloadsOptions = Omit<TryTools, 'throttle'> & {
  readonly random: Random
  /** The asset is on disk, hashed, and in the database. */
  readonly onCached: (asset: AssetName) => void
  readonly onTrouble: (trouble: DownloadTrouble) => void
  /** Room that is never filled: the database and the log need some. */
  readonly reserveBytes?: number
  /** Who keeps the room; without it, unwanted assets make way and nothing else does. */
  readonly space?: Pick<Space, 'makeRoom' | 'ranOut'> | undefined
  readonly atOnce?: number
}

/** What bears on how fast things are fetched: the site's limits in its zone, and whether the wall has anything to show. */
export type Conditions = {
  readonly bandwidth: readonly BandwidthLimit[]
  readonly timeZone: string
  /** The time of day, in ms since 1970: by the most trusted clock there is. */
  readonly now: () => number
  readonly playable: boolean
}

export type Downloads = {
  /**
   * Everything the wall needs from now on, held or not: what is held and not in this list may be removed when the disk is
   * full, so what plays and may play belongs in it. What is no longer in it is not fetched any further.
   */
  want(list: readonly WantedAsset[], conditions?: Conditions): void
  /** How well the page plays: downloads are held for a while when it loses frames, but not for ever. */
  playing(sign: PlayingSign): void
  progress(): DownloadProgress[]
  /** The network is back, as it seems: waits end within two seconds, each at a moment of its own. */
  retryNow(): void
  /** Ends what runs; resolves when nothing is written any more. */
  stop(): Promise<void>
}

/** Fetches what is wanted and not held, a few at a time, for as long as it takes. Nothing waits for it. */
export function createDownloads(options: DownloadsOptions): Downloads {
  const { db, files, clock, random, onCached, onTrouble } = options
  const { reserveBytes = 512 * 1024 * 1024, atOnce = 3 } = options
  const works = new Map<AssetName, Promise<void>>()
  let entries = new Map<AssetName, Entry>()
  /** Those of the entries that do not wait. */
  const active = new Set<Entry>()
  let needed: ReadonlySet<AssetName> = new Set()
  let mirrors: Mirrors = new Map()
  let disarm = () => {}
  let stopped = false
  const throttle = createThrottle(clock)
  const tools: TryTools = { ...options, throttle }
  let stutter: Stutter = smooth
  let playable = true
  let disarmHold = () => {}

  function want(list: readonly WantedAsset[], conditions?: Conditions): void {
    if (conditions) {
      throttle.limit(conditions)
      playable = conditions.playable
    }
    const joined = joinWanted(list)
    needed = new Set(joined.map((one) => one.asset))
    try {
      noteNeeded(db, [...needed], clock.now())
    } catch (error) {
      if (!isStorageFailure(error)) throw error // a full disk: noted at the next look
    }
    const held = new Set(heldAssets(db).map((one) => one.asset))
    const missing = joined.filter((one) => !held.has(one.asset))
    const before = entries
    entries = new Map(missing.map((one) => [one.asset, entryFor(one, before.get(one.asset))]))
    for (const [asset, entry] of before) if (!entries.has(asset)) cancel(entry)
    startDue()
  }

  function entryFor(wanted: WantedAsset, known: Entry | undefined): Entry {
    if (!known) return newEntry(wanted, findDownload(db, wanted.asset), clock)
    renew(known, wanted, clock.monotonicMs())
    return known
  }

  function startDue(): void {
    disarm()
    if (stopped) return
    const all = running().map(queuedOf)
    const waiting = hold() ? [] : waitingOf(entries.values())
    const plan = planQueue(all, waiting, atOnce, clock.monotonicMs())
    for (const asset of plan.pause) pause(entries.get(asset))
    for (const asset of plan.start) start(entries.get(asset))
    if (plan.wakeInMs !== undefined) disarm = clock.after(plan.wakeInMs, startDue)
  }

  /** The first needed first; a queue of thousands is not gone through for them. */
  function running(): Entry[] {
    for (const one of active)
      if (one.phase.kind === 'waiting' || entries.get(one.wanted.asset) !== one) active.delete(one)
    return [...active].toSorted((a, b) => compareWanted(a.wanted, b.wanted))
  }

  /** Whether downloads are held for the sake of the picture; never when there is none, nor in an emergency. */
  function hold(): boolean {
    disarmHold()
    const nowMs = clock.monotonicMs()
    const held = playable && isHeld(stutter, nowMs) && ![...entries.values()].some(isEmergency)
    throttle.hold(held)
    if (held) disarmHold = clock.after(stutter.heldUntilMs - nowMs, startDue)
    return held
  }

  function playing(sign: PlayingSign): void {
    const before = stutter
    stutter = afterSign(stutter, sign, clock.monotonicMs())
    if (stutter.heldUntilMs !== before.heldUntilMs) startDue()
  }

  /** Its connection is given back; what has come is kept, and the rest is asked for when its turn comes again. */
  function pause(entry: Entry | undefined): void {
    if (!entry) return
    cancel(entry)
    entry.reason = undefined // it was coming, and is not late
    entry.phase = { kind: 'waiting', untilMs: 0 }
  }

  /** A cancelled try of the same asset may still be closing its file: the next one waits for it. */
  function start(entry: Entry | undefined): void {
    if (!entry) return
    const { asset } = entry.wanted
    const abort = new AbortController()
    entry.phase = { kind: 'downloading', abort }
    active.add(entry)
    const work = (works.get(asset) ?? Promise.resolve())
      .then(() => attempt(entry, abort))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) park(entry, String(error)) // else it has been given up or paused already
      })
      .finally(() => {
        if (works.get(asset) === work) works.delete(asset)
        startDue()
      })
    works.set(asset, work)
  }

  async function attempt(entry: Entry, abort: AbortController): Promise<void> {
    if (abort.signal.aborted) return
    const { wanted } = entry
    const noRoom = await makeRoom(entry)
    const url = preferredAddress(entry.attempts.url, wanted.urls, mirrors, clock.monotonicMs())
    entry.attempts = { ...entry.attempts, url }
    const tried =
      noRoom ??
      (await tryDownload(tools, wanted, url, abort.signal, (bytesDone, state) => {
        entry.bytesDone = bytesDone
        if (entry.phase.kind !== 'waiting' && entry.phase.abort === abort) entry.phase = { kind: state, abort }
      }))
    const ranOut = tried.kind === 'disk' && tried.isFull && !abort.signal.aborted
    const outcome = ranOut && options.space ? await options.space.ranOut(wanted) : tried
    if (outcome.kind === 'cached') {
      if (outcome.isFromOrigin) mirrors = afterMirror(mirrors, url, 'came', clock.monotonicMs())
      if (entries.get(wanted.asset) === entry) entries.delete(wanted.asset)
      onCached(wanted.asset)
    } else if (!abort.signal.aborted) settle(entry, outcome)
  }

  /** The database or the folder cannot even be asked: the wall goes on, and so does this, later. */
  function park(entry: Entry, reason: string): void {
    entry.reason = reason
    entry.phase = { kind: 'waiting', untilMs: clock.monotonicMs() + longestWaitMs }
  }

  function settle(entry: Entry, failed: Exclude<TryOutcome, { kind: 'cached' }>): void {
    const { asset, urls } = entry.wanted
    const triedUrl = entry.attempts.url
    if (failed.kind !== 'disk') mirrors = afterMirror(mirrors, triedUrl, failed, clock.monotonicMs())
    const next =
      failed.kind === 'disk'
        ? { ...entry.attempts, waitMs: retryDelayMs(9, random()) }
        : failedTry(entry, failed, clock.monotonicMs(), random())
    entry.attempts = next
    entry.reason = failed.reason
    entry.phase = { kind: 'waiting', untilMs: clock.monotonicMs() + next.waitMs }
    const half = findDownload(db, asset)
    entry.bytesDone = half?.doneBytes ?? 0
    if (half) {
      const validator = half.url === next.url ? half.validator : null
      const { url, attempts, waitMs } = next
      putDownload(db, { ...half, url, validator, attempts, nextAttemptAt: Math.round(clock.now() + waitMs) })
    }
    const allFailed = next.attempts > 0 && next.attempts % Math.max(urls.length, 1) === 0
    const isTold = failed.kind === 'disk' && failed.told // once, for all that waits
    if (!isTold) report(entry, failed, triedUrl, allFailed || failed.kind === 'disk')
  }

  /** Wrong bytes are told each time; that nobody can be reached once, until the reason is another. */
  function report(entry: Entry, failed: { kind: string; reason: string }, url: string, allFailed: boolean): void {
    const { asset } = entry.wanted
    const about = { asset, url, reason: failed.reason }
    if (failed.kind === 'mismatch') {
      const message = `${url} does not serve ${asset}: what it serves ${failed.reason}`
      onTrouble({ code: 'asset-hash-mismatch', message, about })
      return
    }
    if (!allFailed || entry.reported === failed.reason) return
    entry.reported = failed.reason
    onTrouble({ code: 'asset-download-failed', message: `${asset} cannot be fetched: ${failed.reason}`, about })
  }

  /** Removes what nothing needs when there is too little room for all that is being fetched; says so if that is not enough. */
  async function makeRoom(entry: Entry): Promise<TryOutcome | undefined> {
    const all = running()
    if (options.space)
      return options.space.makeRoom(
        entry.wanted,
        all.map(({ wanted }) => wanted),
      )
    const coming = all.reduce((sum, { wanted, bytesDone }) => sum + wanted.bytes - bytesDone, 0)
    const lacking = async () => coming + reserveBytes - (await files.freeBytes())
    const missingBytes = await lacking()
    if (missingBytes <= 0) return undefined
    for (const asset of planGarbage(await files.stored(), needed, missingBytes)) await files.remove(asset)
    return (await lacking()) > 0 ? { kind: 'disk', reason: 'the disk is full' } : undefined
  }

  function retryNow(): void {
    for (const entry of entries.values()) wakeSoon(entry, clock.monotonicMs() + random() * 2000)
    startDue()
  }

  async function stop(): Promise<void> {
    stopped = true
    disarm()
    disarmHold()
    throttle.stop()
    for (const entry of entries.values()) cancel(entry)
    await Promise.all(works.values())
  }

  return { want, playing, progress: () => [...entries.values()].map(progressOf), retryNow, stop }
}
