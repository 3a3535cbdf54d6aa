import { actionOf, type CapAlert } from '../../shared/alert/cap.ts'
import { OperatorError } from '../../shared/operator/operator-error.ts'
import { countText } from '../../shared/operator/sizes.ts'
import type { WallSize } from '../adapters/alert-drawing.ts'
import { type Command, command, numberOption, withSettings } from '../adapters/command-line.ts'
import { readAlert, writeAlertPlaylist } from './alert.ts'
import { confirmed } from './confirm.ts'
import { runCommand } from './console.ts'
import { publish } from './publish.ts'
import { conclude, tellOutcome } from './publish-result.ts'
import { type PublishView, publishView } from './publish-view.ts'
import { readSettings, type SettingsOptions, settingsLine } from './settings.ts'
import { withdraw } from './withdraw.ts'

type AlertOptions = SettingsOptions & {
  readonly target?: string
  readonly size: string
  readonly seconds: number
  readonly timeZone?: string
  readonly out?: string
  readonly drawOnly?: boolean
  readonly drill?: boolean
  readonly serve?: string
  readonly keepServing?: boolean
  readonly timeout: number
  readonly yes?: boolean
  readonly json?: boolean
}

/** `plazacast alert`: from an official message to every wall it concerns, in place of whatever plays. */
export function alertCommand(): Command {
  const parent = command(
    'alert',
    'turns an official alert into an emergency on the walls',
    'plazacast alert from-cap flood.xml --target groups/chongqing-jiefangbei',
  ).enablePositionalOptions()
  const fromCap = command(
    'from-cap',
    'draws a CAP 1.2 message large for the wall’s shape, signs it with the emergency key, and pushes it;\na later message that updates it takes its place, one that cancels it takes it off\n(exit code 0: every player has it; 1: some do not; 2: the message or the call is wrong)',
    'plazacast alert from-cap flood.xml --target groups/chongqing-jiefangbei --size 3840x2160\nplazacast alert from-cap flood.xml --size 480x1600 --draw-only --out look\nplazacast alert from-cap flood-cancelled.xml --yes',
  )
    .argument('<file>', 'the message, in XML')
    .option('--target <target>', 'groups/NAME or players/ID (PLAZACAST_TARGET)')
    .option('--size <width>x<height>', 'the wall’s size in pixels', '1920x1080')
    .option('--seconds <number>', 'how long each page stays', numberOption(2), 8)
    .option('--time-zone <zone>', 'the walls’ time zone, such as Asia/Shanghai (default: this machine’s)')
    .option(
      '--out <folder>',
      'where the pictures and the playlist are written (default: a folder named after the message)',
    )
    .option('--draw-only', 'only draw; push nothing')
    .option('--drill', 'show an exercise or a test too; it says so across the top')
    .option('--serve <host:port>', 'where players fetch the pictures from this machine')
    .option('--keep-serving', 'go on serving until Ctrl+C')
    .option('--timeout <seconds>', 'how long to wait for the players', numberOption(0), 60)
    .option('--yes', 'do not ask')
    .option('--json', 'one line of JSON for each change')
  const action = (file: string, options: AlertOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      const view = publishView(options.json ?? false)
      try {
        return await fromMessage(file, options, signal, view)
      } finally {
        view.end()
      }
    })
  parent.addCommand(withSettings(fromCap).action(action))
  return parent
}

async function fromMessage(
  file: string,
  options: AlertOptions,
  signal: AbortSignal,
  view: PublishView,
): Promise<number> {
  const alert = await readAlert(file)
  const asked = actionOf(alert, Date.now(), options.drill ?? false)
  if (asked.kind === 'refuse') throw new OperatorError(`${file}: ${asked.message}`, 2)
  if (asked.kind === 'withdraw') return takeOff(asked.playlists, options, signal, view)
  const folder = options.out ?? asked.playlist
  const timeZone = zoneOf(options.timeZone)
  const drawn = await writeAlertPlaylist(alert, {
    id: asked.playlist,
    folder,
    size: sizeOf(options.size),
    seconds: options.seconds,
    timeZone,
  })
  for (const line of summaryOf(alert)) view.say(line)
  view.say(`${countText(drawn.pages, 'page')} in ${folder}.`)
  if (options.drawOnly) return 0
  const settings = await readSettings(options)
  view.say(settingsLine(settings))
  const target = options.target ?? settings.target
  const question = `Show this on ${target ?? 'the walls'} at once, in place of whatever plays?`
  if (!(await confirmed(question, { yes: options.yes, scriptsMay: false }, signal))) return 1
  const outcome = await publish({
    settings,
    file: drawn.file,
    target,
    serve: options.serve,
    approvedUntil: asked.until,
    timeoutMs: options.timeout * 1000,
    signal,
    report: view.report,
  })
  if (outcome.kind === 'mistakes') throw new Error('a playlist that was written here is wrong')
  return tellOutcome(outcome, options.keepServing ?? false, signal, view)
}

async function takeOff(
  playlists: readonly string[],
  options: AlertOptions,
  signal: AbortSignal,
  view: PublishView,
): Promise<number> {
  const settings = await readSettings(options)
  view.say(settingsLine(settings))
  const { target } = options
  let worst = 0
  for (const id of playlists) {
    const timeoutMs = options.timeout * 1000
    const done = await withdraw({ settings, id, target, timeoutMs, signal, report: view.report })
    worst = Math.max(worst, conclude(done, signal, view))
  }
  return worst
}

const summaryOf = ({ infos, sender }: CapAlert): string[] =>
  infos.map(
    ({ language, event, headline, areas }) =>
      `${sender} [${language}] ${event}: ${headline ?? ''} (${areas.join(', ')})`,
  )

/** Walls are at least a few dozen pixels high, and the pictures have to fit into a browser's memory. */
function sizeOf(text: string): WallSize {
  const [, width = 0, height = 0] = (/^(\d+)[x×](\d+)$/i.exec(text) ?? []).map(Number)
  const good = (pixels: number) => pixels >= 32 && pixels <= 8192
  if (good(width) && good(height)) return { width, height }
  throw new OperatorError(`--size ${text}: expected WIDTHxHEIGHT in pixels, such as 1920x1080, each 32 to 8192.`, 2)
}

function zoneOf(zone = Intl.DateTimeFormat().resolvedOptions().timeZone): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    throw new OperatorError(`--time-zone ${zone}: expected an IANA time zone such as Asia/Shanghai.`, 2)
  }
}
