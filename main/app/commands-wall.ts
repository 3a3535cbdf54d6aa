import type { CacheCheckProgress, CheckCache } from './cache-check.ts'
import { CommandFailed, type CommandHandler, unattended } from './commands.ts'
import { type Machine, machineCommands } from './commands-machine.ts'
import { type PageCommandParts, pageCommands } from './commands-page.ts'
import type { Reporter } from './reporter.ts'

/** What the commands need of the player. */
export type WallCommandParts = PageCommandParts & {
  readonly reporter: Reporter
  readonly machine: Machine
  /** Undefined: the cache cannot check itself. */
  readonly checkCache: CheckCache | undefined
  /** Looks at the wall at once and sends what it found; undefined: no health is made. */
  readonly healthAgain?: (() => Promise<void>) | undefined
}

/** The commands that every wall knows, by name. `programmeChanged` is to be called with each new programme. */
export type WallCommands = {
  readonly handlers: ReadonlyMap<string, CommandHandler>
  programmeChanged(): void
}

export function wallCommands(parts: WallCommandParts): WallCommands {
  const { reporter, clock, healthAgain } = parts
  const page = pageCommands(parts)
  const failed = (command: string, reason: string) =>
    reporter.event('command-refused', `${command}: ${reason}`, { command, code: 'failed' })
  const reportNow: CommandHandler = async () => {
    reporter.repeatState()
    await healthAgain?.()
    return { result: { sent: healthAgain ? ['state', 'health'] : ['state'] } }
  }
  const handlers = [
    ...page.handlers,
    ...machineCommands(parts.machine, failed),
    ['report-now', reportNow] as const,
    ...(parts.checkCache ? [['check-cache', checkCache(parts.checkCache, clock.monotonicMs)] as const] : []),
  ]
  return { handlers: new Map(handlers), programmeChanged: page.programmeChanged }
}

/** Progress is told at most so often. */
const progressMs = 1000

function checkCache(check: CheckCache, monotonicMs: () => number): CommandHandler {
  let running = false
  return async (_given, { progress, signal } = unattended) => {
    if (running) throw new CommandFailed('busy', 'the cache is being checked already')
    running = true
    let saidMs = Number.NEGATIVE_INFINITY
    const say = (value: CacheCheckProgress) => {
      if (monotonicMs() - saidMs < progressMs) return
      saidMs = monotonicMs()
      progress(value)
    }
    try {
      return { result: await check(say, signal) }
    } finally {
      running = false
    }
  }
}
