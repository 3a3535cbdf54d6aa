import { stat } from 'node:fs/promises'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type Command, command, numberOption, severalOption, withSettings } from '../adapters/command-line.ts'
import { runCommand } from './console.ts'
import { publish } from './publish.ts'
import { type SharedOptions, sharedRequest } from './publish-options.ts'
import { conclude, tellOutcome } from './publish-result.ts'
import { type PublishView, publishView } from './publish-view.ts'
import { readSettings, settingsLine } from './settings.ts'
import { withdraw } from './withdraw.ts'

type PublishOptions = SharedOptions & {
  readonly target?: string
  readonly inline?: boolean
  readonly withdraw?: string
}

/** `plazacast publish`: from a YAML file to the walls. */
export function publishCommand(): Command {
  const one = command(
    'publish',
    'signs a playlist and its files, pushes it, and shows what each player answers\n(exit code 0: every player has it; 1: some do not; 2: the playlist or the call is wrong)',
    'plazacast publish playlist.yaml --target groups/chongqing-jiefangbei\nplazacast publish playlist.yaml --assets-url https://cdn.example/walls\nplazacast publish --withdraw chongqing-friends\n\nA playlist:\n  id: chongqing-friends\n  target: groups/chongqing-jiefangbei\n  items:\n    - file: films/hongya-cave.mp4\n    - file: posters/hotpot.jpg\n      seconds: 8\n      transition: fade\n      caption: { en: One pot, zh: 一锅 }',
  )
    .argument('[playlist]', 'the playlist, a YAML file')
    .option('--target <target>', 'groups/NAME or players/ID; goes before the one in the file (PLAZACAST_TARGET)')
    .option('--serve <host:port>', 'where players fetch the files from this machine; a free port if none is given')
    .option('--assets-url <url>', 'where the files lie already, each under its hash; nothing is served from here')
    .option('--keep-serving', 'go on serving until Ctrl+C, for players that come back later')
    .option('--approvals <file>', 'approvals made with: plazacast approve (several times)', severalOption)
    .option(
      '--inline',
      'send a playlist over 96 KiB in the message itself, for brokers and players that know no pointers',
    )
    .option('--withdraw <id>', 'take this playlist off the walls instead')
    .option('--revision <number>', 'this revision instead of the next one', numberOption(1, true))
    .option('--timeout <seconds>', 'how long to wait for the players', numberOption(0), 120)
    .option('--json', 'one line of JSON for each change')
  return withSettings(one).action((playlist: string | undefined, options: PublishOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      checkUsage(playlist, options)
      const view = publishView(options.json ?? false)
      try {
        return await (options.withdraw === undefined
          ? publishFile(playlist ?? '', options, signal, view)
          : withdrawId(options.withdraw, options, signal, view))
      } finally {
        view.end()
      }
    }),
  )
}

function checkUsage(
  playlist: string | undefined,
  { withdraw: id, serve, assetsUrl, keepServing }: PublishOptions,
): void {
  const wrong = (sentence: string) => new OperatorError(sentence, 2)
  if (id === undefined && playlist === undefined) throw wrong('Which playlist? plazacast publish playlist.yaml')
  if (id !== undefined && playlist !== undefined)
    throw wrong('Either a playlist to publish or --withdraw ID, not both.')
  if (assetsUrl !== undefined && (serve !== undefined || keepServing)) {
    throw wrong('With --assets-url nothing is served from here: leave out --serve and --keep-serving.')
  }
}

async function publishFile(
  file: string,
  options: PublishOptions,
  signal: AbortSignal,
  view: PublishView,
): Promise<number> {
  if ((await stat(file).catch(() => undefined)) === undefined) throw new OperatorError(`There is no file ${file}.`, 2)
  const shared = await sharedRequest(options, signal, view)
  const outcome = await publish({ ...shared, file, target: options.target, inline: options.inline })
  return tellOutcome(outcome, options.keepServing ?? false, signal, view)
}

async function withdrawId(
  id: string,
  options: PublishOptions,
  signal: AbortSignal,
  view: PublishView,
): Promise<number> {
  const settings = await readSettings(options)
  view.say(settingsLine(settings))
  const { target, revision } = options
  const timeoutMs = options.timeout * 1000
  return conclude(
    await withdraw({ settings, id, target, revision, timeoutMs, signal, report: view.report }),
    signal,
    view,
  )
}
