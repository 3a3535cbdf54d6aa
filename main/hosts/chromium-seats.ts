import { z } from 'zod'
import type { CdpEvent, CdpPipe } from './cdp-pipe.ts'
import { blankPage, farLeft } from './chromium-flags.ts'
import { type ChromiumPage, openChromiumPage, type PageListener } from './chromium-page.ts'
import { type KioskWindow, kioskWindow } from './chromium-window.ts'
import type { HostOptions } from './host.ts'
import { type Hello, helloIn, helloNow, isFresh, standByAfterMs, whenStill } from './stand-by.ts'

/** The pages of one browser: one on the wall, and one beside the display that stands by for it. */
export type Seats = {
  /** To be given every event of the browser. */
  onEvent(event: CdpEvent): void
  /** Resolves when the page for the wall is there, not loaded yet. */
  readonly first: Promise<void>
  /** Resolves when the window on the wall was closed. */
  readonly lost: Promise<void>
  page(): ChromiumPage
  swap(): boolean
  hasStandBy(): boolean
  stop(): void
}

type Seat = {
  readonly session: string
  readonly targetId: string
  readonly page: ChromiumPage
  readonly window: KioskWindow | undefined
  /** What the page has said while it stood by; undefined until it is ready, and when it died. */
  hello: Hello | undefined
}

/** How long a page may take to load all it names before its window is shown without. */
const patienceMs = 1000
/** A page that died stands by again when the one on the wall has had time to begin. */
const againAfterMs = 2500

/**
 * Keeps a page standing by where the window fills the display: a page that begins costs half a second, and Chromium draws
 * words of its own where a page died. Its window is opened beside the display, when the wall has shown pictures for a while,
 * so that no start waits for it.
 */
export function createSeats(pipe: () => CdpPipe, options: HostOptions, listener: PageListener): Seats {
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
  const standByLater = (ms: number, seat: Seat) =>
    later(ms, () => whenStill(options.stillMs, later, () => standBy(seat)))

  const take = (session: string, targetId: string, role: 'wall' | 'stand-by'): Seat => {
    const window = isKiosk ? kioskWindow(pipe(), session) : undefined
    // A window that cannot be moved shows the wall as large as it is.
    const grow = () => {
      if (seat === front) window?.grow().catch(() => {})
    }
    const page = openChromiumPage(pipe(), session, options.address, {
      text(text) {
        if (seat === front) listener.text(text)
        else seat.hello = helloIn(text) ?? seat.hello
      },
      console: (level, text) => listener.console?.(level, text),
      gone(reason) {
        seat.hello = undefined
        window?.shrink().catch(() => {}) // then the browser's words are seen until a page is back
        if (seat === front) listener.gone(reason)
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
        openSecond()
      },
    })
    const seat: Seat = { session, targetId, page, window, hello: undefined }
    seats.push(seat)
    window?.fit().catch(() => {})
    if (role === 'stand-by') {
      window?.park().catch(() => {})
      pipe()
        .send('Runtime.runIfWaitingForDebugger', {}, session)
        .catch(() => {})
      standBy(seat)
    }
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

  let isSecondDue = hasSecond
  const openSecond = () => {
    if (!isSecondDue) return
    isSecondDue = false
    const open = () => {
      // Where a window manager places windows, this one could come up on the picture.
      front?.window
        ?.wasMoved()
        .then((wasMoved) => (wasMoved ? undefined : pipe().send('Target.createTarget', secondWindow)))
        .catch(() => {}) // the browser is gone, and the next one gets another
    }
    later(options.standByAfterMs ?? standByAfterMs, () => whenStill(options.stillMs, later, open))
  }

  const attached = ({ sessionId, targetInfo }: z.infer<typeof attachedToTarget>) => {
    if (!front) {
      front = take(sessionId, targetInfo.targetId, 'wall')
      return arrived()
    }
    if (hasSecond && seats.length < 2 && targetInfo.openerId === undefined)
      return void take(sessionId, targetInfo.targetId, 'stand-by')
    // Another window: it was stopped before its first instruction. One that closes itself is no loss.
    close(targetInfo.targetId)
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
    hasStandBy: () => ready() !== undefined,
    swap() {
      const before = front
      const next = ready()
      if (!next?.hello || !before) return false
      const hello = helloNow(next.hello)
      front = next
      next.hello = undefined
      before.page.kill()
      before.window?.shrink().catch(() => {})
      next.window?.grow().catch(() => {})
      listener.committed()
      listener.text(hello)
      standByLater(againAfterMs, before)
      return true
    },
    stop() {
      for (const timer of timers) clearTimeout(timer)
      for (const seat of seats) seat.window?.stop()
    },
  }
}

/** Far beside the display: a window that comes up on it would be seen, and one that grows is drawn for a moment. */
const secondWindow = {
  url: blankPage,
  newWindow: true,
  background: true,
  left: farLeft,
  top: 0,
  width: 500,
  height: 200,
}
const attachedToTarget = z.object({
  sessionId: z.string(),
  targetInfo: z.object({ targetId: z.string(), openerId: z.string().optional() }),
})
const detachedFromTarget = z.object({ sessionId: z.string() })
