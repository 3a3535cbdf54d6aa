import type { Remedy } from '../../shared/recovery/ladder.ts'
import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'

/** What a wall is shown on: a window of Electron's, or a Chromium that this process drives. */
export type HostName = 'electron' | 'chromium'

/** How a host is started. */
export type HostOptions = {
  /** The page's address on the loopback server. */
  readonly address: string
  /** A folder for the browser's own files; nothing of worth is kept there. */
  readonly profileDir: string
  /** Draw without a display: nobody sees the wall but screenshots. */
  readonly headless: boolean
  /** Width and height in pixels when headless or windowed; undefined fills the display. */
  readonly size: { readonly width: number; readonly height: number } | undefined
  /** Keep a second page loaded beside the display, where the window fills it; true unless told. */
  readonly standBy?: boolean
  /** For how long pictures have come before that page is loaded, in milliseconds; 20 s unless told. */
  readonly standByAfterMs?: number
  /** Somebody starts this program again when it ends; without, nothing dearer than a browser is made anew. */
  readonly canRestart?: boolean
}

/** `width`: in pixels, scaled down to; as large as the wall without. `quality`: 1 to 100. */
export type JpegOptions = { readonly width?: number | undefined; readonly quality: number }

/** What a host reports. */
export type HostListener = {
  /** A message of the page, parsed. */
  message(message: FromScreen): void
  /**
   * The page said something that is not of the wire; it was not handed on. The picture stays: what a word cost too much
   * would be paid by the audience. A page that says nothing else has no beats, and is renewed for that.
   */
  garbled?(reason: string): void
  /**
   * The picture was lost; the host is already bringing it back. `what` is the part that died. After `page` and `browser`
   * comes `back`, as often as it takes; after `gpu` the same page draws on by itself.
   */
  gone(what: 'page' | 'gpu' | 'browser', reason: string): void
  /** A line that the page wrote to its console, for the log; one that floods is the listener's to bear. */
  console?(level: 'warning' | 'error' | 'debug', text: string): void
  /** The last picture of the page that was gone is off the display; hosts that cannot tell do not. */
  left?(): void
  /** A page is there again after it was gone: it loads, or has stood by. It says hello by itself. */
  back(from?: 'stand-by'): void
  /**
   * A remedy for a lost picture begins. `isSafe`: from now on nothing but a still is to be shown. `process` is the listener's
   * to carry out: this whole program is to end and be started again.
   */
  remedy?(remedy: Remedy, reason: string, isSafe: boolean): void
  /** Another page has begun to stand by: the next one that is lost has its place taken at once. */
  standsBy?(): void
  /** Pictures have come for so long that the next loss is again remedied by the cheapest means. */
  calm?(): void
}

/** The window on the wall. The page cannot tell which host shows it. Only one page is ever heard. */
export type Host = {
  readonly name: HostName
  /** The browser's product and version, for people. */
  readonly version: string
  /** Sends to the page as it is now; a message to a page that is gone is dropped, since every page begins with hello. */
  send(message: ToScreen): void
  /** What the audience sees, as a PNG, or as a JPEG if it is said how. Rejects when no page can answer. */
  screenshot(as?: JpegOptions): Promise<Uint8Array>
  /**
   * Gives up the page as it is, even one that hangs, and makes it anew; `gone` and `back` follow. `still`: only because no
   * picture has come for a while, so that the graphics process is given up instead where that is what hangs.
   */
  renew(reason: string, why?: 'asked' | 'still'): void
  /** Ends the window and every process it started. */
  stop(): Promise<void>
}

/** Starts a host and resolves when its page has begun to load; rejects when the browser cannot be started at all. */
export type StartHost = (options: HostOptions, listener: HostListener) => Promise<Host>
