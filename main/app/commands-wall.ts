import type { Host } from '../hosts/host.ts'
import { CommandFailed, type CommandHandler } from './commands.ts'
import type { Reporter } from './reporter.ts'

/** The commands that every wall knows, by name. `host`: undefined while the window is being opened. */
export function wallCommands(host: () => Host | undefined, reporter: Reporter): Map<string, CommandHandler> {
  const window = (): Host => {
    const there = host()
    if (!there) throw new CommandFailed('not-ready', 'the window is being opened')
    return there
  }
  const simple = (run: () => void): CommandHandler => {
    return (given) => {
      refuseArguments(given)
      run()
      return { result: {} }
    }
  }
  return new Map<string, CommandHandler>([
    ['report-now', simple(() => reporter.repeatState())],
    ['skip', simple(() => window().send({ kind: 'skip' }))],
    ['reload', simple(() => window().renew('a command asked for it'))],
    [
      'screenshot',
      async (given) => {
        refuseArguments(given)
        return { picture: await window().screenshot(), mediaType: 'image/png' }
      },
    ],
  ])
}

function refuseArguments(given: Readonly<Record<string, unknown>>): void {
  const [first] = Object.keys(given)
  if (first !== undefined) throw new CommandFailed('bad-arguments', `takes no arguments, but was given ${first}`)
}
