import {
  type BandwidthLimit,
  type Bucket,
  bandwidthAt,
  filled,
  fullBucket,
  spent,
  waitMs,
  withLimit,
} from '../../shared/cache/bandwidth.ts'
import type { Clock, Undo } from './ports.ts'

/** What all transfers together may take. A transfer that waits here does not read from its connection: the sender feels it. */
export type Throttle = {
  /**
   * Undefined: go on at once. Resolves when these bytes are paid for, or the signal is aborted. What is near costs nothing on
   * the line, and is only held.
   */
  pass(bytes: number, signal: AbortSignal, isNear?: boolean): Promise<void> | undefined
  /** The site's limits in its time zone; they change at their hours by themselves. */
  limit(limits: Limits): void
  /** Lets nothing pass until this is called with false. */
  hold(held: boolean): void
  stop: Undo
}

/** A site's limits, its time zone, and the clock of the day they go by. */
export type Limits = {
  readonly bandwidth: readonly BandwidthLimit[]
  readonly timeZone: string
  readonly now: () => number
}

/** A step of the system's clock is noticed within this time. */
const longestLookMs = 30_000

type Waiter = { readonly bytes: number; readonly isNear: boolean; readonly resolve: () => void }

export function createThrottle(clock: Clock): Throttle {
  let limits: Limits = { bandwidth: [], timeZone: 'UTC', now: clock.now }
  let bucket: Bucket | undefined
  let held = false
  let waiters: Waiter[] = []
  let disarmLook: Undo = () => {}
  let disarmPump: Undo = () => {}

  /** Reads which limit holds now, and looks again when that changes. */
  function look(): void {
    disarmLook()
    const { bytesPerSecond, untilMs } = bandwidthAt(limits.bandwidth, limits.now(), limits.timeZone)
    const atMs = clock.monotonicMs()
    if (bytesPerSecond === null) bucket = undefined
    else bucket = bucket ? withLimit(bucket, bytesPerSecond, atMs) : fullBucket(bytesPerSecond, atMs)
    if (untilMs !== null) disarmLook = clock.after(Math.max(1, Math.min(longestLookMs, untilMs - limits.now())), look)
    pump()
  }

  /** In the order they came: each transfer has one chunk here at most, so that they take turns. */
  function pump(): void {
    disarmPump()
    for (const { isNear, resolve } of waiters) if (isNear && !held) resolve()
    waiters = held ? waiters : waiters.filter(({ isNear }) => !isNear)
    while (waiters.length > 0 && !held) {
      if (bucket) bucket = filled(bucket, clock.monotonicMs())
      const leftMs = bucket ? waitMs(bucket) : 0
      if (leftMs > 0) {
        disarmPump = clock.after(leftMs, pump)
        return
      }
      const [first, ...rest] = waiters
      waiters = rest
      if (first && bucket) bucket = spent(bucket, first.bytes)
      first?.resolve()
    }
  }

  function wait(bytes: number, signal: AbortSignal, isNear: boolean): Promise<void> {
    return new Promise((resolve) => {
      const waiter = { bytes, isNear, resolve: () => finish() }
      const give = () => {
        waiters = waiters.filter((one) => one !== waiter)
        finish()
      }
      const finish = () => {
        signal.removeEventListener('abort', give)
        resolve()
      }
      signal.addEventListener('abort', give)
      waiters = [...waiters, waiter]
      pump()
    })
  }

  return {
    pass: (bytes, signal, isNear = false) =>
      ((!bucket || isNear) && !held) || signal.aborted ? undefined : wait(bytes, signal, isNear),
    limit(next) {
      const same =
        JSON.stringify([next.bandwidth, next.timeZone]) === JSON.stringify([limits.bandwidth, limits.timeZone])
      limits = next
      if (same) return
      look()
    },
    hold(next) {
      held = next
      pump()
    },
    stop() {
      disarmLook()
      disarmPump()
      held = false
      bucket = undefined
      pump()
    },
  }
}
