import { setTimeout as delay } from 'node:timers/promises'
import type { HostListener } from './host.ts'
import { type Losses, type Remedy, remedyFor, withLoss } from './recovery.ts'

/** Brings a host's picture back, whatever was lost, until it is stopped. */
export type Keeper = {
  /** Reports the loss and begins, or goes on, to remedy it. */
  lose(lost: 'page' | 'browser', reason: string): void
  /** The page was committed; reports it if it had been lost. */
  committed(): void
  /** Asks for the end of the page by `kill`; if nothing was lost by it in time, the whole browser counts as lost. */
  renew(reason: string, kill: () => void): void
  readonly isStopped: boolean
  /** Begins no more remedies; resolves when the one under way is over. */
  stop(): Promise<void>
}

/** How long a page may take to end when it was told to. */
const killMs = 2000

/** `apply` carries out a remedy; its rejection is one more loss, and the ladder of `remedyFor` is climbed on. */
export function createKeeper(listener: HostListener, apply: (remedy: Remedy) => Promise<void>): Keeper {
  const stopping = new AbortController()
  let losses: Losses = []
  let lossCount = 0
  let lastLost: 'page' | 'browser' = 'page'
  let isGone = false
  let isRecovering = false
  let recovery = Promise.resolve()
  let renewing: string | undefined

  function lose(lost: 'page' | 'browser', reason: string): void {
    if (stopping.signal.aborted) return
    isGone = true
    lossCount += 1
    lastLost = lost
    losses = withLoss(losses, performance.now())
    listener.gone(lost, renewing ?? reason)
    renewing = undefined
    if (!isRecovering) recovery = recover()
  }

  /** Goes on until no loss has come during the last remedy. Never rejects, never gives up. */
  async function recover(): Promise<void> {
    isRecovering = true
    for (let treated = -1; treated !== lossCount && !stopping.signal.aborted; ) {
      treated = lossCount
      const { remedy, waitMs } = remedyFor(losses, lastLost)
      try {
        if (waitMs > 0) await delay(waitMs, undefined, { signal: stopping.signal })
        await apply(remedy)
      } catch (cause) {
        lose(remedy === 'page' ? 'page' : 'browser', cause instanceof Error ? cause.message : String(cause))
      }
    }
    isRecovering = false
  }

  return {
    lose,
    committed() {
      if (isGone && !stopping.signal.aborted) listener.back()
      isGone = false
    },
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
