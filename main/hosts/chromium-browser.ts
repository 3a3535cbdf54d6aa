import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { CdpPipe } from './cdp-pipe.ts'
import type { Environment } from './chromium-binary.ts'
import { chromiumFlags } from './chromium-flags.ts'
import type { ChromiumPage, PageListener } from './chromium-page.ts'
import { type SpawnedChromium, spawnChromium, takeChromium } from './chromium-process.ts'
import { createSeats } from './chromium-seats.ts'
import type { HostOptions } from './host.ts'
import type { StandByListener } from './stand-by.ts'

/** What a browser reports besides what its page does. */
export type BrowserListener = PageListener &
  StandByListener & {
    gpuGone(reason: string): void
  }

/** One life of a browser, from its start to its end, with exactly one page on the wall. */
export type ChromiumBrowser = {
  readonly version: string
  /** The page on the wall. */
  readonly page: ChromiumPage
  /**
   * Puts the page that stands by in the place of the one on the wall, which is ended; false when none is ready. It has
   * loaded, but was never given a programme, so nothing that has lost its approval meanwhile can be on it.
   */
  swap(): boolean
  /** Whether `swap` would have a page to put there. */
  hasStandBy(): boolean
  /** Resolves when the page that is not on the wall has drawn; rejects when there is none. */
  otherDraws(): Promise<unknown>
  /** Takes the page on the wall off the display; false when nobody can say that it is. */
  hide(): Promise<boolean>
  /** Ends the page on the wall, even one that hangs or whose process was stopped. */
  endPage(): void
  /** Resolves when the browser's own thread answers. */
  answers(): Promise<unknown>
  /** Kills the graphics process, which the browser then makes anew. */
  endGraphics(): Promise<void>
  /** Resolves with the reason when the browser is no longer there. */
  readonly ended: Promise<string>
  /** Ends the browser and every process of it; by force, it is not asked first. */
  end(by?: 'kindness' | 'force'): Promise<void>
}

/** How long a browser may take to show its first page; a disk that is slow or a machine that is busy takes some. */
const startMs = 30_000

/** What a browser of a wall is started with. */
export type BrowserOptions = Pick<HostOptions, 'profileDir' | 'headless' | 'size'> & { readonly isSafe: boolean }

/** Starts a browser for a wall; what is to be shown may be said later. Throws when the program cannot be run at all. */
export function spawnBrowser(program: string, environment: Environment, options: BrowserOptions): SpawnedChromium {
  const { profileDir } = options
  const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0
  if (isRootOnLinux) process.stderr.write(withoutSandbox)
  const flags = chromiumFlags({ ...options, isRootOnLinux })
  return spawnChromium({ program, flags, profileDir, environment })
}

/** Takes the page of a browser that was started, not loaded yet; rejects with what the browser said if it does not come up. */
export async function startChromiumBrowser(
  spawned: SpawnedChromium,
  options: HostOptions,
  listener: BrowserListener,
): Promise<ChromiumBrowser> {
  const endStopped = () => setTimeout(() => void endStoppedPages(chromium.pipe).catch(() => {}), crashMs).unref()
  const seats = createSeats(() => chromium.pipe, options, listener, endStopped)
  const onEvent = seats.onEvent
  const onLine = (line: string) => {
    if (/GPU process exited unexpectedly/i.test(line)) listener.gpuGone(line)
  }

  const chromium = takeChromium(spawned, onEvent, onLine)
  const asked = Promise.all([
    chromium.pipe.send('Browser.getVersion'),
    chromium.pipe.send('Target.setAutoAttach', autoAttach),
    chromium.pipe.send('Browser.setDownloadBehavior', { behavior: 'deny' }),
    seats.first,
  ])
  void chromium.ended.then(seats.stop)
  void seats.lost.then(() => chromium.end())
  const failed = chromium.ended.then((reason) => Promise.reject(new Error(reason)))
  const late = deadline(startMs, 'the browser did not open its window')
  try {
    const [version] = await Promise.race([asked, failed, late.promise])
    return {
      version: getVersion.parse(version).product,
      get page() {
        return seats.page()
      },
      swap: seats.swap,
      hasStandBy: seats.hasStandBy,
      otherDraws: seats.otherDraws,
      hide: seats.hide,
      endPage: seats.endPage,
      answers: () => chromium.pipe.send('Browser.getVersion'),
      endGraphics: () => endGraphics(chromium.pipe),
      ended: chromium.ended,
      end: chromium.end,
    }
  } catch (cause) {
    // A browser that ends closes its pipe first, and only its end says why.
    const reason = await Promise.race([chromium.ended, pause(saysWhyMs)])
    await chromium.end()
    throw reason === undefined ? cause : new Error(reason)
  } finally {
    late.clear()
    // Both go on after the race was won by another; what they say then is told by `ended`.
    failed.catch(() => {})
    asked.catch(() => {})
  }
}

const withoutSandbox =
  'plazacast: running as root, so the browser runs without its sandbox: start the player as an ordinary user\n'

/** How long the end of a browser may come after that of its pipe. */
const saysWhyMs = 300
const pause = (ms: number) => new Promise<undefined>((resolve) => void setTimeout(() => resolve(undefined), ms).unref())

function deadline(ms: number, message: string): { readonly promise: Promise<never>; clear(): void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${message} within ${ms / 1000} s`)), ms)
  })
  return { promise, clear: () => clearTimeout(timer) }
}

/** Every window is stopped at its birth, so that none can draw before it was decided on. */
const autoAttach = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true, filter: [{ type: 'page' }] }

async function endGraphics(pipe: CdpPipe): Promise<void> {
  const { processInfo } = processes.parse(await pipe.send('SystemInfo.getProcessInfo'))
  for (const { type, id } of processInfo) if (type.toLowerCase() === 'gpu') process.kill(id, 'SIGKILL')
}

/** How long a page may take to end that was asked to. */
const crashMs = 300

/** Kills the pages that are stopped: such a process cannot end itself, and the browser does not say which page is whose. */
async function endStoppedPages(pipe: CdpPipe): Promise<void> {
  const { processInfo } = processes.parse(await pipe.send('SystemInfo.getProcessInfo'))
  for (const { type, id } of processInfo) if (type === 'renderer' && isStopped(id)) process.kill(id, 'SIGKILL')
}

function isStopped(pid: number): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false // it has ended, or this system has no /proc: then the whole browser counts as lost
  }
}

const processes = z.object({ processInfo: z.array(z.object({ type: z.string(), id: z.int() })) })
const getVersion = z.object({ product: z.string() })
