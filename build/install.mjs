// What every npm script needs before it can begin: the packages of the lock file, and Node 24. Runs on any Node from 18 on.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Node 24 as the `node` package brings it. */
export const node24 = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** Installs what is missing or older than the lock file; ends the process with a sentence when that fails. */
export function ensureInstalled() {
  const stamp = join(root, 'node_modules', '.package-lock.json')
  const lock = join(root, 'package-lock.json')
  if (!existsSync(stamp) || statSync(stamp).mtimeMs < statSync(lock).mtimeMs) {
    console.log('plazacast: installing packages (about half a minute the first time) …')
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  // npm versions that do not run install scripts leave the package without its binary
  if (!existsSync(node24)) run('npm', ['rebuild', 'node', '--foreground-scripts', '--loglevel=error'])
  if (!existsSync(node24)) run(process.execPath, ['installArchSpecificPackage'], join(root, 'node_modules', 'node'))
}

/**
 * Runs a program with its output shown; ends the process with its exit code if it fails.
 * @param {string} command
 * @param {string[]} args
 * @param {string} [cwd]
 */
export function run(command, args, cwd = root) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: cleanEnvironment(),
    shell: process.platform === 'win32',
  })
  if (error) console.error(`plazacast: ${command} could not be started: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

/** Without what an outer `npm run` leaves for its children: an inner npm must not take it for its own. */
function cleanEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv.includes('--now')) ensureInstalled()
