import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ToScreen } from '../../shared/screen/wire.ts'
import { findChromium } from './chromium-binary.ts'
import { type BrowserListener, type ChromiumBrowser, startChromiumBrowser } from './chromium-browser.ts'
import type { HostListener, HostOptions, StartHost } from './host.ts'
import { type Losses, type Remedy, remedyFor, withLoss } from './recovery.ts'
import { receiveFromScreen } from './screen-message.ts'

/**
 * Shows the wall in an installed Chromium or Chrome that this process drives. Rejects with how to install one when none
 * is there. What ends, page or browser, is made anew for as long as the host runs.
 */
export const startChromiumHost: StartHost = async (options, listener) => {
  const wall = chromiumWall(options, listener)
  await wall.start()
  return {
    name: 'chromium',
    get version() {
      return wall.version()
    },
    send: wall.send,
    screenshot: wall.screenshot,
    renew: wall.renew,
    stop: wall.stop,
  }
}

/** How long a page may take to be committed, or to end when it was told to. */
const loadMs = 10_000
const killMs = 2000

function chromiumWall(options: HostOptions, listener: HostListener) {
  const environment = { ...process.env }
  const program = findChromium(environment, process.platform)
  const stopping = new AbortController()
  let browser: ChromiumBrowser | undefined
  let version = ''
  let losses: Losses = []
  let lossCount = 0
  let lastLost: 'page' | 'browser' = 'page'
  let isGone = false
  let isRecovering = false
  let recovery = Promise.resolve()
  let renewing: string | undefined

  /** Opens a browser and leads its page to the wall. What an earlier browser still says is no longer heard. */
  async function open(): Promise<void> {
    const life = { isCurrent: true }
    const opened = await startChromiumBrowser(program, environment, options, hear(life))
    if (stopping.signal.aborted) return opened.end()
    browser = opened
    version = opened.version
    void opened.ended.then((reason) => {
      life.isCurrent = false
      if (browser !== opened) return
      browser = undefined
      lose('browser', reason)
    })
    await within(loadMs, opened.page.load())
  }

  const hear = (life: { readonly isCurrent: boolean }): BrowserListener => ({
    text: (text) => life.isCurrent && receiveFromScreen(text, listener),
    gone: (reason) => life.isCurrent && lose('page', renewing ?? reason),
    gpuGone: (reason) => life.isCurrent && listener.gone('gpu', reason),
    loaded: () => {},
    committed: () => {
      if (!life.isCurrent || !isGone) return
      isGone = false
      listener.back()
    },
  })

  function lose(lost: 'page' | 'browser', reason: string): void {
    if (stopping.signal.aborted) return
    isGone = true
    renewing = undefined
    lossCount += 1
    lastLost = lost
    losses = withLoss(losses, performance.now())
    listener.gone(lost, reason)
    if (!isRecovering) recovery = recover()
  }

  /** Goes on until no loss has come during the last remedy. Never rejects, never gives up. */
  async function recover(): Promise<void> {
    isRecovering = true
    for (let treated = -1; treated !== lossCount && !stopping.signal.aborted; ) {
      treated = lossCount
      const { remedy, waitMs } = remedyFor(losses, lastLost)
      try {
        if (waitMs > 0) await delay(waitMs, undefined, { signal: stopping.signal })
        await apply(remedy)
      } catch (cause) {
        lose(remedy === 'page' ? 'page' : 'browser', cause instanceof Error ? cause.message : String(cause))
      }
    }
    isRecovering = false
  }

  async function apply(remedy: Remedy): Promise<void> {
    if (remedy === 'page' && browser) return within(loadMs, browser.page.load())
    await close()
    if (remedy === 'fresh-browser') wipeProfile()
    return open()
  }

  async function close(): Promise<void> {
    const closing = browser
    browser = undefined
    await closing?.end()
  }

  /** Nothing of worth is kept in it, and what is broken in it would break every browser to come. */
  const wipeProfile = () => rmSync(options.profileDir, { recursive: true, force: true, maxRetries: 3 })

  return {
    version: () => version,
    async start(): Promise<void> {
      try {
        await open()
      } catch {
        // Whatever was wrong with the profile an earlier browser left, a second start has none.
        await close()
        wipeProfile()
        await open()
      }
    },
    send: (message: ToScreen) => browser?.page.send(message),
    screenshot: async () => {
      if (!browser) throw new Error('no page is there to take a picture of')
      return browser.page.screenshot()
    },
    renew(reason: string): void {
      const lossesBefore = lossCount
      renewing = reason
      browser?.page.kill()
      const sayLost = () => lossCount === lossesBefore && lose('browser', reason)
      setTimeout(sayLost, killMs).unref()
    },
    async stop(): Promise<void> {
      stopping.abort()
      await close()
      // A browser that was being started ends as soon as it is up.
      await recovery
    },
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the browser did not answer within ${ms / 1000} s`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
