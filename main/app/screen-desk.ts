import { fallbackKey } from '../../shared/loop/fallback.ts'
import type { ShownNow } from '../../shared/reports/state.ts'
import { lanesOf, type Showing, type ShowingKey } from '../../shared/screen/programme.ts'
import { onAnotherClock, type Position } from '../../shared/screen/rotation.ts'
import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { loadPosition, savePosition } from '../sqlite/position.ts'
import type { SentProgramme } from './loop-keeper.ts'
import { createPlayRecorder, type PlayRecorderOptions } from './play-recorder.ts'
import type { PutOff } from './put-off.ts'
import { isoOf, type Reporter } from './reporter.ts'
import type { Storage } from './storage.ts'

/** Speaks with the screen: hands it its programme, and writes down what it says was shown. */
export type ScreenDesk = {
  message(message: FromScreen): void
  /** Tells the page of a new programme, if a page is there. */
  programme(sent: SentProgramme): void
  /** The page is gone: nothing is on until it says so. Its last picture may still stand: `left` or `leftUnseen` follows. */
  gone(): void
  /** That picture has left the display. */
  left(): void
  /** Nobody saw when it did. */
  leftUnseen(): void
  /** The player stops: what is on ends here. */
  stop(): void
  readonly now: () => ShownNow
  readonly next: () => { playlist: string; item: string } | null
  readonly on: () => ShowingKey | undefined
}

export type ScreenDeskOptions = {
  readonly db: WriteDb
  readonly send: (message: ToScreen) => void
  readonly sent: () => SentProgramme
  readonly showing: (key: ShowingKey) => Showing | undefined
  readonly playerName: () => string
  readonly languages: readonly string[]
  readonly reporter: Reporter
  /** Writes what the wall does not depend on. */
  readonly attempt?: Storage['attempt'] | undefined
  /** Writes what the page need not wait for. */
  readonly putOff?: PutOff['run'] | undefined
  /** What is on or next has changed. */
  readonly changed: () => void
  /** Tells how long ago the last showing began, whatever the system's clock did since. */
  readonly monotonicMs?: (() => number) | undefined
  /** A time of the page by the trusted clock. */
  readonly dated?: ((pageMs: number) => number) | undefined
  /** The same by the monotonic clock. */
  readonly monotonicOf?: ((pageMs: number) => number | undefined) | undefined
} & Partial<Pick<PlayRecorderOptions, 'level' | 'clockTrust' | 'recorded' | 'hasPower'>>

const mostFormer = 4

/** With these the fallback comes again and again, as somebody wanted: no event. */
const expected = new Set(['every-playlist-at-its-limit', 'competitors-kept-apart'])

