import { rmSync } from 'node:fs'
import type { Remedy } from '../../shared/recovery/ladder.ts'
import { findChromium } from './chromium-binary.ts'
import {
  type BrowserListener,
  type BrowserOptions,
  type ChromiumBrowser,
  spawnBrowser,
  startChromiumBrowser,
} from './chromium-browser.ts'
import type { SpawnedChromium } from './chromium-process.ts'
import type { Host, HostListener, HostOptions } from './host.ts'
import { createKeeper, hides, within } from './keeper.ts'
import { createRenewal } from './renewal.ts'
import { receiveFromScreen } from './screen-message.ts'

/** How long a page may take to be committed. */
const loadMs = 10_000

/**
 * Starts the wall's browser before anything else of the player is loaded: it takes as long as all the rest together, and needs to
 * know nothing of it. Give the browser to `startChromiumHost`, which is the one to say when it cannot be started.
 */
export function startBrowserEarly(options: Omit<BrowserOptions, 'isSafe'>): SpawnedChromium | undefined {
  try {
    const environment = { ...process.env }
    return spawnBrowser(findChromium(environment, process.platform), environment, { ...options, isSafe: isSafeStart() })
  } catch {
    return undefined // the host tries it again and says why
  }
}

/** A player that was started again and again may have a driver that fails. */
const isSafeStart = () => process.env.PLAZACAST_SAFE_MODE === '1'

/**
 * Shows the wall in an installed Chromium or Chrome that this process drives. Rejects with how to install one when none
 * is there. What ends, page or browser, is made anew for as long as the host runs. `early`: a browser that was started with the
 * same options.
 */
export const startChromiumHost = async (
  options: HostOptions,
  listener: HostListener,
  early?: SpawnedChromium,
): Promise<Host> => {
  const environment = { ...process.env }
  const program = findChromium(environment, process.platform)
  const keeper = createKeeper(listener, apply, options.canRestart)
  let browser: ChromiumBrowser | undefined
  let version = ''
  let isSafe = isSafeStart()
  let waiting = early

  /** Opens a browser and leads its page to the wall. What an earlier browser still says is no longer heard. */
  async function open(): Promise<void> {
    const life = { isCurrent: true }
    const spawned = waiting ?? spawnBrowser(program, environment, { ...options, isSafe })
    waiting = undefined
    const opened = await startChromiumBrowser(spawned, options, hear(life))
    if (keeper.isStopped) return opened.end()
    browser = opened
    version = opened.version
    void opened.ended.then((reason) => {
      life.isCurrent = false
      if (browser !== opened) return
      browser = undefined
      keeper.lose('browser', reason)
    })
    await within(loadMs, opened.page.load())
  }

  function hear(life: { readonly isCurrent: boolean }): BrowserListener {
    return {
      text: (text) => life.isCurrent && receiveFromScreen(text, listener, keeper.pictured),
      gone: (reason) => life.isCurrent && keeper.lose('page', reason),
      gpuGone: (reason) => life.isCurrent && listener.gone('gpu', reason),
      loaded: () => {},
      console: (level, text) => life.isCurrent && listener.console?.(level, text),
      committed: (from) => life.isCurrent && keeper.committed(from),
      standsBy: () => life.isCurrent && listener.standsBy?.(),
      left: () => life.isCurrent && listener.left?.(),
    }
  }

  async function apply(remedy: Remedy): Promise<void> {
    if (remedy === 'process') return // the listener's to carry out
    if (remedy === 'page' && browser?.swap()) return
    if (remedy === 'page' && browser) return within(loadMs, browser.page.load())
    isSafe = remedy === 'safe-mode'
    await close('force')
    if (remedy !== 'browser') wipeProfile()
    return open()
  }

  async function close(by?: 'force'): Promise<void> {
    const closing = browser
    browser = undefined
    await closing?.end(by)
  }

  /** Nothing of worth is kept in it, and what is broken in it would break every browser to come. */
  function wipeProfile(): void {
    rmSync(options.profileDir, { recursive: true, force: true, maxRetries: 3 })
  }

  try {
    await open()
  } catch {
    // Whatever was wrong with the profile an earlier browser left, a second start has none.
    await close()
    wipeProfile()
    await open()
  }
  return {
    name: 'chromium',
    get version() {
      return version
    },
    send: (message) => browser?.page.send(message),
    screenshot: async (as) => {
      if (!browser) throw new Error('no page is there to take a picture of')
      return browser.page.screenshot(as)
    },
    renew: createRenewal(keeper, listener, {
      answers: async () => browser?.page.answers(),
      otherDraws: async () => browser?.otherDraws(),
      endGraphics: async () => browser?.endGraphics(),
      // The page that stands by needs not wait for the death of one that hangs.
      endPage: () => (browser?.hasStandBy() ? keeper.lose('page', 'it hangs') : browser?.endPage()),
      browserAnswers: async () => browser?.answers(),
    }),
    async stop() {
      const recovered = keeper.stop()
      if (browser && (await hides(browser))) listener.left?.()
      await close()
      await recovered
    },
  } satisfies Host
}
