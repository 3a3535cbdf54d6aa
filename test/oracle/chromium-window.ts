import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** An open window; `stop` ends the browser and removes its profile. */
export type Window = { stop(): Promise<void> }

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const unattended = ['--autoplay-policy=no-user-gesture-required', '--disable-features=Translate', '--disable-quic']

/** Opens an address in a real Chromium that fills the display, with a profile of its own; rejects if none is installed. */
export async function openChromium(options: {
  display: string
  width: number
  height: number
  url: string
}): Promise<Window> {
  const { display, width, height, url } = options
  const profile = await mkdtemp(join(tmpdir(), 'plazacast-window-'))
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const place = ['--kiosk', '--window-position=0,0', `--window-size=${width},${height}`, `--user-data-dir=${profile}`]
  const args = [...sandbox, ...quiet, ...unattended, ...place, `--app=${url}`]
  const child = spawn(findChromium(), args, { env: { ...process.env, DISPLAY: display }, stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    stop: async () => {
      child.kill('SIGTERM')
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

function findChromium(): string {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
  if (found === undefined) throw new Error('no Chromium on the PATH; on Debian: apt-get install chromium')
  return found
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
