#!/usr/bin/env node
// Starts main/cli.ts under the Node that the project is built for, whatever Node runs this file: it must stay plain enough
// for old ones.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cli = join(root, 'main/cli.ts')
const kiosk = join(root, 'build/out/kiosk/kiosk.mjs')
const args = process.argv.slice(2)
const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.node.split('.')[0]

const pinned = pinnedNode()
if (process.versions.node.split('.')[0] === wanted || process.execPath === pinned) {
  // A wall starts from its bundle where there is one: it is lit half a second sooner.
  const program = args[0] === 'player' && existsSync(kiosk) ? kiosk : cli
  process.argv = [process.execPath, program, ...args.slice(program === kiosk ? 1 : 0)]
  await import(program)
} else if (pinned) {
  runUnder(pinned)
} else {
  process.stderr.write(
    `plazacast needs Node ${wanted}, and its packages are not installed. Run: npm ci --prefix ${root}\n`,
  )
  process.exitCode = 1
}

/** The binary of the `node` package, wherever npm has put it. */
function pinnedNode() {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(path) ? path : undefined
  } catch {
    return undefined // npm has not run yet: the caller says so
  }
}

/** @param {string} node */
function runUnder(node) {
  const child = spawn(node, [cli, ...args], { stdio: 'inherit' })
  // A terminal's Ctrl+C reaches the child by itself, and twice would mean "at once"; all else is passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`${node} does not start: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0)
  })
}