export function createScreenDesk(options: ScreenDeskOptions): ScreenDesk {
  const { db, reporter, attempt = (_what, run) => run(), dated = (ms: number) => ms } = options
  const { putOff = (write) => write() } = options
  let now: ShownNow = { slate: 'starting' }
  let on: Showing | undefined
  let next: Showing | undefined
  let speaking = false
  const { level, clockTrust, recorded, hasPower = () => true, monotonicMs = () => performance.now() } = options
  const wallOn = () => options.sent().programme.dark === undefined
  const { monotonicOf = () => undefined } = options
  const clocks = { dated, monotonicMs, monotonicOf }
  const plays = createPlayRecorder({ db, attempt, putOff, ...clocks, level, clockTrust, wallOn, hasPower, recorded })
  /** The newest programmes; a page may be some behind. */
  let former: readonly SentProgramme['programme'][] = []
  /** When the last showing began: by its page's clock, and by one that never steps. */
  let began: { readonly pageMs: number; readonly monotonicMs: number } | undefined

  /** Every page sets its clock anew: limits go on from how long ago the last showing was, not from what clocks say. */
  function resumeBy(pageMs: number): Position | null {
    const stored = loadPosition(db)?.position ?? null
    if (!stored || !began || !options.monotonicMs) return stored
    return onAnotherClock(stored, pageMs - began.pageMs - (options.monotonicMs() - began.monotonicMs))
  }

  /** A page that begins goes on where the one before it was, and has nothing on to be cut into. */
  const programmeMessage = (sent: SentProgramme, resume: Position | null, cutIn: string | null): ToScreen => ({
    kind: 'programme',
    programme: sent.programme,
    mayFinish: [...sent.mayFinish],
    resume,
    cutIn,
    playerName: options.playerName(),
    languages: [...options.languages],
  })

  function shown(message: Extract<FromScreen, { kind: 'shown' }>): void {
    const showing = options.showing(message.key)
    if (!showing) {
      shownLate(message)
      return
    }
    const { playlist, revision, item, asset } = showing
    light()
    plays.shown(showing, message, () => savePosition(db, message.position, message.key))
    began = { pageMs: message.at, monotonicMs: options.monotonicMs?.() ?? 0 }
    on = showing
    next = message.next === null ? undefined : options.showing(message.next)
    const why = whyFallback(message)
    if (why !== undefined && !expected.has(why) && !('fallback' in now && now.fallback === why))
      reporter.event('fallback-shown', `the site's fallback is on: ${why}`, { reason: why })
    now = {
      playlist,
      revision,
      item,
      asset,
      since: isoOf(dated(message.at)),
      ...(why !== undefined && { fallback: why }),
    }
    options.changed()
  }

  /** Why what is on is of the fallback; undefined when it is not. In safe mode a page does not know that it is. */
  const whyFallback = ({ key, fallback }: Extract<FromScreen, { kind: 'shown' }>): string | undefined =>
    key.startsWith(`${fallbackKey}/`) ? (fallback ?? options.sent().programme.slateReason ?? 'safe-mode') : undefined

  /** A page that is a programme behind; what it shows next is known. It was on the wall all the same. */
  function shownLate(message: Extract<FromScreen, { kind: 'shown' }>): void {
    const showings = former.flatMap((programme) => lanesOf(programme).flatMap((lane) => lane.showings))
    const showing = showings.find(({ key }) => key === message.key)
    if (showing) plays.shown(showing, message, () => {})
  }

  function dark(reason: string, at: number): void {
    on = undefined
    next = undefined
    now = { dark: reason }
    if (plays.dark(reason, at)) reporter.event('wall-dark', `the wall is off: ${reason}`, { reason })
    options.changed()
  }

  function light(): void {
    if (plays.light()) reporter.event('wall-lit', 'the wall is on again')
  }

  function slate(reason: string): void {
    light()
    const alreadyOn = 'slate' in now && now.slate === reason
    on = undefined
    next = undefined
    now = { slate: reason }
    if (!alreadyOn) reporter.event('slate-shown', reason, { reason })
    options.changed()
  }

  return {
    message(message) {
      switch (message.kind) {
        case 'hello':
          speaking = true
          options.send(programmeMessage(options.sent(), resumeBy(message.at), null))
          return
        case 'shown':
          return shown(message)
        case 'counted':
          return plays.counted(message)
        case 'ended':
          return plays.ended(message)
        case 'slate':
          return options.sent().programme.dark === undefined ? slate(message.reason) : dark(message.reason, message.at)
        case 'fault': {
          const showing = options.showing(message.key)
          const about = { playlist: showing?.playlist, item: showing?.item, asset: message.asset }
          return reporter.event(message.code, message.message, about)
        }
        case 'beat':
          return
      }
    },
    programme(sent) {
      former = [sent.programme, ...former].slice(0, mostFormer)
      // What was next may be gone with the edit; what is next then, the page says with its next showing.
      if (next && !lanesOf(sent.programme).some((lane) => lane.showings.some(({ key }) => key === next?.key)))
        next = undefined
      if (speaking) options.send(programmeMessage(sent, null, sent.cutIn))
    },
    gone() {
      speaking = false
      plays.lost()
      on = undefined
      next = undefined
      now = { slate: 'the screen is starting again' }
      putOff(options.changed)
    },
    left: plays.left,
    leftUnseen: plays.leftUnseen,
    stop() {
      plays.leftUnseen()
      plays.cut()
      plays.light()
    },
    now: () => now,
    next: () => (next ? { playlist: next.playlist, item: next.item } : null),
    on: () => on?.key,
  }
}
