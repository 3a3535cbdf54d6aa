import { setTimeout as delay } from 'node:timers/promises'
import {
  afterLoss,
  afterPicture,
  ground,
  type Ladder,
  type Lost,
  type Remedy,
  remedyBegun,
} from '../../shared/recovery/ladder.ts'
import type { HostListener } from './host.ts'

/** Brings a host's picture back, whatever was lost, until it is stopped. */
export type Keeper = {
  /** Reports the loss and begins, or goes on, to remedy it. */
  lose(lost: Lost, reason: string): void
  /** The page was committed; reports it if it had been lost. */
  committed(from?: 'stand-by'): void
  /** The page has drawn: what the ladder is climbed down by. */
  pictured(): void
  /** Whether the page has drawn after this instant of `performance.now()`, in milliseconds. */
  hasPicturedSince(ms: number): boolean
  /** Asks for the end of the page by `kill`; if nothing was lost by it in time, the whole browser counts as lost. */
  renew(reason: string, kill: () => void): void
  readonly isStopped: boolean
  /** Begins no more remedies; resolves when the one under way is over. */
  stop(): Promise<void>
}

/** How long a page may take to end when it was told to. */
const killMs = 1000

/**
 * `apply` carries out a remedy; its rejection is one more loss, and the ladder is climbed on. `canRestart`: somebody starts
 * this program again when it ends.
 */
export function createKeeper(
  listener: HostListener,
  apply: (remedy: Remedy) => Promise<void>,
  canRestart = false,
): Keeper {
  const stopping = new AbortController()
  let ladder: Ladder = ground
  let lossCount = 0
  let isGone = false
  let isRecovering = false
  let recovery = Promise.resolve()
  let renewing: string | undefined
  let lastRemedy: Remedy = 'page'
  let picturedMs = Number.NEGATIVE_INFINITY

  function lose(lost: Lost, told: string): void {
    if (stopping.signal.aborted) return
    const reason = renewing ?? told
    renewing = undefined
    isGone = true
    lossCount += 1
    ladder = afterLoss(ladder, lost, performance.now(), Math.random(), canRestart)
    listener.gone(lost, reason)
    go(reason)
  }

  function go(reason: string): void {
    if (!isRecovering) recovery = recover(reason)
  }

  /** Goes on until no remedy is due. Never rejects, never gives up. */
  async function recover(reason: string): Promise<void> {
    isRecovering = true
    for (let { due } = ladder; due && !stopping.signal.aborted; due = ladder.due) {
      try {
        // Never within the event that told of the loss: Electron ends when a window is destroyed by its own event.
        const waitMs = Math.max(0, due.atMs - performance.now())
        await delay(waitMs, undefined, { signal: stopping.signal })
        const { remedy } = ladder.due ?? due
        lastRemedy = remedy
        ladder = remedyBegun(ladder, performance.now())
        listener.remedy?.(remedy, reason, ladder.isSafe)
        await apply(remedy)
      } catch (cause) {
        lose(lastRemedy === 'page' ? 'page' : 'browser', cause instanceof Error ? cause.message : String(cause))
      }
    }
    isRecovering = false
  }

  return {
    lose,
    committed(from) {
      if (isGone && !stopping.signal.aborted) listener.back(from)
      isGone = false
    },
    pictured() {
      picturedMs = performance.now()
      const before = ladder
      ladder = afterPicture(ladder, performance.now())
      if (before.rung >= 0 && ladder.rung < 0) listener.calm?.()
      if (ladder.due) go('pictures have come for a while')
    },
    hasPicturedSince: (ms) => picturedMs > ms,
    renew(reason, kill) {
      const before = lossCount
      renewing = reason
      kill()
      setTimeout(() => lossCount === before && lose('browser', reason), killMs).unref()
    },
    get isStopped() {
      return stopping.signal.aborted
    },
    async stop() {
      stopping.abort()
      await recovery
    },
  }
}

/** The work, or a rejection when it takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** A window is moved within a few milliseconds. */
const hideMs = 300

/**
 * Whether the wall's window has left the display. What ends takes a while, and its last picture would stand meanwhile; a window
 * that hangs is not waited for.
 */
export const hides = (wall: { hide(): Promise<boolean> }): Promise<boolean> =>
  within(hideMs, wall.hide()).catch(() => false)
