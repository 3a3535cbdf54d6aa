import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Electron's program, or a sentence that says why there is none. */
export type ElectronBinary =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly reason: string }

const downloadDeadlineMs = 10 * 60_000

/**
 * Where Electron's program is: in the folder that ELECTRON_OVERRIDE_DIST_PATH names, or in the package, which fetches it
 * when it is first wanted. `download`: whether to fetch it now if it is not there; `say` hears of it.
 */
export async function electronBinary(download: boolean, say: (line: string) => void): Promise<ElectronBinary> {
  const name =
    { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform as string] ?? 'electron'
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return at(join(override, name))
  const folder = packageFolder()
  if (!folder) return { kind: 'missing', reason: 'the package electron is not installed' }
  const inPackage = at(join(folder, 'dist', name))
  if (inPackage.kind === 'found' || !download) return inPackage
  say('fetching Electron, about 110 MB, once …')
  const failure = await runInstaller(join(folder, 'install.js'))
  return failure === undefined ? at(join(folder, 'dist', name)) : { kind: 'missing', reason: failure }
}

const at = (path: string): ElectronBinary =>
  existsSync(path) ? { kind: 'found', path } : { kind: 'missing', reason: `there is no ${path}` }

function packageFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return undefined // not installed, as in a packaged player
  }
}

/** Resolves to the reason when it failed. */
function runInstaller(script: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: downloadDeadlineMs,
    })
    let complaint = ''
    child.stderr.on('data', (chunk) => {
      complaint += String(chunk)
    })
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code) => resolve(code === 0 ? undefined : firstLine(complaint)))
  })
}

const firstLine = (text: string): string =>
  text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? 'it could not be fetched'
