import { z } from 'zod'
import type { ToScreen } from '../../shared/screen/wire.ts'
import type { CdpEvent, CdpPipe } from './cdp-pipe.ts'
import { consoleLine } from './chromium-console.ts'
import { pagePictures } from './chromium-picture.ts'
import { drawsScript } from './draws.ts'
import type { JpegOptions } from './host.ts'
import { bindingName, bridgeScript, deliverName } from './page-bridge.ts'

/** What a page reports. */
export type PageListener = {
  /** A message as it came: JSON text, not yet checked. */
  text(text: string): void
  /** The page died, or went elsewhere. */
  gone(reason: string): void
  /** The wall's own document was committed; its scripts begin to run, or have run while it stood by. */
  committed(from?: 'stand-by'): void
  /** The document has loaded with all it names. */
  loaded(): void
  /** A line of the page's console, or an error of its script that nobody caught. */
  console?(level: 'warning' | 'error' | 'debug', text: string): void
}

/** The one page of a browser. */
export type ChromiumPage = {
  /** To be given every event of the page's session. */
  onEvent(event: CdpEvent): void
  /** Leads the page to its address, anew if it is there; rejects with the browser's reason if it did not get there. */
  load(): Promise<void>
  /** Ends the page's process, even one that hangs; `gone` follows. */
  kill(): void
  send(message: ToScreen): void
  /** Resolves when the page's own thread answers. */
  answers(): Promise<unknown>
  /** Resolves when the page has drawn. */
  draws(): Promise<unknown>
  screenshot(as?: JpegOptions): Promise<Uint8Array>
}

/** Takes the page of a session, refuses it everything but its own address, and gives it the bridge. */
export function openChromiumPage(
  pipe: CdpPipe,
  session: string,
  address: string,
  listener: PageListener,
): ChromiumPage {
  const command = (method: string, params: object = {}) => pipe.send(method, params, session)
  const ready = settle(command, address)
  // Awaited by `load`; a browser that ends before is reported by its process.
  ready.catch(() => {})
  const pictures = pagePictures(command)
  let isOurs = false

  const arrived = (url: string) => {
    if (isSameDocument(url, address)) {
      isOurs = true
      listener.committed()
    } else if (isOurs) {
      isOurs = false
      listener.gone(`the page went to ${url.slice(0, 200)}`)
    }
  }
  const decide = (requestId: string, url: string) => {
    const refused = { requestId, errorReason: 'Aborted' }
    const answer = isSameDocument(url, address)
      ? command('Fetch.continueRequest', { requestId })
      : command('Fetch.failRequest', refused)
    // A request that was given up meanwhile.
    answer.catch(() => {})
  }

  return {
    onEvent({ method, params }) {
      if (method === 'Runtime.bindingCalled') {
        const { name, payload } = bindingCalled.parse(params)
        if (name === bindingName && isOurs) listener.text(payload)
      } else if (method === 'Page.frameNavigated') {
        const { frame } = frameNavigated.parse(params)
        if (frame.parentId === undefined) arrived(frame.url)
      } else if (method === 'Page.loadEventFired') {
        if (isOurs) listener.loaded()
      } else if (method === 'Inspector.targetCrashed') {
        isOurs = false
        listener.gone('the page’s process ended')
      } else if (method === 'Fetch.requestPaused') {
        const { requestId, request } = requestPaused.parse(params)
        decide(requestId, request.url)
      } else if (method === 'Runtime.consoleAPICalled' || method === 'Runtime.exceptionThrown') {
        // The browser keeps what a console was given, for as long as the page lives, which here is months.
        command('Runtime.discardConsoleEntries').catch(() => {})
        const line = consoleLine(params)
        if (line) listener.console?.(line.level, line.text)
      } else if (method === 'Page.screencastFrame') {
        pictures.onFrame(params)
      } else if (method === 'Page.javascriptDialogOpening') {
        const { type } = dialogOpening.parse(params)
        // Leaving is allowed to who may: only this program can lead the page anywhere.
        command('Page.handleJavaScriptDialog', { accept: type === 'beforeunload' }).catch(() => {})
      }
    },
    async load() {
      await ready
      const { errorText } = navigated.parse(await command('Page.navigate', { url: address }))
      if (errorText !== undefined) throw new Error(`the page did not load: ${errorText}`)
    },
    answers: () => command('Runtime.evaluate', { expression: '1' }),
    draws: () => command('Runtime.evaluate', { expression: drawsScript, awaitPromise: true }),
    kill: () => {
      // Never answered well: what would answer is what ends.
      command('Page.crash').catch(() => {})
    },
    send(message) {
      const expression = `window.${deliverName}?.(${JSON.stringify(message)})`
      // A page that is gone asks anew with its hello.
      command('Runtime.evaluate', { expression, silent: true }).catch(() => {})
    },
    screenshot: (as) => pictures.take(as),
  }
}

/** Everything that must hold before the first load, sent at once and carried out in order. */
async function settle(command: (method: string, params?: object) => Promise<unknown>, address: string): Promise<void> {
  // A browser too old for one of these still shows the wall.
  const optional = [
    command('Page.setInterceptFileChooserDialog', { enabled: true, cancel: true }),
    command('Input.setIgnoreInputEvents', { ignore: true }),
    command('Emulation.setDefaultBackgroundColorOverride', { color: { r: 0, g: 0, b: 0, a: 1 } }),
  ]
  await Promise.all([
    command('Page.enable'),
    // Messages of a binding are only told to who listens to the page's scripts at large.
    command('Runtime.enable'),
    command('Runtime.addBinding', { name: bindingName }),
    command('Page.addScriptToEvaluateOnNewDocument', { source: bridgeScript(address) }),
    command('Fetch.enable', { patterns: [{ urlPattern: '*', resourceType: 'Document' }] }),
    Promise.allSettled(optional),
  ])
}

const isSameDocument = (url: string, address: string) => url === address || url.startsWith(`${address}#`)

const bindingCalled = z.object({ name: z.string(), payload: z.string() })
const frameNavigated = z.object({ frame: z.object({ parentId: z.string().optional(), url: z.string() }) })
const requestPaused = z.object({ requestId: z.string(), request: z.object({ url: z.string() }) })
const dialogOpening = z.object({ type: z.string() })
const navigated = z.object({ errorText: z.string().optional() })
