import { once } from 'node:events'
import { app, type BrowserWindow, Menu, powerSaveBlocker, session as sessions } from 'electron'
import type { Remedy } from '../../shared/recovery/ladder.ts'
import { toScreenChannel } from './electron-channels.ts'
import { refuseForSession } from './electron-refusals.ts'
import { createElectronSeats } from './electron-seats.ts'
import { pictureOf } from './electron-window.ts'
import type { Host, StartHost } from './host.ts'
import { createKeeper, hides, within } from './keeper.ts'
import { createRenewal } from './renewal.ts'
import { receiveFromScreen } from './screen-message.ts'

/** How long a page may take to load, and its process to end. */
const loadMs = 10_000
const clearMs = 1_000

/** Electron's own way asks the page to crash, and one that hangs does not listen. Returns whether there was a process. */
function endProcessOf({ webContents }: BrowserWindow): boolean {
  const pid = webContents.getOSProcessId()
  try {
    return pid > 0 && process.kill(pid, 'SIGKILL')
  } catch {
    return false // it has ended in this moment
  }
}

/** Electron makes another. */
function endGraphics(): void {
  for (const { type, pid } of app.getAppMetrics()) if (type === 'GPU') process.kill(pid, 'SIGKILL')
}

/** Shows the wall in a window of the Electron this process runs in; setElectronSwitches must have been called before. */
export const startElectronHost: StartHost = async (options, listener) => {
  await app.whenReady()
  Menu.setApplicationMenu(null)
  const awake = powerSaveBlocker.start('prevent-display-sleep')
  // A session in memory, without a cache: what is served is checked as it is read, a copy on the disk would not be.
  const session = sessions.fromPartition('wall', { cache: false })
  refuseForSession(session, options.address)
  const keeper = createKeeper(listener, apply, options.canRestart)
  /** A page that is ended by a remedy is not lost once more. */
  let isClearing = false
  const seats = createElectronSeats(
    options,
    session,
    {
      text: (text) => receiveFromScreen(text, listener, pictured),
      gone: (reason) => !isClearing && keeper.lose('page', reason),
      committed: keeper.committed,
      console: (level, text) => listener.console?.(level, text),
      closed: () => keeper.lose('browser', 'the window was closed'),
      standsBy: () => listener.standsBy?.(),
    },
    endProcessOf,
  )
  const pictured = () => {
    keeper.pictured()
    seats.pictured()
  }

  const onChildGone = (_event: unknown, { type, reason, exitCode }: Electron.Details) => {
    if (type === 'GPU') listener.gone('gpu', `the GPU process ended: ${reason} (${exitCode})`)
  }
  app.on('child-process-gone', onChildGone)

  /** Resolves when the page has loaded. */
  const load = (opened: BrowserWindow) => within(loadMs, opened.loadURL(options.address))

  async function apply(remedy: Remedy): Promise<void> {
    if (remedy === 'process') return // the listener's to carry out
    if (remedy === 'page' && seats.swap()) return
    // The session is in memory, and the browser is this process: what dies is loaded anew in its window. Destroying a window
    // whose page has just died has ended Electron, so only safe mode, where all that has failed, opens another.
    const window = seats.window()
    if (remedy !== 'page') endGraphics() // of a browser that is made anew it would be another one too
    if (remedy !== 'page' && window) await clear(window)
    if (remedy !== 'safe-mode' && window) return load(window)
    seats.close()
    if (!keeper.isStopped) await load(seats.open())
  }

  /** Ends the page's process, which may hang, so that the window gets another. */
  async function clear(opened: BrowserWindow): Promise<void> {
    isClearing = true
    const gone = once(opened.webContents, 'render-process-gone')
    if (endProcessOf(opened)) await within(clearMs, gone).catch(() => {}) // nothing more can be done to it
    isClearing = false
  }

  await load(seats.open())
  return {
    name: 'electron',
    version: `Electron ${process.versions.electron}, Chrome/${process.versions.chrome}`,
    send: (message) => seats.window()?.webContents.send(toScreenChannel, message),
    screenshot: async (as) => {
      const window = seats.window()
      if (!window) throw new Error('no page is there to take a picture of')
      return pictureOf(window, options, as)
    },
    renew: createRenewal(keeper, listener, {
      answers: async () => seats.window()?.webContents.executeJavaScript('1'),
      otherDraws: seats.otherDraws,
      endGraphics: async () => endGraphics(),
      endPage() {
        const window = seats.window()
        // The page that stands by needs not wait for the death of one that hangs.
        if (seats.hasStandBy()) keeper.lose('page', 'it hangs')
        else if (window) endProcessOf(window)
      },
    }),
    async stop() {
      const recovered = keeper.stop()
      if (await hides(seats)) listener.left?.()
      seats.close()
      await recovered
      seats.close()
      app.off('child-process-gone', onChildGone)
      powerSaveBlocker.stop(awake)
    },
  } satisfies Host
}
