import type { BrowserWindow, Session } from 'electron'
import { drawsScript } from './draws.ts'
import { openElectronWindow, type WallWindow, type WindowListener } from './electron-window.ts'
import type { HostOptions } from './host.ts'
import {
  type Hello,
  helloIn,
  helloNow,
  isFresh,
  isStale,
  lookMs,
  type StandByListener,
  standByAfterMs,
} from './stand-by.ts'

/** The windows of one wall: one that is seen, and later one beside the display whose page stands by. */
export type ElectronSeats = {
  /** Opens the window on the wall; nothing is loaded yet. */
  open(): BrowserWindow
  /** The window on the wall. */
  window(): BrowserWindow | undefined
  /** Takes the window on the wall off the display; false when nobody can say that it is. */
  hide(): Promise<boolean>
  hasStandBy(): boolean
  /** Resolves when the page that is not on the wall has drawn; rejects when there is none. */
  otherDraws(): Promise<unknown>
  /** Puts the page that stands by on the wall and ends the other one; false when none is ready. */
  swap(): boolean
  /** The wall has drawn: after a while of this, another page is made to stand by. */
  pictured(): void
  /** Closes every window; `open` may follow. */
  close(): void
}

type Seat = {
  readonly wall: WallWindow
  /** What the page has said while it stood by. */
  hello: Hello | undefined
  /** Its process has ended, and a blank page is on its way: Electron 33 ends when that one is killed too. */
  isDead: boolean
}

/** A page that died stands by again after so long; the wall's new one begins meanwhile. */
const againAfterMs = 2_500

/**
 * The listener hears of the window on the wall only; what the other one says is not of the wall. `end` kills the process of a
 * window's page, which may hang.
 */
export function createElectronSeats(
  options: HostOptions,
  session: Session,
  listener: WindowListener & StandByListener,
  end: (window: BrowserWindow) => void,
): ElectronSeats {
  const hasSecond = !options.headless && options.size === undefined && options.standBy !== false
  let front: Seat | undefined
  let second: Seat | undefined
  const timers = new Set<NodeJS.Timeout>()
  let isSecondDue = false
  const later = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
    }, ms).unref()
    timers.add(timer)
  }
  const standByLater = (ms: number, seat: Seat) => later(ms, () => standBy(seat))
  const hear = (seat: Seat, text: unknown) => {
    const isFirst = seat.hello === undefined
    seat.hello = helloIn(text) ?? seat.hello
    if (isFirst && seat.hello) listener.standsBy?.()
  }

  function take(waits: boolean): Seat {
    const wall = openElectronWindow(
      options,
      session,
      {
        text(text) {
          if (seat === front) listener.text(text)
          else hear(seat, text)
        },
        gone(reason) {
          seat.hello = undefined
          seat.isDead = true
          if (seat === front) listener.gone(reason)
          else if (seat === second) standByLater(againAfterMs, seat)
        },
        committed() {
          seat.isDead = false
          if (seat === front) listener.committed()
        },
        console: (level, text) => listener.console?.(level, text),
        closed() {
          if (seat === second) second = undefined
          if (seat !== front) return
          front = undefined
          listener.closed()
        },
      },
      waits,
    )
    const seat: Seat = { wall, hello: undefined, isDead: false }
    return seat
  }

  /** Loads the page beside the display; one that does not load is tried again by and by. */
  function standBy(seat: Seat): void {
    if (seat !== second || seat.hello !== undefined) return
    seat.wall.window.loadURL(options.address).catch(() => standByLater(4 * againAfterMs, seat))
  }

  setInterval(() => {
    if (!second || !isStale(second.hello)) return
    second.hello = undefined // once
    end(second.wall.window)
  }, lookMs).unref()

  return {
    open() {
      front = take(false)
      return front.wall.window
    },
    window: () => front?.wall.window,
    hide: async () => (await front?.wall.hide()) ?? false,
    hasStandBy: () => isFresh(second?.hello),
    async otherDraws() {
      if (!second) throw new Error('there is no other page')
      await second.wall.window.webContents.executeJavaScript(drawsScript)
    },
    swap() {
      const [before, next] = [front, second]
      const hello = next?.hello
      if (!before || !next || !isFresh(hello)) return false
      next.hello = undefined
      front = next
      second = before
      // What takes longest is the page's first film: it opens while windows move.
      listener.committed('stand-by')
      listener.text(helloNow(hello))
      next.wall.enter()
      before.wall.leave()
      if (!before.isDead) end(before.wall.window)
      standByLater(againAfterMs, before)
      return true
    },
    pictured() {
      if (!hasSecond || second || isSecondDue) return
      isSecondDue = true
      const open = () => {
        isSecondDue = false
        if (!front || second) return
        second = take(true)
        standBy(second)
      }
      later(options.standByAfterMs ?? standByAfterMs, open)
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      isSecondDue = false
      const closing = [front, second]
      front = undefined
      second = undefined
      for (const seat of closing) seat?.wall.window.destroy()
    },
  }
}
