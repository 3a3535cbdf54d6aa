import { askedFor } from '../../shared/recovery/asked.ts'
import type { Remedy } from '../../shared/recovery/ladder.ts'
import { safeProgramme } from '../../shared/recovery/safe-programme.ts'
import type { Showing, ShowingKey } from '../../shared/screen/programme.ts'
import type { FromScreen } from '../../shared/screen/wire.ts'
import type { Host } from '../hosts/host.ts'
import type { RecoveryState } from './health-parts.ts'
import type { SentProgramme } from './loop-keeper.ts'
import { watchPage } from './page-watch.ts'
import type { Clock, Undo } from './ports.ts'
import { isoOf, type Reporter } from './reporter.ts'

/** What a player does about lost pictures, beside its host. */
export type Recovery = {
  heard(message: FromScreen): void
  /** The page or the browser is gone. */
  gone(reason: string): void
  /** What the host does about it. */
  remedy(remedy: Remedy, reason: string, isSafe: boolean): void
  /** A page that stood by is on the wall. */
  tookOver(): void
  calm(): void
  /** What the page is to be sent: one still in safe mode. */
  sent(programme: SentProgramme): SentProgramme
  /** Undefined on the ground. */
  state(): RecoveryState | undefined
  stop: Undo
}

export type RecoveryParts = {
  readonly clock: Clock
  readonly reporter: Reporter
  readonly host: () => Host | undefined
  readonly showing: (key: ShowingKey) => Showing | undefined
  /** Whether this process was started to show one still only. */
  readonly isSafe: boolean
  /** The page has drawn: feeds who watches over this process. */
  readonly drew: () => void
  /** Ends this process so that it is started again; undefined when nobody would. */
  readonly restart: (() => void) | undefined
}

/** Watches the page, reports every rung that the host climbs, and keeps to one still in safe mode. */
export function createRecovery(parts: RecoveryParts): Recovery {
  const { clock, reporter } = parts
  let isSafe = parts.isSafe
  let lastFault: string | undefined
  let state: RecoveryState | undefined = isSafe
    ? { rung: 'safe-mode', since: isoOf(clock.now()), lastFault: 'the player was started again and again' }
    : undefined
  const watch = watchPage(clock, (silence) => parts.host()?.renew(silence, 'still'))
  const isFilm = (key: ShowingKey) => parts.showing(key)?.mediaType.startsWith('image/') === false

  return {
    heard(message) {
      if (message.kind !== 'beat') return
      const { on, presentedFrames, seenFrames = presentedFrames } = message // the former grows at a showing's end only
      const frames = on !== null && isFilm(on) ? seenFrames : undefined
      if (watch.beat(frames)) parts.drew()
    },
    gone(reason) {
      lastFault = reason
      watch.begins()
    },
    remedy(remedy, reason, safe) {
      isSafe = safe
      lastFault = reason
      state = reason === askedFor ? undefined : { rung: remedy, since: isoOf(clock.now()), lastFault }
      if (reason !== askedFor)
        reporter.event(`recovery-${remedy}`, `${what[remedy]}: ${reason}`, { rung: remedy, reason })
      if (remedy === 'process') parts.restart?.()
    },
    tookOver: watch.takesOver,
    calm() {
      state = undefined
      reporter.event('recovery-calm', 'pictures have come for two minutes', { lastFault: lastFault ?? null })
    },
    sent: (sent) => (isSafe ? { programme: safeProgramme(sent.programme), mayFinish: [], cutIn: null } : sent),
    state: () => state,
    stop: watch.stop,
  }
}

const what: Record<Remedy, string> = {
  page: 'another page takes the place of the lost one',
  browser: 'the browser is started anew',
  'fresh-browser': 'the browser is started anew with nothing left of the old one',
  'safe-mode': 'one still is shown, without the graphics processor',
  process: 'the player is started anew',
}
