import { spawn } from 'node:child_process'
import { write } from 'node:fs'

/** The line from a player to who watches over it. */
export type SupervisedLine = {
  readonly isSafe: boolean
  drew(): void
  /** Ends the words that say only that this process still runs. */
  stop(): void
}

/** What a player tells its supervisor over the third pipe: it runs; it has drawn. */
export const words = { runs: 'r', drew: 'd' } as const

/**
 * What keeps a player's memory small, set where nobody has set it: buffers that are given back go back to the system, from the
 * 64 KiB on that libuv takes for each read (glibc's threshold is twice that, and rises for good with the first larger one; what
 * lies below stays in pieces between small things), and few of its arenas for few threads (mallopt(3)).
 */
export const thriftyEnvironment = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_ARENA_MAX: '2',
  ...environment,
})

/** V8 lets what is young take 96 MiB before it looks through it, on a PC with enough memory; a player has little that is young. */
export const thriftyArguments = (given: readonly string[]): readonly string[] =>
  given.some((one) => one.startsWith('--max-semi-space-size')) ? given : ['--max-semi-space-size=8', ...given]

/** Set by the supervisor of `plazacast player --supervised`. */
export const supervisedVariable = 'PLAZACAST_SUPERVISED'
export const safeModeVariable = 'PLAZACAST_SAFE_MODE'
export const supervisorPipe = 3

const runsEveryMs = 1_000

/**
 * Opens the line to the supervisor, the built-in one or systemd; undefined when nobody watches. systemd's watchdog is only fed
 * by pictures, so that a process that runs and shows nothing is started again too.
 */
export function openSupervisedLine(environment: NodeJS.ProcessEnv): SupervisedLine | undefined {
  const isSafe = environment[safeModeVariable] === '1'
  if (environment[supervisedVariable] !== undefined) {
    // A supervisor that is gone takes no words; the wall goes on without.
    const say = (word: string) => write(supervisorPipe, word, () => {})
    const timer = setInterval(() => say(words.runs), runsEveryMs).unref()
    return { isSafe, drew: () => say(words.drew), stop: () => clearInterval(timer) }
  }
  if (environment.NOTIFY_SOCKET === undefined) return undefined
  const drew = feedSystemd(Number(environment.WATCHDOG_USEC ?? 0) / 1000)
  return { isSafe, drew, stop: () => {} }
}

/** Node has no datagram sockets in the file system, so systemd's own program says it: a few times in each watchdog's time. */
function feedSystemd(watchdogMs: number): () => void {
  let saidAtMs: number | undefined
  return () => {
    const nowMs = performance.now()
    if (saidAtMs !== undefined && (watchdogMs === 0 || nowMs - saidAtMs < watchdogMs / 4)) return
    const states = [...(saidAtMs === undefined ? ['--ready', '--status=the wall shows pictures'] : []), 'WATCHDOG=1']
    saidAtMs = nowMs
    const child = spawn('systemd-notify', states, { stdio: 'ignore' })
    child.on('error', () => {}) // then systemd starts the player again, and says so
    child.unref()
  }
}
