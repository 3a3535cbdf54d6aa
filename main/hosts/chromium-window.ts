import { z } from 'zod'
import type { CdpPipe } from './cdp-pipe.ts'
import { farLeft } from './chromium-flags.ts'
import { within } from './keeper.ts'

/** One of the browser's two windows; `stop` ends the watch over the display. */
export type KioskWindow = {
  /** Lays the page out for the whole display while its window is still one pixel. */
  fit(): Promise<void>
  /** Covers the display: once the page has drawn, or at once when the window was parked. Does nothing while it covers. */
  grow(): Promise<void>
  /** Takes the window off the display at once: a page that died leaves the browser's own words in it. False: it stays, or was off. */
  shrink(): Promise<boolean>
  /**
   * Makes the window as large as the display, beside it, so that `grow` is only a move: nothing has to be laid out or drawn. False:
   * it does not lie where it was put, or nobody knows its frame.
   */
  park(): Promise<boolean>
  /** It lies exactly where it was put, and its frame is known: only such a window may move in. */
  isParked(): boolean
  /** Whether it was elsewhere than told before it first covered: a window manager places windows as it likes. */
  wasMoved(): Promise<boolean>
  stop(): void
}

/**
 * Fills the display, with a window manager or without.
 *
 * The window opens as one pixel, since a full-size one is white until its page has drawn. Chromium shrinks a window that
 * asks for exactly the display's size by a pixel each way (a habit for window managers that take such a one for full
 * screen), so one more line is asked for, and the page is laid out by the display and not by the window.
 *
 * A frame that a parked window may have comes to lie above the display's upper edge. So it never moves in unless its frame, or that it
 * has none, was measured for certain, and a window manager that places windows as it likes gets none.
 */
export function kioskWindow(pipe: CdpPipe, session: string): KioskWindow {
  let fitted: Size | undefined
  let covers = false
  let parked = false
  let wasMoved: Promise<boolean> | undefined
  /** Known for certain: a window manager decides where it lies. */
  let isPlaced = false
  let parking = Promise.resolve(false)
  let windowId: number | undefined
  /** What the frame adds to the page, in pixels; undefined until the window was parked. */
  let frame: Size | undefined

  const idOf = async () => {
    windowId ??= windowForTarget.parse(await pipe.send('Browser.getWindowForTarget', {}, session)).windowId
    return windowId
  }
  const fit = async () => {
    const { screenInfos } = screens.parse(await pipe.send('Emulation.getScreenInfos', {}, session))
    const screen = screenInfos.find(({ isPrimary }) => isPrimary) ?? screenInfos[0]
    if (!screen || isSame(screen, fitted)) return
    fitted = { width: screen.width, height: screen.height }
    await layOut(fitted)
    if (covers) await fill(fitted)
    else if (frame) await place([resting(fitted, frame)])
  }
  const layOut = (size: Size) =>
    pipe.send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 0, mobile: false }, session)
  const fill = async (size: Size) => {
    const whole = { left: 0, top: 0, width: size.width, height: size.height + 1 }
    await place([{ windowState: 'normal' }, whole, { windowState: 'fullscreen' }])
  }
  /** All at once: the browser carries them out in their order. */
  const place = async (steps: readonly object[]) => {
    const id = windowId ?? (await idOf())
    await Promise.all(steps.map((bounds) => pipe.send('Browser.setWindowBounds', { windowId: id, bounds })))
  }
  const boundsOf = async () => windowForTarget.parse(await pipe.send('Browser.getWindowForTarget', {}, session)).bounds
  const moveIn = async (size: Size, border: Size) => {
    const asked = { left: -Math.round(border.width / 2), top: -border.height }
    await place([asked])
    const bounds = await boundsOf()
    if (bounds.left !== asked.left || bounds.top !== asked.top) await fill(size)
  }
  /**
   * Undefined when nothing certain can be said. The window is made larger than any size the page may still believe it has, be it the
   * display's or that of its birth: what is measured then is of this size, or makes no sense.
   */
  const frameOf = async (size: Size): Promise<Size | undefined> => {
    const width = Math.max(size.width, birthWidth) + spare
    const height = size.height + spare
    await place([{ windowState: 'normal' }, { left: farLeft, top: 0, width, height }])
    await pipe.send('Emulation.clearDeviceMetricsOverride', {}, session)
    const measured = pipe.send('Runtime.evaluate', measureFrame(width, height), session)
    const { result } = frameSize.parse(await within(measuredMs, measured))
    return result.value ?? undefined
  }
  const rest = async () => {
    parked = false
    await fit()
    const size = fitted ?? usual
    frame ??= await frameOf(size)
    await layOut(size)
    if (!frame || covers) return false
    const asked = resting(size, frame)
    await place([asked])
    // A window manager has its say a little later.
    await new Promise((resolve) => setTimeout(resolve, settledMs).unref())
    parked = isAt(await boundsOf(), asked) && !covers
    return parked
  }
  /** A window that is to cover and lies beside the display is a black wall, whatever brought it there. */
  const stay = async () => {
    if (!covers) return
    const { left = 0, top = 0 } = await boundsOf()
    if (Math.max(Math.abs(left), Math.abs(top)) > farthest && covers) await fill(fitted ?? usual)
  }
  // A display that was switched off and on may come back with another size; an unanswered question is asked again.
  const watch = setInterval(
    () =>
      fit()
        .then(stay)
        .catch(() => {}),
    5000,
  ).unref()

  return {
    fit,
    async grow() {
      if (covers) return
      covers = true
      parked = false
      wasMoved ??= boundsOf().then(
        ({ left }) => {
          isPlaced = left !== farLeft && !frame // one that was parked lies where it was put
          return left !== farLeft
        },
        () => true,
      )
      if (frame && fitted) return moveIn(fitted, frame)
      // Rejected when the page dies meanwhile: then its window was taken off, and covers again with its next page.
      const drawn = pipe
        .send('Runtime.evaluate', { expression: twoFrames, awaitPromise: true }, session)
        .catch(() => undefined)
      await Promise.race([drawn, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())])
      if (covers) await fill(fitted ?? usual)
    },
    async shrink() {
      // A window manager that places windows leaves an edge of it and its frame in sight, and the desktop beside them; what
      // the browser says in it is black (`chromium-preferences.ts`).
      if (!covers || isPlaced) return false
      covers = false
      parked = false
      const aside = { left: -2 * (fitted ?? usual).width, top: 0 }
      await place(frame ? [aside] : [{ windowState: 'normal' }, aside])
      return true
    },
    // One after the other: two that measure at once each measure what the other has laid out.
    park: () => {
      parking = parking.catch(() => false).then(rest)
      return parking
    },
    isParked: () => parked,
    wasMoved: () => wasMoved ?? Promise.resolve(true),
    stop: () => clearInterval(watch),
  }
}

