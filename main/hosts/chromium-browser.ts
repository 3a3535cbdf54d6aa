import { z } from 'zod'
import type { CdpEvent } from './cdp-pipe.ts'
import type { Environment } from './chromium-binary.ts'
import { chromiumFlags } from './chromium-flags.ts'
import { type ChromiumPage, openChromiumPage, type PageListener } from './chromium-page.ts'
import { startChromiumProcess } from './chromium-process.ts'
import { type KioskWindow, kioskWindow } from './chromium-window.ts'
import type { HostOptions } from './host.ts'

/** What a browser reports besides what its page does. */
export type BrowserListener = PageListener & {
  gpuGone(reason: string): void
}

/** One life of a browser, from its start to its end, with exactly one page. */
export type ChromiumBrowser = {
  readonly version: string
  readonly page: ChromiumPage
  /** Resolves with the reason when the browser is no longer there. */
  readonly ended: Promise<string>
  /** Ends the browser and every process of it. */
  end(): Promise<void>
}

/** How long a browser may take to show its first page; a disk that is slow or a machine that is busy takes some. */
const startMs = 30_000

/** Starts a browser and takes its page, not loaded yet; rejects with what the browser said if it does not come up. */
export async function startChromiumBrowser(
  program: string,
  environment: Environment,
  options: HostOptions,
  listener: BrowserListener,
): Promise<ChromiumBrowser> {
  const { profileDir, headless, size } = options
  const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0
  if (isRootOnLinux) process.stderr.write(withoutSandbox)
  const flags = chromiumFlags({ profileDir, headless, size, isRootOnLinux })
  let session: string | undefined
  let page: ChromiumPage | undefined
  let window: KioskWindow | undefined
  let attach = (_page: ChromiumPage) => {}
  const attached = new Promise<ChromiumPage>((resolve) => {
    attach = resolve
  })
  const isKiosk = !headless && size === undefined

  // A window that cannot be moved shows the wall as large as it is.
  const grow = () => window?.grow().catch(() => {})
  const watched: PageListener = {
    ...listener,
    gone: (reason) => {
      window?.shrink().catch(() => {}) // then the browser's words are seen until the page is back
      listener.gone(reason)
    },
    committed: () => {
      listener.committed()
      setTimeout(grow, patienceMs).unref()
    },
    loaded: () => {
      listener.loaded()
      void grow()
    },
  }
  const onEvent = (event: CdpEvent) => {
    if (event.method === 'Target.attachedToTarget') {
      const { sessionId, targetInfo } = attachedToTarget.parse(event.params)
      if (session === undefined) {
        session = sessionId
        window = isKiosk ? kioskWindow(chromium.pipe, session) : undefined
        window?.fit().catch(() => {})
        page = openChromiumPage(chromium.pipe, session, options.address, watched)
        attach(page)
      } else {
        // A second window: it was stopped before its first instruction. One that closes itself is no loss.
        chromium.pipe.send('Target.closeTarget', { targetId: targetInfo.targetId }).catch(() => {})
      }
    } else if (event.method === 'Target.detachedFromTarget') {
      // Without its only window the browser is of no use.
      if (detachedFromTarget.parse(event.params).sessionId === session) void chromium.end()
    } else if (event.sessionId === session) page?.onEvent(event)
  }
  const onLine = (line: string) => {
    if (/GPU process exited unexpectedly/i.test(line)) listener.gpuGone(line)
  }

  const chromium = startChromiumProcess({ program, flags, profileDir, environment }, onEvent, onLine)
  const asked = Promise.all([
    chromium.pipe.send('Browser.getVersion'),
    chromium.pipe.send('Target.setAutoAttach', autoAttach),
    chromium.pipe.send('Browser.setDownloadBehavior', { behavior: 'deny' }),
    attached,
  ])
  void chromium.ended.then(() => window?.stop())
  const failed = chromium.ended.then((reason) => Promise.reject(new Error(reason)))
  const late = deadline(startMs, 'the browser did not open its window')
  try {
    const [version, , , first] = await Promise.race([asked, failed, late.promise])
    return { version: getVersion.parse(version).product, page: first, ended: chromium.ended, end: chromium.end }
  } catch (cause) {
    await chromium.end()
    throw cause
  } finally {
    late.clear()
    // Both go on after the race was won by another; what they say then is told by `ended`.
    failed.catch(() => {})
    asked.catch(() => {})
  }
}

const withoutSandbox =
  'plazacast: running as root, so the browser runs without its sandbox: start the player as an ordinary user\n'

/** How long a page may take to load all it names before its window is shown without. */
const patienceMs = 1000

function deadline(ms: number, message: string): { readonly promise: Promise<never>; clear(): void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${message} within ${ms / 1000} s`)), ms)
  })
  return { promise, clear: () => clearTimeout(timer) }
}

/** Every window is stopped at its birth, so that none can draw before it was decided on. */
const autoAttach = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true, filter: [{ type: 'page' }] }

const attachedToTarget = z.object({ sessionId: z.string(), targetInfo: z.object({ targetId: z.string() }) })
const detachedFromTarget = z.object({ sessionId: z.string() })
const getVersion = z.object({ product: z.string() })
