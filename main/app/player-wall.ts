import type { AssetName } from '../../shared/asset-name.ts'
import { askedFor } from '../../shared/recovery/asked.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'
import type { Host, HostListener } from '../hosts/host.ts'
import { createLoopKeeper, type LoopKeeper } from './loop-keeper.ts'
import { createPageClock } from './page-clock.ts'
import { createPageEar, type PageEar } from './page-ear.ts'
import { levelOf } from './play-level.ts'
import type { PlayerCore } from './player-core.ts'
import { createPlayerMark, type PlayerMark } from './player-mark.ts'
import type { Cache, PlayerParts } from './player-parts.ts'
import type { Undo } from './ports.ts'
import { createRecovery, type Recovery } from './recovery.ts'
import { createScreenDesk, type ScreenDesk } from './screen-desk.ts'

/** The player's side of its wall: the window, the page in it, the loop that the page is given, and what it says was shown. */
export type PlayerWall = {
  readonly keeper: LoopKeeper
  readonly desk: ScreenDesk
  readonly recovery: Recovery
  readonly ear: PageEar
  readonly mark: PlayerMark
  /** What is on the wall, as far as its page has said. */
  assetOn(): AssetName | undefined
  /** Undefined while the window is being opened. */
  readonly host: () => Host | undefined
  /** What is said before there is a window is said when there is one. */
  send(message: ToScreen): void
  /** Resolves when the window is open; rejects when none can be had. */
  opened(): Promise<Host>
  /** Nothing is looked at any more; the window stays. */
  stop(): void
  /** Closes the window; what was on ends when it has left the display. */
  close(): Promise<void>
}

export type PlayerWallHooks = {
  readonly cache: () => Cache
  /** What is on, or what is next, has changed. */
  readonly changed: () => void
  /** A record of a play was completed. */
  readonly recorded: () => void
  /** A schedule says that the loop may be another one now. */
  readonly due: () => void
}

/** A window has left the display long before. */
const leavesMs = 500

/** Opens the window at once, since a browser takes longest; what it is to show is read meanwhile. */
export function createPlayerWall(parts: PlayerParts, core: PlayerCore, hooks: PlayerWallHooks): PlayerWall {
  const { configuration, db, supervision } = parts
  const { clock, time, reporter, storage, putOff, knowledge } = core
  let host: Host | undefined
  /** The page may say hello before its host has said that it is there. */
  const unsent: ToScreen[] = []
  const send = (message: ToScreen) => (host ? host.send(message) : void unsent.push(message))
  const ear = createPageEar(clock)
  const mark = createPlayerMark(configuration.playerId, send)
  const pageClock = createPageClock(parts.clock, time, () => knowledge().site?.sync !== undefined, send)
  const recovery = createRecovery({
    clock,
    reporter,
    host: () => host,
    showing: (key) => keeper.showing(key),
    isSafe: supervision?.isSafe === true,
    drew: () => supervision?.drew(),
    restart: supervision?.restart,
  })

  /** A picture that nobody has seen leave by then left when its page was gone. */
  let forgetPicture: Undo = () => {}
  let isClosing = false
  function pageGone(): void {
    desk.gone()
    forgetPicture()
    forgetPicture = clock.after(leavesMs, desk.leftUnseen)
  }
  function pictureLeft(): void {
    forgetPicture()
    desk.left()
  }

  const listener: HostListener = {
    message(message) {
      if (isClosing) return // nobody sees any more what it shows
      recovery.heard(message)
      pageClock.heard(message)
      if (message.kind === 'hello') mark.again()
      if (message.kind === 'beat' || message.kind === 'ended') hooks.cache().playing?.(message)
      if (message.kind === 'shown' || message.kind === 'slate') putOff.end() // another picture is there
      storage.attempt('lookups', () => desk.message(message), 1)
      ear.heard(message)
      core.health?.heard(message)
    },
    gone(what, reason) {
      if (what !== 'gpu') putOff.begin()
      if (reason === askedFor) reporter.event('stage-renewed', 'the page is made anew, as somebody asked', { what })
      else reporter.event('stage-gone', `the ${what} is gone: ${reason}`, { what, reason })
      if (what !== 'gpu') pageGone()
      if (what !== 'gpu') recovery.gone(reason)
    },
    left: pictureLeft,
    standsBy: () => parts.log('info', 'another page stands by'),
    remedy: recovery.remedy,
    calm: recovery.calm,
    back(from) {
      if (from === 'stand-by') recovery.tookOver()
      reporter.event('stage-back', 'the screen is back')
    },
    console: (level, text) => parts.log('debug', `page: ${level}: ${text}`),
    garbled: (why) => parts.log('warning', `the page sent what is no message: ${why}`),
  }
  const starting = parts.startHost(listener)
  starting.catch(() => {}) // reported where it is awaited, in `opened`

  const keeper = createLoopKeeper(
    db,
    {
      knowledge,
      held: () => hooks.cache().held(),
      late: () => hooks.cache().late(),
      hls: () => hooks.cache().hls?.() ?? new Map(),
      on: () => desk.on(),
      timeIsKnown: () => time.told().trust !== 'unknown',
    },
    clock,
    (sent) => desk.programme(recovery.sent(sent)),
    hooks.due,
  )
  const desk = createScreenDesk({
    db,
    dated: pageClock.dated,
    monotonicOf: pageClock.monotonicOf,
    level: (showing) => levelOf(showing, knowledge()),
    clockTrust: () => time.told().trust,
    hasPower: () => core.health?.wallPower() !== 'off',
    recorded: hooks.recorded,
    reporter,
    monotonicMs: parts.clock.monotonicMs,
    attempt: storage.attempt,
    putOff: putOff.run,
    send,
    sent: () => recovery.sent(keeper.sent()),
    showing: keeper.showing,
    playerName: () => knowledge().site?.name ?? configuration.playerId,
    languages: configuration.languages,
    changed: hooks.changed,
  })

  return {
    keeper,
    desk,
    recovery,
    ear,
    mark,
    assetOn() {
      const key = desk.on()
      return key === undefined ? undefined : keeper.showing(key)?.asset
    },
    host: () => host,
    send,
    async opened() {
      host = await starting
      for (const message of unsent) host.send(message)
      return host
    },
    stop() {
      recovery.stop()
      keeper.stop()
    },
    async close() {
      isClosing = true
      pageGone()
      await host?.stop()
      forgetPicture()
      putOff.end()
      storage.attempt('plays', desk.stop, 1)
    },
  }
}
