import { z } from 'zod'
import type { CdpEvent, CdpPipe } from './cdp-pipe.ts'
import { type ChromiumPage, openChromiumPage, type PageListener } from './chromium-page.ts'
import { type KioskWindow, kioskWindow } from './chromium-window.ts'
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

/** The pages of one browser: one on the wall, and one beside the display that stands by for it. */
export type Seats = {
  /** To be given every event of the browser. */
  onEvent(event: CdpEvent): void
  /** Resolves when the page for the wall is there, not loaded yet. */
  readonly first: Promise<void>
  /** Resolves when the window on the wall was closed. */
  readonly lost: Promise<void>
  page(): ChromiumPage
  /** Ends the page on the wall, even one that hangs or whose process was stopped. */
  endPage(): void
  swap(): boolean
  /** Takes the page on the wall off the display; false when nobody can say that it is. */
  hide(): Promise<boolean>
  hasStandBy(): boolean
  /** Resolves when the page that is not on the wall has drawn; rejects when there is none. */
  otherDraws(): Promise<unknown>
  stop(): void
}

type Seat = {
  readonly session: string
  readonly targetId: string
  readonly page: ChromiumPage
  readonly window: KioskWindow | undefined
  /** What the page has said while it stood by; undefined until it is ready, and when it died. */
  hello: Hello | undefined
  /** Whether it was told that this one stands by. */
  isTold: boolean
}

/** How long a page may take to load all it names before its window is shown without. */
const patienceMs = 1000
/** A page that died stands by again when the one on the wall has had time to begin. */
const againAfterMs = 2500

/**
 * Keeps a page standing by where the window fills the display: a page that begins costs half a second. Its window is there from
 * the start, empty and beside the display; the page is loaded when the wall has shown pictures for a while, so that no start
 * waits for it. `endStopped` ends the pages whose processes were stopped: they do not end themselves when they are told to.
 */
