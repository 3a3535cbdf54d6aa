import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { commandKinds, readCommand } from '../../shared/commands/catalogue.ts'
import { type CommandOutcome, isDone, outcomeText, progressText } from '../../shared/commands/sentence.ts'
import { readLogLine } from '../../shared/logs/line.ts'
import { logText } from '../../shared/logs/show.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { type Command, command, numberOption, severalOption, withSettings } from '../adapters/command-line.ts'
import { commandTarget, giveCommand } from './command-run.ts'
import { interrupted, runCommand, talk } from './console.ts'
import { openFleetLink } from './fleet-link.ts'
import { privateKey, privateKeyFor } from './keys.ts'
import { readSettings, type SettingsOptions } from './settings.ts'

type CommandOptions = SettingsOptions & {
  readonly arg?: readonly string[]
  readonly key?: string
  readonly output?: string
  readonly timeout: number
  readonly json?: boolean
}

/** `plazacast command`: a signed command to one player or a group, and what became of it. */
export function commandCommand(): Command {
  const names = Object.entries(commandKinds).map(([name, { does, arguments: takes }]) => {
    const known = Object.keys(takes.shape).map((one) => `${one}=…`)
    return `  ${[name, ...known].join(' ').padEnd(34)} ${does}`
  })
  const one = command(
    'command',
    'gives a signed command to a player or a group, and shows what became of it\n(exit code 0: every player did it; 1: some did not, or did not answer; 2: the call is wrong)',
    'plazacast command jiefangbei-3 screenshot --arg width=800\nplazacast command groups/jiefangbei identify --arg seconds=30\nplazacast command jiefangbei-3 go-to --arg item=poster-01\nplazacast command jiefangbei-3 send-logs --arg kib=256 --output wall.log',
  )
    .argument('<player>', 'a player’s id, or groups/NAME')
    .argument('<name>', 'the command')
    .option('--arg <name=value>', 'an argument of the command; may be given several times', severalOption)
    .option('--output <path>', 'where a picture or a log is written; a folder for a group')
    .option('--key <name>', 'the key in the folder to sign with (default: the operator key)')
    .option('--timeout <seconds>', 'how long to wait for each player', numberOption(1), 15)
    .option('--json', 'one line of JSON for each answer')
    .addHelpText('before', `Commands:\n${names.join('\n')}\n`)
  return withSettings(one).action((player: string, name: string, options: CommandOptions) =>
    runCommand(options.json ?? false, (signal) => run(player, name, options, signal)),
  )
}

async function run(player: string, name: string, options: CommandOptions, signal: AbortSignal): Promise<number> {
  const target = commandTarget(player)
  const given = argumentsOf(options.arg ?? [])
  const read = readCommand(name, given)
  if (!read.ok) throw new OperatorError(`${read.problem.field.replace('arguments.', '')}: ${read.problem.message}.`, 2)
  const settings = await readSettings(options)
  const { keys } = settings
  const signer = await (options.key === undefined ? privateKeyFor(keys, 'operator') : privateKey(keys, options.key))
  const { say, emit } = talk(options.json ?? false)
  const link = await openFleetLink(settings, [topicOfDocument(settings.topicPrefix, 'trust', 'fleet', 'trust')])
  const tell = async (from: string, outcome: CommandOutcome) => {
    emit({ event: 'answer', player: from, ok: isDone(outcome), ...outcome })
    say(`${from}: ${outcomeText(name, outcome)}`)
  }
  try {
    const outcomes = await giveCommand({
      link,
      keysFolder: keys,
      signer,
      target,
      command: name,
      arguments: given,
      timeoutMs: options.timeout * 1000,
      signal,
      keepPicture: (from, picture, extension) => kept(picture, pathFor(from, extension, target, options.output)),
      onSent: (id) => emit({ event: 'sent', id, command: name, target }),
      onProgress: (from, progress) => {
        emit({ event: 'progress', player: from, progress })
        say(`${from}: ${progressText(progress)}`)
      },
      onOutcome: (from, outcome) => void tell(from, outcome),
    })
    if (name === 'send-logs') await keepLogs(outcomes, target, options)
    if (outcomes.size === 0) say(`No player is known to be in ${target} on this broker.`)
    const complete = outcomes.size > 0 && [...outcomes.values()].every(isDone)
    emit({ event: 'result', complete, players: Object.fromEntries(outcomes) })
    if (complete) return 0
    return signal.aborted ? interrupted : 1
  } finally {
    await link.close()
  }
}

/** `seconds=30` as a number, `item=poster-01` as a text: what reads as a JSON number or truth is one. */
function argumentsOf(pairs: readonly string[]): Record<string, unknown> {
  const given: Record<string, unknown> = {}
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new OperatorError(`--arg ${pair}: expected NAME=VALUE, such as width=800.`, 2)
    const text = pair.slice(at + 1)
    given[pair.slice(0, at)] = /^(-?\d+(\.\d+)?|true|false)$/.test(text) ? JSON.parse(text) : text
  }
  return given
}

/** One player’s file is named by `--output` itself; those of a group lie in it, named by their players. */
function pathFor(player: string, extension: string, target: string, output: string | undefined): string {
  if (output !== undefined && target.startsWith('players/')) return resolve(output)
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  return resolve(join(output ?? '.', `${player}-${stamp}.${extension}`))
}

async function kept(content: Uint8Array | string, path: string): Promise<string> {
  try {
    await mkdir(resolve(path, '..'), { recursive: true })
    await writeFile(path, content)
    return path
  } catch (error) {
    throw new OperatorError(`${path} cannot be written: ${error instanceof Error ? error.message : error}.`)
  }
}

const logResult = z.object({ text: z.string() })

/** Logs go to files if they are asked for there, else to people in their own time. */
async function keepLogs(
  outcomes: ReadonlyMap<string, CommandOutcome>,
  target: string,
  { output, json = false }: CommandOptions,
): Promise<void> {
  const { say } = talk(json)
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  for (const [player, outcome] of outcomes) {
    const read = outcome.kind === 'done' ? logResult.safeParse(outcome.result) : undefined
    if (!read?.success) continue
    if (output !== undefined) {
      say(`${player}: written to ${await kept(read.data.text, pathFor(player, 'log', target, output))}`)
      continue
    }
    for (const line of read.data.text.split('\n')) {
      const known = readLogLine(line)
      if (known) say(logText(known, timeZone, false))
    }
  }
}
