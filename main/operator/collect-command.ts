import { resolve } from 'node:path'
import { playerId } from '../../shared/documents/fields.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { gapText } from '../../shared/plays/receive.ts'
import { type Command, command, severalOption, withSettings } from '../adapters/command-line.ts'
import { statementSigner } from '../adapters/statement-signer.ts'
import { collectedGaps, countCollected } from '../sqlite/collected.ts'
import { collectedMigrations } from '../sqlite/collected-migrations.ts'
import { DatabaseRefused, openDatabase } from '../sqlite/open.ts'
import { collectFrom } from './collect-run.ts'
import { runCommand, talk, untilInterrupted } from './console.ts'
import { privateKeyFor } from './keys.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'

type CollectOptions = SettingsOptions & {
  readonly db: string
  readonly name: string
  readonly accept?: readonly string[]
  readonly json?: boolean
}

const tellEveryMs = 60_000

/** `plazacast collect`: the receiver of a fleet's records of plays. */
export function collectCommand(): Command {
  const one = command(
    'collect',
    'keeps the records of what was shown on every wall, each once, and acknowledges them\n(runs until it is ended; signs with the operator key; the broker keeps what comes while it is away)',
    'plazacast collect --db plays.db\nplazacast collect --db plays.db --json >> collect.log',
  )
    .option('--db <file>', 'the SQLite database; made when there is none', 'plays.db')
    .option('--name <name>', 'each collector of a fleet has its own, with its own place in the broker', 'main')
    .option('--accept <player>', 'a player that was set up anew may begin a new chain (repeatable)', severalOption)
    .option('--json', 'lines of JSON: stored, gap, fork, key-changed, refused, early, …')
  return withSettings(one).action((options: CollectOptions) =>
    runCommand(options.json ?? false, (signal) => run(options, signal)),
  )
}

async function run(options: CollectOptions, signal: AbortSignal): Promise<number> {
  const { say, emit } = talk(options.json ?? false)
  const accept = new Set(options.accept ?? [])
  for (const player of accept)
    if (!playerId.safeParse(player).success)
      throw new OperatorError(`--accept ${player}: that is no id of a player.`, 2)
  if (!/^[a-z0-9-]{1,64}$/.test(options.name))
    throw new OperatorError(`--name ${options.name}: expected a-z, 0-9 and -.`, 2)
  const settings = await readSettings(options)
  const signer = statementSigner(await privateKeyFor(settings.keys, 'operator'))
  const { db, close } = openCollected(options.db)
  try {
    for (const { player, from, through } of collectedGaps(db)) {
      emit({ event: 'gap', player, from, through, message: gapText(player, { from, through }) })
      say(gapText(player, { from, through }))
    }
    let stored = 0
    const stop = await collectFrom({
      db,
      settings,
      signer,
      accept,
      name: options.name,
      say(what) {
        emit(what)
        if (what.event === 'stored') stored += what.records
        else say(what.message)
      },
    })
    say(
      `${settingsLine(settings)} ${countText(countCollected(db), 'record')} in ${resolve(options.db)}. Ctrl+C ends it.`,
    )
    const timer = setInterval(() => {
      if (stored > 0) say(`${countText(stored, 'record')} came in.`)
      stored = 0
    }, tellEveryMs)
    await untilInterrupted(signal)
    clearInterval(timer)
    await stop()
    return 0
  } finally {
    close()
  }
}

function openCollected(file: string) {
  try {
    return openDatabase(resolve(file), { migrations: collectedMigrations })
  } catch (error) {
    if (error instanceof DatabaseRefused) throw new OperatorError(`${error.message}.`, 1)
    throw new OperatorError(`${file} cannot be opened: ${error instanceof Error ? error.message : String(error)}.`, 1)
  }
}
