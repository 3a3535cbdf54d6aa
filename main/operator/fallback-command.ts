import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type Command, command, numberOption, severalOption, withSettings } from '../adapters/command-line.ts'
import { runCommand } from './console.ts'
import { publishFallback } from './fallback.ts'
import { type SharedOptions, sharedRequest } from './publish-options.ts'
import { tellOutcome } from './publish-result.ts'
import { type PublishView, publishView } from './publish-view.ts'

type FallbackOptions = SharedOptions & { readonly none?: boolean }

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
  view: PublishView,
): Promise<number> {
  const outcome = await publishFallback({ ...(await sharedRequest(options, signal, view)), player, file })
  return tellOutcome(outcome, options.keepServing ?? false, signal, view)
}