export function createSeats(
  pipe: () => CdpPipe,
  options: HostOptions,
  listener: PageListener & StandByListener,
  endStopped: () => void,
): Seats {
  const isKiosk = !options.headless && options.size === undefined
  const hasSecond = isKiosk && options.standBy !== false
  const seats: Seat[] = []
  const timers = new Set<NodeJS.Timeout>()
  let front: Seat | undefined
  let arrived = () => {}
  let leave = () => {}
  const first = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const lost = new Promise<void>((resolve) => {
    leave = resolve
  })
  const later = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      run()
    }, ms).unref()
    timers.add(timer)
  }
  const standByLater = (ms: number, seat: Seat) => later(ms, () => standBy(seat))
  const hear = (seat: Seat, text: string) => {
    seat.hello = helloIn(text) ?? seat.hello
    if (seat.isTold || ready() !== seat) return
    seat.isTold = true
    listener.standsBy?.()
  }

  const take = (session: string, targetId: string): Seat => {
    const window = isKiosk ? kioskWindow(pipe(), session) : undefined
    // A window that cannot be moved shows the wall as large as it is.
    const grow = () => {
      if (seat === front) window?.grow().catch(() => {})
    }
    const page = openChromiumPage(pipe(), session, options.address, {
      text(text) {
        if (seat === front) listener.text(text)
        else hear(seat, text)
      },
      console: (level, text) => listener.console?.(level, text),
      gone(reason) {
        seat.hello = undefined
        seat.isTold = false
        const wasOnWall = seat === front
        window
          ?.shrink()
          .then(() => wasOnWall && listener.left?.())
          .catch(() => {}) // then the browser's words are seen until a page is back
        if (wasOnWall) listener.gone(reason)
        else standByLater(againAfterMs, seat)
      },
      committed() {
        if (seat !== front) return
        listener.committed()
        later(patienceMs, grow)
      },
      loaded() {
        if (seat !== front) return
        listener.loaded()
        grow()
        loadSecond()
      },
    })
    const seat: Seat = { session, targetId, page, window, hello: undefined, isTold: false }
    seats.push(seat)
    window?.fit().catch(() => {})
    return seat
  }

  const close = (targetId: string) => {
    pipe()
      .send('Target.closeTarget', { targetId })
      .catch(() => {})
  }
  const tryLater = (seat: Seat) => () => standByLater(4 * againAfterMs, seat)
  /** Loads the page anew beside the display. */
  const standBy = (seat: Seat) => {
    if (seat === front) return
    // A page that died answers no question about its frame before it has loaded again.
    seat.page
      .load()
      .then(() => (seat === front ? true : seat.window?.park()), tryLater(seat))
      .then((isParked) => isParked === false && seat !== front && close(seat.targetId))
      .catch(() => {}) // a page that dies meanwhile is loaded anew
  }

  const end = ({ page }: Seat) => {
    page.kill()
    endStopped()
  }
  const second = () => seats.find((seat) => seat !== front)
  const renewal = setInterval(() => {
    const other = second()
    if (!other || !isStale(other.hello)) return
    other.hello = undefined // once
    end(other)
  }, lookMs).unref()
  let isSecondDue = hasSecond
  let isSecondTaken = false
  const loadSecond = () => {
    if (!isSecondDue) return
    isSecondDue = false
    front?.window
      ?.wasMoved()
      // Where a window manager places windows, this one lies on the picture.
      .then((wasMoved) => wasMoved && close(second()?.targetId ?? ''))
      .catch(() => {}) // the browser is gone
    later(options.standByAfterMs ?? standByAfterMs, () => {
      const waiting = second()
      waiting?.window?.park().catch(() => {})
      if (waiting) standBy(waiting)
    })
  }

  const attached = ({ sessionId, targetInfo }: z.infer<typeof attachedToTarget>) => {
    if (!front) {
      front = take(sessionId, targetInfo.targetId)
      // What the browser has refused is told by its end.
      if (hasSecond)
        pipe()
          .send('Runtime.evaluate', askForWindow, sessionId)
          .catch(() => {})
      return arrived()
    }
    // Any other window was stopped before its first instruction. One that closes itself is no loss.
    if (!hasSecond || seats.length > 1 || isSecondTaken) return close(targetInfo.targetId)
    isSecondTaken = true
    take(sessionId, targetInfo.targetId)
    pipe()
      .send('Runtime.runIfWaitingForDebugger', {}, sessionId)
      .catch(() => {})
  }
  const detached = (sessionId: string) => {
    // Without its window on the wall the browser is of no use.
    if (sessionId === front?.session) return leave()
    const at = seats.findIndex((seat) => seat.session === sessionId)
    if (at >= 0) seats.splice(at, 1).forEach((seat) => void seat.window?.stop())
  }

  const ready = () => seats.find((seat) => seat !== front && isFresh(seat.hello) && seat.window?.isParked())

  return {
    first,
    lost,
    onEvent(event) {
      if (event.method === 'Target.attachedToTarget') attached(attachedToTarget.parse(event.params))
      else if (event.method === 'Target.detachedFromTarget') detached(detachedFromTarget.parse(event.params).sessionId)
      else seats.find(({ session }) => session === event.sessionId)?.page.onEvent(event)
    },
    page() {
      if (!front) throw new Error('the browser has no page yet')
      return front.page
    },
    hide: async () => (await front?.window?.shrink()) ?? false,
    hasStandBy: () => ready() !== undefined,
    async otherDraws() {
      const other = second()
      if (!other) throw new Error('there is no other page')
      await other.page.draws()
    },
    swap() {
      const before = front
      const next = ready()
      if (!next?.hello || !before) return false
      const hello = helloNow(next.hello)
      front = next
      next.hello = undefined
      next.isTold = false
      // The browser carries out one after the other, and what takes longest is the page's first film.
      listener.committed('stand-by')
      listener.text(hello)
      end(before)
      before.window?.shrink().catch(() => {})
      next.window?.grow().catch(() => {})
      standByLater(againAfterMs, before)
      return true
    },
    endPage() {
      if (front) end(front)
    },
    stop() {
      clearInterval(renewal)
      for (const timer of timers) clearTimeout(timer)
      for (const seat of seats) seat.window?.stop()
    },
  }
}

/**
 * A window that a page asks for has neither tabs nor an address: `Target.createTarget` opens one that has them, and with them what the
 * browser loads for them, over a second of the processor. The wall's page may ask for none, so the empty one before it does.
 */
const askForWindow = {
  expression: `void open('about:blank', '_blank', 'popup,noopener,width=100,height=100')`,
  userGesture: true,
}
const attachedToTarget = z.object({
  sessionId: z.string(),
  targetInfo: z.object({ targetId: z.string() }),
})
const detachedFromTarget = z.object({ sessionId: z.string() })
