import type { PlayLevel, UnsealedPlay } from '../../shared/plays/record.ts'
import type { Showing } from '../../shared/screen/programme.ts'
import type { FromScreen } from '../../shared/screen/wire.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import { finishPlay, startDark, startPlay } from '../sqlite/plays.ts'
import type { PutOff } from './put-off.ts'
import type { Storage } from './storage.ts'

/** What the records of plays need to know besides what the page says. */
export type PlayRecorderOptions = {
  readonly db: WriteDb
  readonly attempt: Storage['attempt']
  /** Completes a record when there is time for it. */
  readonly putOff: PutOff['run']
  /** A time of the page by the trusted clock. */
  readonly dated: (pageMs: number) => number
  readonly monotonicMs: () => number
  /** A time of the page by the monotonic clock. */
  readonly monotonicOf: (pageMs: number) => number | undefined
  /** The level of the playlist that a showing is of. */
  readonly level: ((showing: Showing) => PlayLevel | undefined) | undefined
  /** How far the time can be believed. */
  readonly clockTrust: (() => UnsealedPlay['clock']) | undefined
  /** Whether the wall gives light while it shows something. */
  readonly wallOn: () => boolean
  /** Whether a display takes the picture; true where nobody knows. Asked while a showing is on, too. */
  readonly hasPower: () => boolean
  /** A record was completed. */
  readonly recorded: (() => void) | undefined
}

type Ended = Extract<FromScreen, { kind: 'ended' }>
type Shown = Pick<Extract<FromScreen, { kind: 'shown' }>, 'at' | 'undrawn'>
type Counted = Extract<FromScreen, { kind: 'counted' }>

/** Writes a record when the first frame of a showing is presented, and completes it at its end, whatever ended it. */
export type PlayRecorder = {
  /** `also` is written in the same transaction. */
  shown(showing: Showing, message: Shown, also: () => void): void
  /** The frames that what is on has had so far: all that is known of them if its page dies. */
  counted(message: Counted): void
  ended(message: Ended): void
  /** The page of what is on is gone: its last picture stands until it has `left`, or `leftUnseen`. */
  lost(): void
  /** The picture of a page that was gone has left the display just now. */
  left(): void
  /** Nobody saw when it did: it ended when its page was gone. */
  leftUnseen(): void
  /** What is on ends without a word of the page: the player stops. */
  cut(): void
  /** False if it was dark already. */
  dark(reason: string, pageMs: number): boolean
  /** False if it was not dark. */
  light(): boolean
}

type Running = {
  readonly key: string
  readonly seq: number
  readonly sinceMs: number
  /** When its page was gone. */
  readonly lostMs?: number
  /** It had power whenever it was looked. */
  readonly hadPower: boolean
  readonly frames: { readonly presentedFrames: number; readonly droppedFrames: number }
}
const noFrames = { presentedFrames: 0, droppedFrames: 0 }

export function createPlayRecorder(options: PlayRecorderOptions): PlayRecorder {
  const { db, attempt, putOff, dated, monotonicMs } = options
  let running: Running | undefined
  /** The stretch in which the wall is off; its seq is undefined if the disk did not take it. */
  let darkness: { readonly seq: number | undefined; readonly sinceMs: number } | undefined

  /** A showing that had no power for a part of its time was not on the wall as it was paid for. */
  const hasPowerStill = ({ hadPower }: Running): boolean => hadPower && options.hasPower()

  function finish(seq: number, end: Parameters<typeof finishPlay>[2]): void {
    putOff(() => {
      attempt('plays', () => finishPlay(db, seq, end))
      options.recorded?.()
    })
  }

  function cut(atMs = monotonicMs()): void {
    if (!running) return
    const ms = Math.max(0, atMs - running.sinceMs)
    finish(running.seq, { ms, ...running.frames, outcome: 'interrupted', hadPower: hasPowerStill(running) })
    running = undefined
  }

  const leftUnseen = () => {
    if (running?.lostMs !== undefined) cut(running.lostMs)
  }

  return {
    cut: () => cut(),
    leftUnseen,
    left() {
      // It left between the two: the window is told to go when the page is gone, and says so when it went.
      if (running?.lostMs !== undefined) cut((running.lostMs + monotonicMs()) / 2)
    },
    lost() {
      if (running) running = { ...running, lostMs: running.lostMs ?? monotonicMs() }
    },
    shown(showing, { at: pageMs, undrawn }, also) {
      leftUnseen()
      cut() // a page that did not say how its last showing ended has lost it
      const { playlist, revision, item, asset } = showing
      const level = options.level?.(showing)
      const clock = options.clockTrust?.()
      const hadPower = options.hasPower()
      const wallOn = options.wallOn() && hadPower && !undrawn
      const seq = attempt('plays', () =>
        transaction(db, () => {
          also()
          return startPlay(db, { playlist, revision, item, asset, startedAt: dated(pageMs), level, wallOn, clock })
        }),
      )
      const sinceMs = options.monotonicOf(pageMs) ?? monotonicMs()
      running = seq === undefined ? undefined : { key: showing.key, seq, sinceMs, hadPower, frames: noFrames }
    },
    counted({ key, presentedFrames, droppedFrames }) {
      if (running?.key !== key) return
      running = { ...running, hadPower: hasPowerStill(running), frames: { presentedFrames, droppedFrames } }
    },
    ended({ key, ms, presentedFrames, droppedFrames, outcome }) {
      if (running?.key !== key) return
      finish(running.seq, { ms, presentedFrames, droppedFrames, outcome, hadPower: hasPowerStill(running) })
      running = undefined
    },
    dark(reason, pageMs) {
      if (darkness) return false
      const seq = attempt('plays', () => startDark(db, reason, dated(pageMs), options.clockTrust?.()))
      darkness = { seq, sinceMs: monotonicMs() }
      return true
    },
    light() {
      if (!darkness) return false
      const { seq, sinceMs } = darkness
      const ms = Math.max(0, monotonicMs() - sinceMs)
      darkness = undefined
      if (seq !== undefined) finish(seq, { ms, ...noFrames, outcome: 'complete' })
      return true
    },
  }
}
