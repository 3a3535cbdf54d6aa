import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { hangs, nextStart, noStarts } from '../shared/recovery/restart.ts'
import {
  safeModeVariable,
  supervisedVariable,
  supervisorPipe,
  thriftyArguments,
  thriftyEnvironment,
  words,
} from './adapters/supervised.ts'
import { isSupervised } from './restart.ts'

const lookEveryMs = 500
/** How long a player may take to end when it is asked to. */
const endsMs = 10_000
/** Pictures further apart than this are a gap. */
const gapMs = 5_000

/** A command line that was not understood; it is understood no better the next time. */
const usageCode = 2

/**
 * Whether `plazacast player` is to be watched over by this program: always, unless systemd does that (or this is the player
 * that is watched over), or somebody has said no by `--no-supervised` or PLAZACAST_SUPERVISE=0.
 */
export function wantsSupervisor(args: readonly string[], environment: NodeJS.ProcessEnv): boolean {
  if (isSupervised(environment)) return false
  if (args.some((argument) => ['--no-supervised', '--help', '-h'].includes(argument))) return false
  return args.includes('--supervised') || !/^(0|false|no)$/i.test(environment.PLAZACAST_SUPERVISE ?? '')
}

/**
 * Runs this very command as a child and starts it again for as long as this process lives: when it ends, when its event loop
 * stands still, and when it shows nothing for a minute. Signals go on to it; asked to end, both end.
 */
export function supervise(): void {
  let starts = noStarts
  let ending = false
  let isSafe = false
  let child = start()

  function start(): Watched {
    const watched = startChild(isSafe)
    watched.process.once('exit', (code, signal) => {
      killGroup(watched.process)
      clearInterval(watched.timer)
      if (ending || (code === usageCode && !watched.hasDrawn())) process.exit(code ?? 1)
      const again = nextStart(starts, watched.picturesMs(), performance.now(), Math.random())
      starts = again.starts
      isSafe = again.isSafe
      say(`the player ended (${signal ?? `code ${code}`}) and is started again${isSafe ? ' in safe mode' : ''}`)
      setTimeout(
        () => {
          if (!ending) child = start()
        },
        Math.max(0, again.atMs - performance.now()),
      )
    })
    return watched
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const running = child.process.exitCode === null && child.process.signalCode === null
      if (ending || !running) {
        killGroup(child.process)
        process.exit(ending ? 1 : 0)
      }
      ending = true
      child.process.kill('SIGTERM')
      setTimeout(() => killGroup(child.process), endsMs).unref()
    })
  }
  // Nobody who reads along must be able to end the wall by going away.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

type Watched = {
  readonly process: ChildProcess
  readonly timer: NodeJS.Timeout
  /** For how long it has shown pictures without a gap. */
  picturesMs(): number
  hasDrawn(): boolean
}

function startChild(isSafe: boolean): Watched {
  const environment = {
    ...thriftyEnvironment(process.env),
    [supervisedVariable]: '1',
    [safeModeVariable]: isSafe ? '1' : '0',
  }
  const child = spawn(process.execPath, [...thriftyArguments(process.execArgv), ...process.argv.slice(1)], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    // Its own group, so that nothing that it started outlives it.
    detached: process.platform !== 'win32',
  })
  child.on('error', (error) => say(`the player does not start: ${error.message}`))
  const startedMs = performance.now()
  let wordMs: number | undefined
  let pictureMs: number | undefined
  let picturesSinceMs: number | undefined
  const line = child.stdio[supervisorPipe] as Readable
  line.on('error', () => {}) // its end is told by `exit`
  line.on('data', (said: Buffer) => {
    const nowMs = performance.now()
    wordMs = nowMs
    if (!said.includes(words.drew)) return
    if (pictureMs === undefined || nowMs - pictureMs > gapMs) picturesSinceMs = nowMs
    pictureMs = nowMs
  })
  const since = (ms: number | undefined) => (ms === undefined ? undefined : performance.now() - ms)
  let lookedMs = startedMs
  const timer = setInterval(() => {
    const nowMs = performance.now()
    const why = hangs(nowMs - startedMs, since(wordMs), since(pictureMs), nowMs - lookedMs)
    lookedMs = nowMs
    if (why === undefined) return
    say(`the player is killed: ${why}`)
    killGroup(child)
  }, lookEveryMs)
  const picturesMs = () => (picturesSinceMs === undefined ? 0 : (pictureMs ?? 0) - picturesSinceMs)
  return { process: child, timer, picturesMs, hasDrawn: () => pictureMs !== undefined }
}

/** The player and what it started, also what is stopped; a browser of its own ends with its pipe, or by the next player. */
function killGroup(child: ChildProcess): void {
  try {
    if (process.platform === 'win32' || child.pid === undefined) child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // All of it has ended already.
  }
}

const say = (line: string): void => void process.stderr.write(`plazacast: ${line}\n`)
