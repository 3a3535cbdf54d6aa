import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { span } from '../../shared/plays/chain.ts'
import type { Keyring } from '../../shared/trust/keyring.ts'
import { keyringOf } from '../../shared/trust/keyring.ts'
import { type Command, command, numberOption, Option } from '../adapters/command-line.ts'
import { nodeCrypto } from '../adapters/node-crypto.ts'
import { runCommand, talk } from './console.ts'
import { instantOf } from './instants.ts'
import { listKeys } from './keys.ts'
import { type ExportFormat, type ExportGroup, exportFormats, exportGroups, exportLines } from './plays-export.ts'
import { openPlaySources, type SourceOptions } from './plays-source.ts'
import { type ChainVerdict, verifyFile, verifySource } from './plays-verify.ts'

type ExportOptions = SourceOptions & {
  readonly format: ExportFormat
  readonly by: ExportGroup
  readonly from?: string
  readonly until?: string
  readonly playlist?: string
  readonly output?: string
}
type VerifyOptions = SourceOptions & { readonly keys?: string; readonly first: number; readonly json?: boolean }

/** `plazacast plays`: what was shown, for invoices and for doubters. */
export function playsCommand(): Command {
  return command(
    'plays',
    'what was shown: exports the records and checks that nobody has changed them',
    'plazacast plays export --db plays.db --by item --from 2026-11-01 --until 2026-12-01\nplazacast plays verify --db plays.db --keys keys',
  )
    .addCommand(exportCommand())
    .addCommand(verifyCommand())
}

const withSource = (one: Command): Command =>
  one
    .option('--data <folder>', 'a player’s data folder')
    .option('--db <file>', 'the database of plazacast collect')
    .option('--player <id>', 'only this player; with --data, the id that it has')

function exportCommand(): Command {
  const one = command(
    'export',
    'writes records as CSV or JSON lines, in the words of OpenRTB where it has any; or as a chain, to be checked by others\n(imp.qty.multiplier counts what can be billed: complete showings on a lit wall that were no emergency)',
    'plazacast plays export --db plays.db --format csv > plays.csv\nplazacast plays export --db plays.db --by hour --playlist friends --format jsonl\nplazacast plays export --data ~/.local/share/plazacast --format chain -o wall.chain',
  )
  return withSource(one)
    .addOption(
      new Option('--format <format>', 'chain: all records as they were signed').choices(exportFormats).default('csv'),
    )
    .addOption(
      new Option('--by <what>', 'a row for each play, or sums by item, playlist or hour (UTC)')
        .choices(exportGroups)
        .default('play'),
    )
    .option('--from <instant>', 'plays that began then or later: 2026-11-01 or 2026-11-01T08:00:00Z (UTC)')
    .option('--until <instant>', 'plays that began before that')
    .option('--playlist <id>', 'only this playlist')
    .option('-o, --output <file>', 'instead of standard output')
    .action((options: ExportOptions) => runCommand(false, () => runExport(options)))
}

async function runExport(options: ExportOptions): Promise<number> {
  const { format, by, playlist } = options
  const ms = (name: string, text: string | undefined) => {
    const at = instantOf(name, text)
    return at === undefined ? undefined : Date.parse(at)
  }
  const filter = { fromMs: ms('--from', options.from), untilMs: ms('--until', options.until), playlist }
  if (format === 'chain' && (by !== 'play' || Object.values(filter).some((value) => value !== undefined)))
    throw new OperatorError('A chain is exported whole: leave --by, --from, --until and --playlist out.', 2)
  const { sources, close } = openPlaySources(options)
  try {
    const to = options.output === undefined ? process.stdout : createWriteStream(options.output)
    await writeLines(to, exportLines(sources, format, by, filter))
    if (to !== process.stdout) {
      to.end()
      await finished(to)
    }
    return 0
  } finally {
    close()
  }
}

const chunkCharacters = 64 * 1024

async function writeLines(to: Writable, lines: Iterable<string>): Promise<void> {
  let chunk = ''
  const flush = async () => {
    if (chunk !== '' && !to.write(chunk)) await once(to, 'drain')
    chunk = ''
  }
  for (const line of lines) {
    chunk += `${line}\n`
    if (chunk.length >= chunkCharacters) await flush()
  }
  await flush()
}

function verifyCommand(): Command {
  const one = command(
    'verify',
    'checks a chain of records without a network: every change, removal, other order, and what is cut off behind a signature, each with its place; gaps that are signed for are told\n(exit code 0: sound; 1: something was found; 2: nothing could be checked)',
    'plazacast plays verify wall.chain --keys keys\nplazacast plays verify --db plays.db --keys keys --json',
  )
  return withSource(one)
    .argument('[file]', 'what plazacast plays export --format chain has written')
    .option('--keys <dir>', 'a folder with the public operator keys: acknowledgements are checked by them')
    .option(
      '--first <number>',
      'the record that the chain begins with, if older ones are known to be gone',
      numberOption(1, true),
      1,
    )
    .option('--json', 'a line of JSON for each player')
    .action((file: string | undefined, options: VerifyOptions) =>
      runCommand(options.json ?? false, () => runVerify(file, options)),
    )
}

async function runVerify(file: string | undefined, options: VerifyOptions): Promise<number> {
  const operators = options.keys === undefined ? undefined : await operatorsIn(options.keys)
  const check = { operators, first: options.first, crypto: nodeCrypto }
  const verdicts = file === undefined ? verifySources(options, check) : await verifyFile(file, check)
  const { say, emit } = talk(options.json ?? false)
  for (const verdict of verdicts) {
    emit({ event: 'verified', sound: verdict.findings.length === 0, ...verdict })
    for (const line of sentences(verdict, operators !== undefined)) say(line)
  }
  return verdicts.some(({ findings }) => findings.length > 0) ? 1 : 0
}

function verifySources(options: VerifyOptions, check: Parameters<typeof verifySource>[1]): ChainVerdict[] {
  const { sources, close } = openPlaySources(options)
  try {
    return sources.map((source) => verifySource(source, check))
  } finally {
    close()
  }
}

async function operatorsIn(folder: string): Promise<Keyring> {
  const keys = (await listKeys(folder)).filter(({ purpose }) => purpose === 'operator')
  if (keys.length === 0) throw new OperatorError(`There is no operator key in ${folder}.`, 2)
  const known = keys.map(({ kid, jwk, name }) => {
    return [kid, { kid, jwk, roles: new Set(['operator'] as const), label: name }] as const
  })
  return { ...keyringOf([], undefined, nodeCrypto), keys: new Map(known) }
}

function sentences(
  { player, records, through, acknowledged, gaps, findings }: ChainVerdict,
  areKeysKnown: boolean,
): string[] {
  const gone = gaps.map(
    ({ from, through: last }) => `${player}: ${span(from, last)} gone for good; whoever kept them has signed for that.`,
  )
  const found = findings.map(({ message }) => `${player}: ${message}.`)
  if (found.length > 0) return [...gone, ...found]
  const whole = `${player}: ${countText(records, 'record')}, through number ${through}, as the player signed them`
  if (acknowledged > 0) return [...gone, `${whole}; acknowledged through ${acknowledged}.`]
  return [
    ...gone,
    `${whole}; ${areKeysKnown ? 'nobody has acknowledged any' : 'whether an operator acknowledged them was not checked (--keys)'}.`,
  ]
}
