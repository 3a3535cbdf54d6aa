import type { WriteDb } from '../sqlite/open.ts'
import type { Clock, Undo } from './ports.ts'

/** Keeps back what is written about a lost picture until another is there: what is waited for is the picture. */
export type PutOff = {
  /** From now on what is run waits, for half a second at most. */
  begin(): void
  /** Runs it now, or when the wait is over, in the order of the calls. What belongs to a transaction under way never waits. */
  run(write: () => void): void
  /** Ends the wait: runs what has waited. */
  end(): void
  /** Ends the wait for good. */
  readonly stop: Undo
}

/**
 * A picture that takes longer than this has something to wait for itself, and a process that is killed meanwhile loses no more
 * than this: what was written a moment before it could have died anyway.
 */
const longestMs = 500

export function createPutOff(clock: Clock, db: Pick<WriteDb, 'inTransaction'>): PutOff {
  let waiting: (() => void)[] | undefined
  let disarm: Undo = () => {}

  function end(): void {
    disarm()
    const writes = waiting ?? []
    waiting = undefined
    for (const write of writes) write()
  }

  return {
    begin() {
      if (waiting) return // the first loss of several is not to wait for the last one's picture
      waiting = []
      disarm = clock.after(longestMs, end)
    },
    run(write) {
      if (waiting && !db.inTransaction()) waiting.push(write)
      else write()
    },
    end,
    stop: end,
  }
}
