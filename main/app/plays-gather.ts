import { batchLimits, type GatheredBatch, withRecords } from '../../shared/plays/batch.ts'
import type { ReadDb } from '../sqlite/connection.ts'
import { sealedPlays } from '../sqlite/plays-chain.ts'

/** Reads the next batch a few records at a time, so that whoever asks can rest in between. */
export type Gatherer = {
  /** Goes on with the batch behind this record; a batch when it is as large as may be or all is read, undefined: not yet. */
  next(cursor: number): GatheredBatch | 'nothing' | undefined
  /** What was read so far is of no use any more. */
  forget(): void
}

const rowsAtOnce = 10

/** `nowMs` is monotonic; each call takes about `mostMs` at the most. */
export function createGatherer(db: ReadDb, nowMs: () => number, mostMs: number): Gatherer {
  let batch: GatheredBatch | undefined
  let behind = 0
  return {
    next(cursor) {
      if (behind !== cursor) batch = undefined
      behind = cursor
      const untilMs = nowMs() + mostMs
      do {
        const read = sealedPlays(db, batch?.last.seq ?? cursor, Math.min(rowsAtOnce, batchLimits.records))
        const more = withRecords(batch, read)
        batch = more.batch
        if (more.isWhole || read.length < rowsAtOnce) {
          const whole = batch ?? 'nothing'
          batch = undefined
          return whole
        }
      } while (nowMs() < untilMs)
      return undefined
    },
    forget() {
      batch = undefined
    },
  }
}
