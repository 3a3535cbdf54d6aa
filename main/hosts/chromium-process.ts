import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { blackFrames } from './black-frames.ts'
import { type CdpEvent, type CdpPipe, openCdpPipe } from './cdp-pipe.ts'
import type { Environment } from './chromium-binary.ts'
import { takeColoursFromGtk } from './chromium-preferences.ts'

/** A browser that was started. */
export type ChromiumProcess = {
  readonly pipe: CdpPipe
  /** Resolves with the reason when the browser has ended, for whatever cause. */
  readonly ended: Promise<string>
  /** Ends the browser, kindly for a moment and then by force, or by force at once; resolves when nothing of it is left running. */
  end(by?: 'kindness' | 'force'): Promise<void>
}

/** What a browser is started with. */
export type ChromiumStart = {
  readonly program: string
  readonly flags: readonly string[]
  readonly profileDir: string
  readonly environment: Environment
}

/** A browser that was started and that nobody speaks with yet: it does nothing until it is asked. */
export type SpawnedChromium = { readonly program: string; readonly child: ChildProcess }

/**
 * Starts a browser in a process group of its own, so that a Ctrl+C at this program reaches it through `end` and not
 * behind it. Should this process be killed, the pipe closes and the browser ends by itself.
 */
export function spawnChromium({ program, flags, profileDir, environment }: ChromiumStart): SpawnedChromium {
  mkdirSync(profileDir, { recursive: true })
  endOrphan(profileDir)
  tidy(profileDir)
  takeColoursFromGtk(profileDir)
  const child = spawn(program, flags, {
    env: { ...environment, ...blackFrames(join(profileDir, 'gtk'), environment) },
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
  })
  child.on('error', () => {}) // told by `ended`, also when it comes before somebody speaks with it
  if (child.pid !== undefined) writeFileSync(join(profileDir, numberFile), `${child.pid}`)
  return { program, child }
}

/** Begins to speak with a browser. */
export function takeChromium(
  { program, child }: SpawnedChromium,
  onEvent: (event: CdpEvent) => void,
  onLine: (line: string) => void,
): ChromiumProcess {
  const lastLines: string[] = []
  const ended = new Promise<string>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) =>
      resolve(`the browser ended (${signal ?? `code ${code}`}) ${lastLines.join(' ')}`)
    if (child.pid === undefined) resolve(`${program} did not start`)
    child.once('error', (cause) => resolve(`${program} did not start: ${cause.message}`))
    child.once('exit', end)
    if (child.exitCode !== null || child.signalCode !== null) end(child.exitCode, child.signalCode)
  })
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!isNoise(line)) lastLines.push(line)
      if (lastLines.length > 3) lastLines.shift()
      onLine(line)
    })
  }
  // Fixed by stdio above: what Chromium reads is our fourth pipe, what it writes our fifth.
  const pipe = openCdpPipe(child.stdio[3] as Writable, child.stdio[4] as Readable, onEvent)
  return { pipe, ended, end: (by = 'kindness') => end(child, pipe, ended, by) }
}

/** Where a browser's process number is kept, in its profile. */
const numberFile = 'plazacast-browser'

/** Ends the browser of a player that was killed, if it did not end by itself: one that was stopped would keep the display. */
function endOrphan(profileDir: string): void {
  try {
    const pid = Number(readFileSync(join(profileDir, numberFile), 'utf8'))
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    if (pid > 1 && command.includes(`--user-data-dir=${profileDir}`)) process.kill(-pid, 'SIGKILL')
  } catch {
    // There was none, or it has ended; systems without /proc end it by its closed pipe.
  }
}

/**
 * Takes away what an earlier browser left behind: locks, which the next one would take for a sign that it still runs, and
 * figures about itself, four megabytes for every start.
 */
function tidy(profileDir: string): void {
  for (const left of ['SingletonLock', 'SingletonCookie', 'SingletonSocket', 'BrowserMetrics']) {
    rmSync(join(profileDir, left), { recursive: true, force: true })
  }
}

/** Machines without a desktop have no message bus, and each browser says so a dozen times. */
const isNoise = (line: string) => line.includes('dbus/')

/** How long a browser may take to end by itself before it is killed. */
const kindlyMs = 2000

async function end(
  child: ChildProcess,
  pipe: CdpPipe,
  ended: Promise<string>,
  by: 'kindness' | 'force',
): Promise<void> {
  // Refused only by a browser that is ending already.
  pipe.send('Browser.close').catch(() => {})
  if (by === 'force') killGroup(child)
  const impatient = setTimeout(() => killGroup(child), kindlyMs)
  await ended
  clearTimeout(impatient)
  killGroup(child)
  pipe.close()
  if (child.stderr && !child.stderr.closed) {
    // Every process of the browser holds this pipe, so its end is the end of the last of them.
    child.stderr.resume()
    await Promise.race([once(child.stderr, 'close'), new Promise((resolve) => setTimeout(resolve, kindlyMs).unref())])
  }
}

function killGroup(child: ChildProcess): void {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The whole group has ended already.
  }
}
