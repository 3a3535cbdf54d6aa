import { stat } from 'node:fs/promises'
import type { Answer, Pushed } from '../../shared/operator/answer.ts'
import { mistakeLine } from '../../shared/operator/mistake.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { type Command, command, numberOption, severalOption, withSettings } from '../adapters/command-line.ts'
import { readAllApprovals } from './approving.ts'
import { interrupted, runCommand, untilInterrupted } from './console.ts'
import type { Published } from './publication.ts'
import { publish } from './publish.ts'
import { type PublishView, publishView } from './publish-view.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'
import { withdraw } from './withdraw.ts'

type PublishOptions = SettingsOptions & {
  readonly target?: string
  readonly serve?: string
  readonly assetsUrl?: string
  readonly keepServing?: boolean
  readonly approvals?: readonly string[]
  readonly inline?: boolean
  readonly withdraw?: string
  readonly revision?: number
  readonly timeout: number
  readonly json?: boolean
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
  const settings = await readSettings(options)
  view.say(settingsLine(settings))
  const outcome = await publish({
    settings,
    file,
    target: options.target,
    serve: options.serve,
    assetsUrl: options.assetsUrl,
    approvals: await readAllApprovals(options.approvals ?? []),
    inline: options.inline,
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

/** Stops the server of the files, now or when the operator says so; returns the exit code it was given. */
export async function serveOn(
  { server }: Published,
  keepServing: boolean,
  code: number,
  signal: AbortSignal,
  view: PublishView,
): Promise<number> {
  if (server && keepServing && !signal.aborted) {
    view.say(`Serving on ${server.origin} until Ctrl+C.`)
    await untilInterrupted(signal)
  } else if (server && code !== 0) {
    view.say(
      'The files are no longer served from here: players that lack some wait for the next publication (or use --keep-serving).',
    )
  }
  await server?.stop()
  return code
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

/** Says how a publication went, and returns the exit code. */
export function conclude({ answers, complete, pushed }: Published, signal: AbortSignal, view: PublishView): number {
  const having = [...answers.values()].filter(({ kind }) => kind === 'has').length
  view.result(complete, summary(answers, having, pushed), adviceFor(answers))
  if (complete) return 0
  return signal.aborted ? interrupted : 1
}

function summary(answers: ReadonlyMap<string, Answer>, having: number, { target, withdrawn }: Pushed): string {
  if (answers.size === 0) return `No player of ${target} is known on this broker; whoever joins it will get it.`
  const done = (count: number) =>
    withdrawn ? `${count === 1 ? 'has' : 'have'} taken it off` : `${count === 1 ? 'has' : 'have'} it`
  if (having < answers.size) return `${having} of ${countText(answers.size, 'player')} ${done(having)}.`
  return having === 1 ? `The player ${done(1)}.` : `All ${having} players ${done(having)}.`
}

function adviceFor(answers: ReadonlyMap<string, Answer>): string[] {
  const stale = [...answers.values()].flatMap((one) => (one.kind === 'other' ? [one.revision] : []))
  const refusedAsStale = [...answers.values()].some(
    (one) => one.kind === 'refused' && ['stale', 'conflict'].includes(one.code),
  )
  const offline = [...answers.values()].some(({ kind }) => kind === 'offline')
  return [
    ...(stale.length > 0
      ? [`A later revision is out there; go past it with --revision ${Math.max(...stale) + 1}.`]
      : []),
    ...(refusedAsStale ? ['Players have seen a later revision; go past it with --revision NUMBER.'] : []),
    ...(offline ? ['Players that are offline get it from the broker when they are back.'] : []),
  ]
}
