import { mistakeLine } from '../../shared/operator/mistake.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { type Command, command, numberOption, severalOption, withSettings } from '../adapters/command-line.ts'
import { readAllApprovals } from './approving.ts'
import { runCommand } from './console.ts'
import { publishFallback } from './fallback.ts'
import { conclude, serveOn } from './publish-command.ts'
import { publishView } from './publish-view.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'

type FallbackOptions = SettingsOptions & {
  readonly none?: boolean
  readonly serve?: string
  readonly assetsUrl?: string
  readonly keepServing?: boolean
  readonly approvals?: readonly string[]
  readonly revision?: number
  readonly timeout: number
  readonly json?: boolean
}

/** `plazacast fallback`: what a wall shows instead of the slate. */
export function fallbackCommand(): Command {
  const one = command(
    'fallback',
    'tells a player what to show when nothing else may be shown: no playlist is live, all are at their limits, or their files are\nmissing or broken. It is kept on the player, and needs approvals like everything else\n(exit code 0: the player has it; 1: not yet; 2: the list or the call is wrong)',
    'plazacast fallback wall-1 quiet.yaml\nplazacast fallback wall-1 quiet.yaml --assets-url https://cdn.example/walls\nplazacast fallback wall-1 --none\n\nA list is a playlist without hours, limits and words:\n  id: quiet\n  items:\n    - file: skyline.jpg\n      seconds: 20\n    - file: river.mp4',
  )
    .argument('<player>', 'id of the player')
    .argument('[list]', 'the items, a YAML file')
    .option('--none', 'no fallback any more: the slate is shown instead')
    .option('--serve <host:port>', 'where the player fetches the files from this machine; a free port if none is given')
    .option('--assets-url <url>', 'where the files lie already, each under its hash; nothing is served from here')
    .option('--keep-serving', 'go on serving until Ctrl+C, for a player that comes back later')
    .option('--approvals <file>', 'approvals made with: plazacast approve (several times)', severalOption)
    .option('--revision <number>', 'this revision of the site instead of the next one', numberOption(1, true))
    .option('--timeout <seconds>', 'how long to wait for the player', numberOption(0), 120)
    .option('--json', 'one line of JSON for each change')
  return withSettings(one).action((player: string, list: string | undefined, options: FallbackOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      if ((list === undefined) !== (options.none === true))
        throw new OperatorError(
          'What is it to show? plazacast fallback PLAYER list.yaml, or --none for nothing but the slate.',
          2,
        )
      const view = publishView(options.json ?? false)
      try {
        return await run(player, list, options, signal, view)
      } finally {
        view.end()
      }
    }),
  )
}

async function run(
  player: string,
  file: string | undefined,
  options: FallbackOptions,
  signal: AbortSignal,
  view: ReturnType<typeof publishView>,
): Promise<number> {
  const settings = await readSettings(options)
  view.say(settingsLine(settings))
  const outcome = await publishFallback({
    settings,
    player,
    file,
    serve: options.serve,
    assetsUrl: options.assetsUrl,
    approvals: await readAllApprovals(options.approvals ?? []),
    revision: options.revision,
    timeoutMs: options.timeout * 1000,
    signal,
    report: view.report,
  })
  if (outcome.kind === 'mistakes') {
    for (const mistake of outcome.mistakes) view.mistake(mistakeLine(mistake), mistake)
    view.say(`${countText(outcome.mistakes.length, 'mistake')}; nothing was pushed.`)
    return 2
  }
  return serveOn(outcome, options.keepServing ?? false, conclude(outcome, signal, view), signal, view)
}
