import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'

export { Argument, Command, Option }

/** A command of `plazacast`, whose help ends with an example. */
export function command(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .addHelpText('after', `\nExample:\n${example.replace(/^/gm, '  ')}`)
    .helpOption('-h, --help', 'this text')
    .showHelpAfterError(false)
    .exitOverride()
}

/** Adds the options that say which broker and keys to use. */
export const withSettings = (one: Command): Command =>
  one
    .option('--broker <url>', 'mqtt://, mqtts://, ws:// or wss:// (PLAZACAST_BROKER)')
    .option('--username <name>', 'for the broker (PLAZACAST_USERNAME; the password: PLAZACAST_PASSWORD)')
    .option('--ca <file>', 'PEM with the authority that the broker’s certificate is from')
    .option('--cert <file>', 'PEM with our certificate for the broker')
    .option('--cert-key <file>', 'PEM with the private key of --cert')
    .option('--topic-prefix <prefix>', 'what all topics begin with (PLAZACAST_TOPIC_PREFIX)')
    .option('--keys <dir>', 'folder with the signing keys (PLAZACAST_KEYS)')
    .option('--operator <file>', 'operator.json with broker, topicPrefix, keys and target (PLAZACAST_OPERATOR)')

/** Reads an option that is a number; `least` is the smallest that is allowed. */
export const numberOption =
  (least = Number.NEGATIVE_INFINITY, whole = false) =>
  (text: string): number => {
    const value = Number(text)
    const fits = text.trim() !== '' && Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))
    if (!fits)
      throw new InvalidArgumentError(
        `Expected a ${whole ? 'whole ' : ''}number${least > -1e9 ? ` from ${least}` : ''}.`,
      )
    return value
  }

/** Reads an option that may be given several times. */
export const severalOption = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
]

/** The exit code of an error of the command line itself, which has been told already; undefined for other errors. */
export function usageExitCode(error: unknown): 0 | 2 | undefined {
  if (!(error instanceof CommanderError)) return undefined
  return error.exitCode === 0 ? 0 : 2
}
