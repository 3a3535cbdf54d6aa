import { answerText } from '../../shared/operator/answer.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { tableLines } from '../../shared/operator/text-table.ts'
import { type Command, command, numberOption, withSettings } from '../adapters/command-line.ts'
import { interrupted, runCommand, talk } from './console.ts'
import { type FleetLink, openFleetLink } from './fleet-link.ts'
import { allHaveIt, awaitAnswers } from './push.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'
import { assetMeantBy, knownTakedowns, pushTakedown, takedownTopics } from './takedown.ts'

type TakedownOptions = SettingsOptions & {
  readonly reason?: string
  readonly key?: string
  readonly list?: boolean
  readonly startAnew?: boolean
  readonly revision?: number
  readonly timeout: number
  readonly json?: boolean
}

/** `plazacast takedown`: off every wall, for good, whatever is playing. */
export function takedownCommand(): Command {
  const one = command(
    'takedown',
    'takes films and photos off every wall at once and for good, and shows what each player answers\n(exit code 0: every player has taken it off; 1: some have not; 2: the call is wrong)',
    'plazacast takedown posters/hotpot.jpg --reason "the shop has closed"\nplazacast takedown chongqing-friends/poster-01 --reason "wrong address"\nplazacast takedown sha256:4e7a… --reason "court order" --key approver-lin\nplazacast takedown --list',
  )
    .argument('[what...]', 'a file, sha256:…, or PLAYLIST/ITEM of a playlist on the broker')
    .option('--reason <text>', 'why; it stays in the list')
    .option('--key <name>', 'the key in the folder to sign with (default: the emergency key, else an approver’s)')
    .option('--list', 'show all that was taken down')
    .option('--start-anew', 'leave out a list on the broker that is signed by unknown keys')
    .option('--revision <number>', 'this revision instead of the next one', numberOption(1, true))
    .option('--timeout <seconds>', 'how long to wait for the players', numberOption(0), 30)
    .option('--json', 'one line of JSON for each change')
  return withSettings(one).action((what: string[], options: TakedownOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      checkUsage(what, options)
      const settings = await readSettings(options)
      talk(options.json ?? false).say(settingsLine(settings))
      const link = await openFleetLink(settings, takedownTopics(settings.topicPrefix))
      try {
        return await (options.list
          ? showList(link, settings.keys, options)
          : takeDown(what, link, settings.keys, options, signal))
      } finally {
        await link.close()
      }
    }),
  )
}

function checkUsage(what: readonly string[], { list, reason }: TakedownOptions): void {
  if (list && what.length > 0) throw new OperatorError('Either --list or what to take down, not both.', 2)
  if (list) return
  if (what.length === 0) throw new OperatorError('What is to be taken down? plazacast takedown FILE --reason "…"', 2)
  if (reason === undefined || reason.trim() === '') {
    throw new OperatorError('Why? Say it with --reason "…"; it stays in the list, for whoever asks later.', 2)
  }
  if (reason.length > 500) throw new OperatorError('--reason: expected at most 500 characters.', 2)
}

async function showList(link: FleetLink, keysFolder: string, { json = false }: TakedownOptions): Promise<number> {
  const { say, emit } = talk(json)
  const { assets, unread } = await knownTakedowns(link, keysFolder)
  for (const one of assets) emit({ event: 'taken-down', ...one })
  if (unread) {
    const message =
      'The list on the broker is signed by keys that are not known here; this is what this machine remembers.'
    emit({ event: 'warning', message })
    say(`Warning: ${message}`)
  }
  if (assets.length === 0) say('Nothing was ever taken down.')
  else
    for (const line of tableLines(
      [['AT', 'ASSET', 'REASON'], ...assets.map((one) => [one.at, one.asset, one.reason])],
      400,
    ))
      say(line)
  return 0
}

async function takeDown(
  what: readonly string[],
  link: FleetLink,
  keysFolder: string,
  { json = false, reason = '', key, revision, startAnew, timeout }: TakedownOptions,
  signal: AbortSignal,
): Promise<number> {
  const { say, emit } = talk(json)
  const assets = await Promise.all(what.map((one) => assetMeantBy(one, link, keysFolder)))
  const pushed = await pushTakedown({ link, keysFolder, assets, reason, key, revision, startAnew })
  emit({ event: 'pushed', id: 'takedowns', revision: pushed.revision, topic: pushed.topic, assets })
  for (const asset of assets) say(`Taken down: ${asset}`)
  say(`Pushed the list, revision ${pushed.revision}.`)
  const answers = await awaitAnswers(link, pushed, {
    timeoutMs: timeout * 1000,
    signal,
    onAnswer: (player, answer) => {
      emit({ event: 'answer', player, ...answer })
      say(`${player}: ${answerText(answer)}`)
    },
  })
  const complete = allHaveIt(answers)
  emit({ event: 'result', complete, players: Object.fromEntries(answers) })
  if (complete) say(`Off ${answers.size === 1 ? 'the wall' : `all ${answers.size} walls`}.`)
  else say(summary([...answers.values()].filter(({ kind }) => kind === 'has').length, answers.size))
  if ([...answers.values()].some((one) => one.kind === 'refused' && ['conflict', 'stale'].includes(one.code))) {
    say('Somebody else has pushed a list at the same time: run the command again, it adds to theirs.')
  }
  if (complete) return 0
  return signal.aborted ? interrupted : 1
}

const summary = (off: number, all: number): string =>
  all === 0
    ? 'No player is known on this broker; whoever joins it will get the list.'
    : `Off ${off} of ${countText(all, 'wall')}. Players that are offline get the list from the broker before anything else plays there anew.`
