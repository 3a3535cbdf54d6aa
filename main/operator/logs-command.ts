import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type LogLevel, type LogLine, logLevels, readLogLine } from '../../shared/logs/line.ts'
import { isWanted, type LogFilter, logText, sinceMs } from '../../shared/logs/show.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { type Command, command, numberOption, Option } from '../adapters/command-line.ts'
import { followLines, linesOf, logFiles } from '../adapters/log-reader.ts'
import { runCommand } from './console.ts'

type LogsOptions = {
  readonly data?: string
  readonly follow?: boolean
  readonly level: LogLevel
  readonly since?: string
  readonly grep?: string
  readonly lines: number
  readonly json?: boolean
}

/** `plazacast logs`: a player's log on this machine, for people. */
export function logsCommand(): Command {
  return command(
    'logs',
    'shows the log of the player on this machine, in local time',
    'plazacast logs --follow\nplazacast logs --level warning --since 2h\nplazacast logs --data ~/.local/share/plazacast-demo/wall --grep broker --json',
  )
    .option('--data <folder>', 'the player’s data folder (PLAZACAST_DATA_DIR; default: ~/.local/share/plazacast)')
    .option('-f, --follow', 'go on as lines are written')
    .addOption(new Option('--level <level>', 'this and what is graver').choices([...logLevels]).default('info'))
    .option('--since <time>', 'lines since then: 90s, 15m, 2h, 1d, or 2026-11-22T08:00:00Z')
    .option('--grep <text>', 'lines with this text, whatever its case')
    .option(
      '-n, --lines <number>',
      'at most so many of the last lines, unless --since is given',
      numberOption(0, true),
      200,
    )
    .option('--json', 'the lines as they are written, one JSON object each')
    .action((options: LogsOptions) =>
      runCommand(options.json ?? false, async (signal) => {
        await show(options, signal)
        return 0
      }),
    )
}

async function show(options: LogsOptions, signal: AbortSignal): Promise<void> {
  const folder = logFolder(options.data)
  const filter = filterOf(options)
  const files = await logFiles(folder)
  if (files.length === 0 && !options.follow)
    throw new OperatorError(`There is no log in ${folder}. Name the player’s data folder with --data.`)
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const colour = process.stdout.isTTY && !process.env.NO_COLOR
  const print = (line: LogLine) =>
    void process.stdout.write(`${options.json ? JSON.stringify(line) : logText(line, timeZone, colour)}\n`)
  // A pipe that is closed, as by `head`, ends this quietly.
  process.stdout.on('error', () => process.exit(0))

  /** Without --since only the last lines of what is there are shown. */
  let last: LogLine[] | undefined = options.since === undefined ? [] : undefined
  const showLast = () => {
    last?.forEach(print)
    last = undefined
  }
  for await (const text of options.follow ? followLines(folder, signal, showLast) : allLines(files)) {
    const line = readLogLine(text)
    if (!line || !isWanted(line, filter)) continue
    if (!last) print(line)
    else if (last.push(line) > options.lines) last.shift()
  }
  showLast()
}

async function* allLines(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) yield* linesOf(file)
}

function filterOf({ level, since, grep }: LogsOptions): LogFilter {
  const from = since === undefined ? undefined : sinceMs(since, Date.now())
  if (since !== undefined && from === undefined)
    throw new OperatorError(
      `--since ${since}: expected 90s, 15m, 2h, 1d, or an instant such as 2026-11-22T08:00:00Z.`,
      2,
    )
  return { level, sinceMs: from, grep }
}

const logFolder = (data: string | undefined): string =>
  join(
    resolve(
      data ??
        process.env.PLAZACAST_DATA_DIR ??
        join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'plazacast'),
    ),
    'logs',
  )
