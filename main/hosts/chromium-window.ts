import { z } from 'zod'
import type { CdpPipe } from './cdp-pipe.ts'

/** The kiosk window of a browser; `stop` ends the watch over the display. */
export type KioskWindow = {
  /** Lays the page out for the whole display while its window is still one pixel. */
  fit(): Promise<void>
  /** Grows the window to the whole display once the page has drawn; does nothing while it is grown. */
  grow(): Promise<void>
  /** Takes the window back to one pixel at once: a page that died leaves the browser's own words in it. */
  shrink(): Promise<void>
  stop(): void
}

/**
 * Fills the display, with a window manager or without.
 *
 * The window opens as one pixel, since a full-size one is white until its page has drawn. Chromium shrinks a window that
 * asks for exactly the display's size by a pixel each way (a habit for window managers that take such a one for full
 * screen), so one more line is asked for, and the page is laid out by the display and not by the window.
 */
export function kioskWindow(pipe: CdpPipe, session: string): KioskWindow {
  let fitted: Size | undefined
  let hasGrown = false
  let windowId: number | undefined

  const fit = async () => {
    const { screenInfos } = screens.parse(await pipe.send('Emulation.getScreenInfos', {}, session))
    const screen = screenInfos.find(({ isPrimary }) => isPrimary) ?? screenInfos[0]
    if (!screen || isSame(screen, fitted)) return
    fitted = { width: screen.width, height: screen.height }
    await pipe.send('Emulation.setDeviceMetricsOverride', { ...fitted, deviceScaleFactor: 0, mobile: false }, session)
    if (hasGrown) await fill(fitted)
  }
  const fill = async (size: Size) => {
    windowId ??= windowForTarget.parse(await pipe.send('Browser.getWindowForTarget', {}, session)).windowId
    const whole = { left: 0, top: 0, width: size.width, height: size.height + 1 }
    await place(windowId, [{ windowState: 'normal' }, whole, { windowState: 'fullscreen' }])
  }
  /** All at once: the browser carries them out in their order. */
  const place = async (id: number, steps: readonly object[]) => {
    await Promise.all(steps.map((bounds) => pipe.send('Browser.setWindowBounds', { windowId: id, bounds })))
  }
  // A display that was switched off and on may come back with another size; an unanswered question is asked again.
  const watch = setInterval(() => fit().catch(() => {}), 5000).unref()

  return {
    fit,
    async grow() {
      if (hasGrown) return
      hasGrown = true
      const drawn = pipe.send('Runtime.evaluate', { expression: twoFrames, awaitPromise: true }, session)
      await Promise.race([drawn, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())])
      await fill(fitted ?? { width: 1920, height: 1080 })
    },
    async shrink() {
      if (!hasGrown || windowId === undefined) return
      hasGrown = false
      const aside = { left: -2 * (fitted?.width ?? 4096), top: 0 }
      await place(windowId, [{ windowState: 'normal' }, aside])
    },
    stop: () => clearInterval(watch),
  }
}

/** The first frame callback comes before a frame is drawn, the second one after. */
const twoFrames = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))'

/** How long the first picture is waited for before the window is shown without it. */
const patienceMs = 1000

type Size = { readonly width: number; readonly height: number }
const isSame = (one: Size, other: Size | undefined) => one.width === other?.width && one.height === other.height

const screens = z.object({
  screenInfos: z.array(z.object({ width: z.int(), height: z.int(), isPrimary: z.boolean().optional() })),
})
const windowForTarget = z.object({ windowId: z.int() })
