import { once } from 'node:events'
import { join } from 'node:path'
import { BrowserWindow, type Session, screen } from 'electron'
import { fromScreenChannel } from './electron-channels.ts'
import { isPage, refuseForWindow } from './electron-refusals.ts'
import type { HostListener, HostOptions, JpegOptions } from './host.ts'

/** What a window reports. */
export type WindowListener = {
  /** A message as it came, not yet checked. */
  text(text: unknown): void
  /** The page died, hangs, or stands at another address. */
  gone(reason: string): void
  /** The wall's own document was committed, just now or before it stood by. */
  committed(from?: 'stand-by'): void
  /** The window itself is no longer there. */
  closed(): void
  /** A line of the page's console. */
  readonly console?: HostListener['console']
}

/** A window of the wall's page. */
export type WallWindow = {
  readonly window: BrowserWindow
  /** Covers the display at once: its page waited beside it and has drawn. */
  enter(): void
  /** Goes beside the display. */
  leave(): void
  /** Goes there and resolves when it has; false: it does not cover a display. */
  hide(): Promise<boolean>
}

/** How long the first picture is waited for before the window is shown without it. */
const patienceMs = 1000

/**
 * Opens the window on the wall, black until its page has drawn; nothing is loaded yet. `waits`: it opens beside the display, as
 * large as it, so that `enter` is only a move: nothing has to be laid out or drawn.
 */
export function openElectronWindow(
  options: HostOptions,
  session: Session,
  listener: WindowListener,
  waits = false,
): WallWindow {
  const isKiosk = !options.headless && options.size === undefined
  const size = () => options.size ?? screen.getPrimaryDisplay().bounds
  const { width, height } = size()
  let covers = !waits
  const window = new BrowserWindow({
    x: waits ? -2 * width : 0,
    y: 0,
    // As in the other host: one pixel until the page has drawn, since an X window is white before.
    width: isKiosk && !waits ? 1 : width,
    height: isKiosk && !waits ? 1 : height,
    useContentSize: !isKiosk,
    show: false,
    frame: false,
    alwaysOnTop: isKiosk && !waits,
    enableLargerThanScreen: true,
    backgroundColor: '#000000',
    title: 'Plazacast',
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      session,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      devTools: false,
      spellcheck: false,
      navigateOnDragDrop: false,
      disableDialogs: true,
      backgroundThrottling: false,
      autoplayPolicy: 'no-user-gesture-required',
    },
  })
  const place = (isOnDisplay: boolean) => {
    const { width, height } = size()
    if (isKiosk) window.setBounds({ x: isOnDisplay ? 0 : -2 * width, y: 0, width, height: height + spareLine })
  }
  const fit = () => {
    place(covers)
    layOut(window, size().width, size().height)
  }
  window.webContents.on('did-navigate', () => layOut(window, size().width, size().height))
  screen.on('display-metrics-changed', fit)
  window.once('closed', () => screen.off('display-metrics-changed', fit))
  const show = async () => {
    if (window.isDestroyed() || window.isVisible()) return
    if (!covers) {
      window.showInactive()
      return fit()
    }
    window.show()
    if (!isKiosk) return
    // A page that is gone meanwhile has its next one shown.
    const drawn = window.webContents.executeJavaScript(twoFrames).catch(() => {})
    await Promise.race([drawn, new Promise((resolve) => setTimeout(resolve, patienceMs).unref())])
    if (window.isDestroyed()) return
    fit()
    window.setKiosk(true)
  }
  window.once('ready-to-show', () => void show())
  setTimeout(() => void show(), patienceMs).unref()
  window.on('closed', () => listener.closed())
  watchPage(window, options.address, listener)
  refuseForWindow(window.webContents, options.address)
  const leave = () => {
    covers = false
    if (window.isKiosk()) window.setKiosk(false)
    window.setAlwaysOnTop(false)
    fit()
  }
  return {
    window,
    enter() {
      covers = true
      // A window that was full screen and has left the display takes itself to be on it still, and then does not move there.
      place(false)
      fit()
      window.setAlwaysOnTop(true)
      window.moveTop()
    },
    leave,
    async hide() {
      if (!isKiosk || !covers) return false
      const moved = once(window, 'move')
      leave()
      await moved
      return true
    },
  }
}

/** The first frame callback comes before a frame is drawn, the second one after; the value says nothing. */
const twoFrames = 'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(0))))'

/** Asked for exactly the display's size, Chromium on X11 takes a pixel off each way; see chromium-window.ts. */
const spareLine = 1

/** Lays the page out for the display, and not for a window that is a line larger. */
function layOut(window: BrowserWindow, width: number, height: number): void {
  const size = { width, height }
  const origin = { x: 0, y: 0 }
  const place = { screenPosition: 'desktop' as const, viewPosition: origin, deviceScaleFactor: 0, scale: 1 }
  window.webContents.enableDeviceEmulation({ ...place, screenSize: size, viewSize: size })
}

/** What the audience sees, as a PNG, or as a JPEG. */
export async function pictureOf(window: BrowserWindow, options: HostOptions, as?: JpegOptions): Promise<Uint8Array> {
  const { width, height } = options.size ?? screen.getPrimaryDisplay().bounds
  const picture = await window.webContents.capturePage({ x: 0, y: 0, width, height })
  if (!as) return picture.toPNG()
  const isLarger = as.width !== undefined && as.width < picture.getSize().width
  return (isLarger ? picture.resize({ width: as.width, quality: 'good' }) : picture).toJPEG(as.quality)
}

/** A page's line in the log, in characters. */
const longestLine = 500

/** Black, as the window is. */
const blankPage = 'about:blank'

function watchPage(window: BrowserWindow, address: string, listener: WindowListener): void {
  const { webContents } = window
  webContents.ipc.on(fromScreenChannel, (event, text: unknown) => {
    const frame = event.senderFrame
    if (frame && frame === webContents.mainFrame && isPage(frame.url, address)) listener.text(text)
  })
  webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    // Electron 33 dies of a load that begins any later than this; what is loaded after this one may wait.
    webContents.loadURL(blankPage).catch(() => {}) // another page comes before it is there
    listener.gone(`the page’s process ended: ${reason} (${exitCode})`)
  })
  // A hung page cannot be loaded anew in its own process, so that one is ended first; `gone` follows.
  window.on('unresponsive', () => webContents.forcefullyCrashRenderer())
  webContents.on('did-navigate', (_event, url) => {
    if (isPage(url, address)) listener.committed()
    else if (url !== blankPage) listener.gone(`the page went to ${url.slice(0, 200)}`)
  })
  // Before Electron 35 level and text were arguments of their own, the level a number from 0, verbose, to 3, error.
  webContents.on('console-message', (event, ...before: readonly unknown[]) => {
    const level = event.level ?? ['debug', 'info', 'warning', 'error'][Number(before[0])]
    const text = String(event.message ?? before[1]).slice(0, longestLine)
    listener.console?.(level === 'warning' || level === 'error' ? level : 'debug', text)
  })
  webContents.on('dom-ready', () => {
    // Refused only by a page that is gone already.
    webContents.insertCSS('* { cursor: none !important }').catch(() => {})
  })
}
