import { isStorageFailure } from '../sqlite/connection.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { dropOldPlays, dropsAreSaid, unsaidDrops } from '../sqlite/plays-budget.ts'
import { refuseUnreadableRows } from '../sqlite/rebuild.ts'
import { giveMemoryBack, integritySteps, writeLogBack } from '../sqlite/upkeep.ts'
import type { Clock, Undo } from './ports.ts'
import type { Reporter } from './reporter.ts'
import type { Ballast } from './storage.ts'

const everyMs = 60_000
/** After a start the wall comes first. */
const soonMs = 3_000
/** A wall that is full drops a few records each minute. */
const droppedSaidEveryMs = 24 * 60 * 60_000
const lossSaidEveryMs = 60 * 60_000
const firstCheckMs = 5 * 60_000
const checkEveryMs = 24 * 60 * 60_000
/** How much of the time the check may take, at most. */
const restShare = 9
/** The log beside the database is written back by SQLite itself long before; this is for when it could not. */
const mostLogBytes = 8 * 1024 * 1024

export type UpkeepOptions = {
  readonly db: WriteDb
  readonly clock: Clock
  readonly reporter: Pick<Reporter, 'event'>
  readonly ballast: Ballast | undefined
  /** How long the log beside the database is. */
  readonly logBytes: () => number
  /** The database is damaged: before its next use it is opened anew, and rebuilt. */
  readonly damaged: (reason: string) => void
  /** Removes old copies of damaged databases. */
  readonly tidy: () => void
  readonly every?: { readonly ms: number; readonly firstCheckMs: number }
}

/** Keeps the database within its budgets, takes the ballast back when there is room, and checks the whole file every day. */
export function startUpkeep(options: UpkeepOptions): Undo {
  const { db, clock, reporter, ballast } = options
  const every = options.every ?? { ms: everyMs, firstCheckMs }
  let cancel: Undo = () => {}
  let cancelCheck: Undo = () => {}
  let saidMs = Number.NEGATIVE_INFINITY

  function tend(): void {
    try {
      ballast?.restore()
      options.tidy()
      if (options.logBytes() > mostLogBytes) writeLogBack(db)
      dropPlays()
      giveMemoryBack(db)
    } catch (error) {
      if (!isStorageFailure(error)) throw error // a full disk or a damaged file: whoever writes next says so
    }
    cancel = clock.after(every.ms, tend)
  }

  function dropPlays(): void {
    dropOldPlays(db)
    const { plays, unacknowledged } = unsaidDrops(db)
    const nowMs = clock.monotonicMs()
    if (plays === 0) return
    if (nowMs - saidMs < (unacknowledged > 0 ? lossSaidEveryMs : droppedSaidEveryMs)) return
    const lost = unacknowledged > 0 ? `${unacknowledged} of them had nobody acknowledged` : 'all were acknowledged'
    db.transaction(() => {
      reporter.event('plays-dropped', `the ${plays} oldest records of plays were dropped: ${lost}`, {
        plays,
        unacknowledged,
      })
      dropsAreSaid(db)
    })
    saidMs = nowMs
  }

  function check(): void {
    const steps = integritySteps(db)
    const next = (): void => {
      const beganMs = clock.monotonicMs()
      try {
        const step = steps.next()
        if (step.done) refuseUnreadableRows(db, 'the database')
        else if (step.value !== undefined) throw Object.assign(new Error(step.value), { code: 'damaged' })
        cancelCheck = step.done
          ? clock.after(checkEveryMs, check)
          : clock.after((clock.monotonicMs() - beganMs) * restShare, next)
      } catch (error) {
        if (!isStorageFailure(error)) throw error
        options.damaged(error instanceof Error ? error.message : String(error))
        cancelCheck = clock.after(checkEveryMs, check)
      }
    }
    next()
  }

  cancel = clock.after(Math.min(every.ms, soonMs), tend)
  cancelCheck = clock.after(every.firstCheckMs, check)
  return () => {
    cancel()
    cancelCheck()
  }
}
