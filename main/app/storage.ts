import { isFull, isStorageFailure } from '../sqlite/connection.ts'
import type { WriteDb } from '../sqlite/open.ts'
import type { Log } from './log.ts'
import type { Clock, Undo } from './ports.ts'

/** How soon it is tried whether the disk takes anything again, and how often at the least. */
const tryAgainMs = 2_000
const longestTryMs = 30_000

/** A file that takes room only to give it up: what the database lives on when somebody else has filled the disk. */
export type Ballast = {
  /** Gives the room to whoever writes next; false if it was given already. */
  release(): boolean
  /** Takes the room again if there is plenty. */
  restore(): void
}

/** What is not written when the disk does not take it, by kind: the wall goes on without. */
export type StoredThing = 'plays' | 'events' | 'messages' | 'lookups'

export type Storage = {
  /**
   * Runs what writes or reads the database. When the disk fails it, a second time as well, it is counted instead of thrown,
   * and undefined comes back. Within a transaction it throws all the same: a document is stored with its report or not at all.
   * `tries`: 1 for what may not run twice.
   */
  attempt<Result>(what: StoredThing, run: () => Result, tries?: 1 | 2): Result | undefined
  /** Runs what may not be lost: like `attempt`, but what fails twice is thrown, so that it is not acknowledged and comes again. */
  insist<Result>(what: StoredThing, run: () => Result): Result
  /** Why the disk takes nothing at the moment; undefined while it does. */
  failure(): string | undefined
  readonly stop: Undo
}

export type StorageOptions = {
  readonly db: Pick<WriteDb, 'inTransaction' | 'transaction'>
  readonly clock: Clock
  readonly log: Log
  readonly ballast: Ballast | undefined
  /** Reports what was lost; throws if that cannot be written either. */
  readonly say: (message: string, about: Record<string, unknown>) => void
  /** The disk works again: what was not looked at may be now. */
  readonly healed: () => void
}

/** Keeps the wall on when the disk fails: full, read-only, or with errors. What is lost is counted, and said when it can be. */
export function createStorage({ db, clock, log, ballast, say, healed }: StorageOptions): Storage {
  let lost = new Map<StoredThing, number>()
  let failing: { readonly reason: string; readonly sinceMs: number } | undefined
  let disarm: Undo = () => {}
  let stopped = false

  function attempt<Result>(what: StoredThing, run: () => Result, tries: 1 | 2 = 2): Result | undefined {
    if (db.inTransaction()) return run()
    try {
      return run()
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      if (isFull(error)) ballast?.release()
      // The second time on a connection that was opened anew, and with the room of the ballast.
      if (tries === 2) return attempt(what, run, 1)
      note(what, error)
      return undefined
    }
  }

  function insist<Result>(what: StoredThing, run: () => Result): Result {
    try {
      return run()
    } catch (error) {
      if (!isStorageFailure(error) || db.inTransaction()) throw error
      if (isFull(error)) ballast?.release()
    }
    try {
      return run()
    } catch (error) {
      if (isStorageFailure(error)) note(what, error)
      throw error
    }
  }

  function note(what: StoredThing, error: unknown): void {
    lost.set(what, (lost.get(what) ?? 0) + 1)
    if (failing) return
    failing = { reason: error instanceof Error ? error.message : String(error), sinceMs: clock.now() }
    log('error', `the disk does not take what is written: ${failing.reason}; the wall goes on`)
    tryLater(tryAgainMs)
  }

  function tryLater(waitMs: number): void {
    disarm()
    if (!stopped) disarm = clock.after(waitMs, () => tryAgain(waitMs))
  }

  function tryAgain(waitedMs: number): void {
    if (stopped || !failing) return
    const { plays = 0, events = 0, messages = 0 } = Object.fromEntries(lost)
    const { reason, sinceMs } = failing
    const message = `the disk took nothing for ${Math.round((clock.now() - sinceMs) / 1000)} s: ${plays} plays and ${events} events were not written, ${messages} messages not taken (${reason})`
    try {
      db.transaction(() => say(message, { plays, events, messages, reason, since: new Date(sinceMs).toISOString() }))
    } catch (error) {
      if (!isStorageFailure(error)) throw error
      if (isFull(error)) ballast?.release()
      tryLater(Math.min(waitedMs * 2, longestTryMs))
      return
    }
    lost = new Map()
    failing = undefined
    healed()
  }

  return {
    attempt,
    insist,
    failure: () => failing?.reason,
    stop() {
      stopped = true
      disarm()
    },
  }
}
