import { readFileSync } from 'node:fs'
import { Command, usageExitCode } from './adapters/command-line.ts'

/** The commands; each is loaded only when it is asked for, so that `--help` is quick and no command needs the others' parts. */
const commands: readonly { name: string; description: string; load(): Promise<Command> }[] = [
  {
    name: 'player',
    description: 'runs a wall',
    load: async () => (await import('./kiosk.ts')).playerCommand(),
  },
  {
    name: 'demo',
    description: 'a broker, keys, a playlist and a wall, all on this machine (npm start)',
    load: async () => (await import('./operator/demo.ts')).demoCommand(),
  },
  {
    name: 'keys',
    description: 'makes signing keys and shows their thumbprints',
    load: async () => (await import('./operator/keys-command.ts')).keysCommand(),
  },
  {
    name: 'trust',
    description: 'tells the fleet whose signatures count',
    load: async () => (await import('./operator/trust-command.ts')).trustCommand(),
  },
  {
    name: 'site',
    description: 'tells a player its name, place, time zone and groups',
    load: async () => (await import('./operator/site-command.ts')).siteCommand(),
  },
  {
    name: 'fallback',
    description: 'tells a player what to show when nothing else may be shown',
    load: async () => (await import('./operator/fallback-command.ts')).fallbackCommand(),
  },
  {
    name: 'approve',
    description: 'signs that films and photos may be shown',
    load: async () => (await import('./operator/approve-command.ts')).approveCommand(),
  },
  {
    name: 'approvals',
    description: 'puts approvals of several approvers together',
    load: async () => (await import('./operator/approvals-command.ts')).approvalsCommand(),
  },
  {
    name: 'publish',
    description: 'pushes a playlist and shows what each player answers',
    load: async () => (await import('./operator/publish-command.ts')).publishCommand(),
  },
  {
    name: 'bundle',
    description: 'writes a playlist and its files on a stick',
    load: async () => (await import('./operator/bundle-command.ts')).bundleCommand(),
  },
  {
    name: 'takedown',
    description: 'takes films and photos off every wall at once and for good',
    load: async () => (await import('./operator/takedown-command.ts')).takedownCommand(),
  },
  {
    name: 'time',
    description: 'tells the walls what time it is, so that they keep in step',
    load: async () => (await import('./operator/time-command.ts')).timeCommand(),
  },
  {
    name: 'alert',
    description: 'turns an official alert (CAP) into an emergency on the walls',
    load: async () => (await import('./operator/alert-command.ts')).alertCommand(),
  },
  {
    name: 'forecast',
    description: 'says what would play when',
    load: async () => (await import('./operator/forecast-command.ts')).forecastCommand(),
  },
  {
    name: 'command',
    description: 'gives a player a signed command, and shows what became of it',
    load: async () => (await import('./operator/command-command.ts')).commandCommand(),
  },
  {
    name: 'logs',
    description: 'shows the log of the player on this machine',
    load: async () => (await import('./operator/logs-command.ts')).logsCommand(),
  },
  {
    name: 'collect',
    description: 'keeps the records of what was shown, of a whole fleet',
    load: async () => (await import('./operator/collect-command.ts')).collectCommand(),
  },
  {
    name: 'plays',
    description: 'exports what was shown, and checks that nobody has changed it',
    load: async () => (await import('./operator/plays-command.ts')).playsCommand(),
  },
  {
    name: 'watch',
    description: 'shows the fleet live',
    load: async () => (await import('./operator/watch-command.ts')).watchCommand(),
  },
]

/** Runs `plazacast` with these arguments (without the program's name). */
export async function runCli(args: readonly string[]): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  const program = new Command('plazacast')
    .description('Plays approved films and photos on outdoor LED walls, and pushes them there.')
    .version(version, '-V, --version', 'the version')
    .helpOption('-h, --help', 'this text')
    .enablePositionalOptions() // trust has commands of its own, with the same options
    .addHelpText('after', '\nEach command has its own help: plazacast publish --help')
    .exitOverride()
  const asked = args[0] === 'help' ? args[1] : args[0]
  for (const { name, description, load } of commands) {
    program.addCommand(name === asked ? await load() : new Command(name).description(description))
  }
  try {
    await program.parseAsync([...args], { from: 'user' })
  } catch (error) {
    const code = usageExitCode(error)
    if (code === undefined) throw error
    process.exitCode = code
  }
}

await runCli(process.argv.slice(2))
