import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The environment as `process.env` gives it. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The Chromium or Chrome to drive: the one PLAZACAST_CHROMIUM names, else the first that is installed in the usual
 * places. Throws an error whose message says how to install one.
 *
 * Debian's own launcher comes last of its kind: it reads files and starts programs before the browser, and loads
 * whatever extensions are on the machine.
 */
export function findChromium(environment: Environment, platform: NodeJS.Platform): string {
  const named = environment.PLAZACAST_CHROMIUM
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named
    throw new Error(`PLAZACAST_CHROMIUM names ${named}, and there is no program there`)
  }
  const found = places(environment, platform).find(isExecutable)
  if (found !== undefined) return found
  throw new Error(`no Chromium or Chrome is installed; install one: ${installCommand(platform)}`)
}

function places(environment: Environment, platform: NodeJS.Platform): readonly string[] {
  if (platform === 'darwin') {
    const apps = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium']
    const folders = ['/Applications', join(environment.HOME ?? '/', 'Applications')]
    return folders.flatMap((folder) => apps.map((app) => join(folder, app)))
  }
  if (platform === 'win32') {
    const roots = [environment.PROGRAMFILES, environment['PROGRAMFILES(X86)'], environment.LOCALAPPDATA]
    const programs = ['Google/Chrome/Application/chrome.exe', 'Chromium/Application/chrome.exe']
    const edge = 'Microsoft/Edge/Application/msedge.exe'
    return [...programs, edge].flatMap((program) => roots.flatMap((root) => (root ? [join(root, program)] : [])))
  }
  const direct = [
    '/usr/lib/chromium/chromium',
    '/opt/google/chrome/chrome',
    '/usr/lib/chromium-browser/chromium-browser',
  ]
  const names = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'microsoft-edge']
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const usual = [...folders, '/usr/bin', '/snap/bin']
  return [...direct, ...names.flatMap((name) => usual.map((folder) => join(folder, name)))]
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function installCommand(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'brew install --cask chromium'
  if (platform === 'win32') return 'winget install --id Google.Chrome'
  if (existsSync('/usr/bin/dnf')) return 'sudo dnf install chromium'
  if (existsSync('/usr/bin/pacman')) return 'sudo pacman -S chromium'
  return 'sudo apt-get install -y chromium'
}
