import { writeFile } from 'node:fs/promises'
import { instant } from '../../shared/documents/fields.ts'
import type { Playlist } from '../../shared/documents/playlist.ts'
import type { Site } from '../../shared/documents/site.ts'
import { dayPage } from '../../shared/forecast/day-page.ts'
import { everyStep, type ForecastInput, forecastAt, forecastBetween } from '../../shared/forecast/forecast.ts'
import { changesJson, forecastJson, forecastLines } from '../../shared/forecast/forecast-text.ts'
import { targetsOf } from '../../shared/intake/intake.ts'
import { fallbackPlaylist } from '../../shared/loop/fallback.ts'
import { laneKey } from '../../shared/loop/standing.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { localDayAt } from '../../shared/schedule/day.ts'
import { type Command, command } from '../adapters/command-line.ts'
import { runCommand, talk } from './console.ts'
import { readForecastData } from './forecast-data.ts'
import { type ForecastDocument, readForecastFile } from './forecast-sources.ts'

type ForecastOptions = {
  readonly at?: string
  readonly for?: string
  readonly timeZone?: string
  readonly data?: string
  readonly html?: string
  readonly json?: boolean
}

/** `plazacast forecast`: what would play when, without a player, a broker or the files. */
export function forecastCommand(): Command {
  return command(
    'forecast',
    'says what would play when, by the schedules alone: approvals, downloads and signatures are not looked at',
    'plazacast forecast friends.yaml hotpot.yaml --at 2026-06-11T22:00:00Z --time-zone Australia/Sydney\nplazacast forecast *.json --for 7d --json\nplazacast forecast --data ~/.local/share/plazacast --html day.html',
  )
    .argument(
      '[files...]',
      'playlists as for publish (YAML), or playlist, site and takedowns documents, bare or signed',
    )
    .option('--data <folder>', 'what a player has accepted, from its data folder')
    .option('--at <instant>', 'from when, such as 2026-06-11T22:00:00Z (default: now)')
    .option('--for <time>', 'every change within this time: 90m, 24h, 7d (default: 24h; with --json only the instant)')
    .option('--time-zone <zone>', 'IANA name, such as Asia/Shanghai (default: the site’s, else this machine’s)')
    .option('--html <file>', 'writes the day as a page for a browser or a phone')
    .option('--json', 'JSON: at, level (null: nothing plays), loop, nextChange; with --for also changes')
    .action((files: readonly string[], options: ForecastOptions) =>
      runCommand(options.json ?? false, () => run(files, options)),
    )
}

async function run(files: readonly string[], options: ForecastOptions): Promise<number> {
  if (files.length === 0 && options.data === undefined)
    throw new OperatorError('Which playlists? plazacast forecast playlist.yaml', 2)
  const atMs = readAt(options.at)
  const forMs = options.for === undefined ? undefined : readFor(options.for)
  const read = [
    ...(options.data === undefined ? [] : readForecastData(options.data)),
    ...(await Promise.all(files.map(readForecastFile))),
  ]
  const { input, name } = inputOf(read, options.timeZone)
  const { say } = talk(options.json ?? false)
  if (options.html !== undefined) {
    await writePage(options.html, input, atMs, name)
    say(`${options.html}: the day around ${new Date(atMs).toISOString()} in ${input.timeZone}.`)
  }
  if (options.json) {
    const changes = forMs === undefined ? {} : { changes: changesJson(forecastBetween(input, atMs, atMs + forMs)) }
    process.stdout.write(`${JSON.stringify({ ...forecastJson(forecastAt(input, atMs)), ...changes }, null, 2)}\n`)
  } else if (options.html === undefined) {
    const segments = forecastBetween(input, atMs, atMs + (forMs ?? 24 * hourMs))
    for (const line of forecastLines(segments, input.timeZone, process.stdout.columns ?? 100)) say(line)
  }
  return 0
}

const hourMs = 3_600_000

function readAt(text: string | undefined): number {
  if (text === undefined) return Date.now()
  if (instant.safeParse(text).success) return Date.parse(text)
  throw new OperatorError(`--at ${text}: expected an instant such as 2026-06-11T22:00:00Z.`, 2)
}

function readFor(text: string): number {
  const [, count, unit] = /^(\d{1,6}(?:\.\d+)?)\s*(m|h|d)$/.exec(text) ?? []
  const ms = Number(count) * (unit === 'm' ? 60_000 : unit === 'd' ? 24 * hourMs : hourMs)
  if (ms > 0 && ms <= 400 * 24 * hourMs) return ms
  throw new OperatorError(`--for ${text}: expected a time such as 90m, 24h or 7d, up to 400d.`, 2)
}

/** One site at most; of each playlist the newest revision, and only those for the site's wall if there is a site. */
function inputOf(
  read: readonly ForecastDocument[],
  timeZone: string | undefined,
): { input: ForecastInput; name?: string | undefined } {
  const sites = read.filter((one): one is Site => one.kind === 'site')
  if (new Set(sites.map(({ id }) => id)).size > 1)
    throw new OperatorError(
      `These are sites of several players (${sites.map(({ id }) => id).join(', ')}): give one.`,
      2,
    )
  const site = sites.toSorted((a, b) => b.revision - a.revision)[0]
  const targets = site && targetsOf({ playerId: site.id, groups: site.groups })
  const newest = new Map<string, Playlist>()
  for (const one of read) {
    if (one.kind !== 'playlist' || (targets && !targets.includes(one.target) && one.target !== 'fleet')) continue
    if ((newest.get(laneKey(one))?.revision ?? 0) < one.revision) newest.set(laneKey(one), one)
  }
  const zone = timeZone ?? site?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone
  checkZone(zone)
  const down = read.flatMap((one) => (one.kind === 'takedowns' ? one.assets.map(({ asset }) => asset) : []))
  return {
    input: {
      playlists: [...newest.values()],
      timeZone: zone,
      hours: site?.hours,
      fallback: site && fallbackPlaylist(site),
      takenDown: new Set(down),
    },
    name: site?.name ?? site?.id,
  }
}

function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    throw new OperatorError(`--time-zone ${zone}: expected an IANA time zone such as Asia/Shanghai.`, 2) // RangeError: not known
  }
}

async function writePage(file: string, input: ForecastInput, atMs: number, name: string | undefined): Promise<void> {
  const { timeZone, fallback } = input
  const playlists = fallback ? [...input.playlists, fallback] : input.playlists
  const day = localDayAt(atMs, timeZone)
  const steps = everyStep(input, day.fromMs, day.untilMs)
  await writeFile(file, dayPage({ playlists, steps, day, nowMs: atMs, timeZone, name })).catch((error: Error) => {
    throw new OperatorError(`${file} cannot be written: ${error.message}`, 1)
  })
}