/** Beside the display, where a window that waits is drawn as if it were seen. */
const resting = (size: Size, border: Size) => ({
  left: -2 * size.width,
  top: -border.height,
  width: size.width + border.width,
  height: size.height + border.height + 1,
})

/** A window that covers lies this far from the corner of the display at most, by its frame. */
const farthest = 200

/** What a display is taken to be while nobody has said. */
const usual = { width: 1920, height: 1080 }

/** No window is wider when it opens, in pixels. */
const birthWidth = 500
/** Wider and higher than any frame, in pixels. */
const spare = 300

/** How long a frame may take to be measured; a page that dies meanwhile never answers. */
const measuredMs = 5000
/** How long a window manager may take to put a window elsewhere. */
const settledMs = 300

/** The page hears of its window's size a little later than it is asked. */
const measureFrame = (outer: number, high: number) => ({
  expression: `new Promise((resolve) => {
    const look = (looks) => {
      const [width, height] = [outerWidth - innerWidth, outerHeight - innerHeight]
      const isTrue = outerWidth === ${outer} && outerHeight === ${high}
      if (isTrue && width >= 0 && height >= 0 && width < 64 && height < 200) resolve({ width, height })
      else if (looks === 0) resolve(null)
      else setTimeout(look, 50, looks - 1)
    }
    look(40)
  })`,
  returnByValue: true,
  awaitPromise: true,
})

/** The first frame callback comes before a frame is drawn, the second one after. */
const twoFrames = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))'

/** How long the first picture is waited for before the window is shown without it. */
const patienceMs = 1000

type Size = { readonly width: number; readonly height: number }
const isSame = (one: Size, other: Size | undefined) => one.width === other?.width && one.height === other.height

type Bounds = Readonly<Record<'left' | 'top' | 'width' | 'height', number>>
const isAt = (one: Partial<z.infer<typeof windowBounds>>, asked: Bounds) =>
  one.left === asked.left && one.top === asked.top && one.width === asked.width && one.height === asked.height

const screens = z.object({
  screenInfos: z.array(z.object({ width: z.int(), height: z.int(), isPrimary: z.boolean().optional() })),
})
const windowBounds = z.object({
  left: z.int().optional(),
  top: z.int().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
})
const windowForTarget = z.object({
  windowId: z.int(),
  bounds: windowBounds,
})
const frameSize = z.object({ result: z.object({ value: z.object({ width: z.int(), height: z.int() }).nullable() }) })
