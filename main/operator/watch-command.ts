import { fleetRows, playerReport } from '../../shared/operator/fleet-table.ts'
import { countText } from '../../shared/operator/sizes.ts'
import { tableLines } from '../../shared/operator/text-table.ts'
import { type Command, command, withSettings } from '../adapters/command-line.ts'
import { liveText } from '../adapters/live-text.ts'
import { runCommand, talk, untilInterrupted } from './console.ts'
import { type FleetLink, openFleetLink } from './fleet-link.ts'
import { readSettings, type Settings, type SettingsOptions, settingsLine } from './settings.ts'
import { pageLines } from './watch-page.ts'

type WatchOptions = SettingsOptions & { readonly once?: boolean; readonly json?: boolean; readonly qr?: string }

/** `plazacast watch`: the fleet as it is now. */
export function watchCommand(): Command {
  const one = command(
    'watch',
    'shows every player live: what is on the wall, what is next, its playlists, and what is wrong',
    'plazacast watch\nplazacast watch --once --json | jq .player\nplazacast watch --qr jiefangbei-3',
  )
    .option('--once', 'show it once and end')
    .option('--qr <player>', "the address of a player's page for technicians, also as a QR code, and end")
    .option('--json', 'one line of JSON for each player and change')
  return withSettings(one).action((options: WatchOptions) =>
    runCommand(options.json ?? false, async (signal) => {
      const settings = await readSettings(options)
      const link = await openFleetLink(settings)
      try {
        if (options.qr !== undefined)
          talk(false).say(pageLines(link.fleet().get(options.qr), options.qr, process.stdout.isTTY === true).join('\n'))
        else if (options.json) await watchAsJson(link, options.once ?? false, signal)
        else if (options.once) talk(false).say(lines(link, settings).join('\n'))
        else if (process.stdout.isTTY) await watchLive(link, settings, signal)
        else await watchAsTables(link, settings, signal)
        return 0
      } finally {
        await link.close()
      }
    }),
  )
}

function lines(link: FleetLink, settings: Settings): string[] {
  const fleet = link.fleet()
  const online = [...fleet.values()].filter(({ presence }) => presence?.online).length
  const state = link.connected()
    ? `${countText(fleet.size, 'player')}, ${online} online`
    : 'connection lost, trying again'
  const head = `${settingsLine(settings)} ${state}.`
  if (fleet.size === 0) return [head, 'No player has been heard of on this broker yet.']
  const width = process.stdout.columns ?? 200
  return [head, ...tableLines(fleetRows(fleet, new Date().toISOString(), link.isDeaf), width)]
}

/** That somebody says nothing is no message: it is looked for. */
const silenceMs = 5_000

/** At most four pictures a second, however fast messages come. */
const redrawMs = 250

async function watchLive(link: FleetLink, settings: Settings, signal: AbortSignal): Promise<void> {
  const live = liveText(process.stdout)
  const stop = redraw(link, () => live.show(lines(link, settings)))
  await untilInterrupted(signal)
  stop()
  live.end()
}

async function watchAsTables(link: FleetLink, settings: Settings, signal: AbortSignal): Promise<void> {
  let shown = ''
  const stop = redraw(link, () => {
    const text = lines(link, settings).join('\n')
    if (text !== shown) talk(false).say(`${text}\n`)
    shown = text
  })
  await untilInterrupted(signal)
  stop()
}

async function watchAsJson(link: FleetLink, once: boolean, signal: AbortSignal): Promise<void> {
  const { emit } = talk(true)
  const shown = new Map<string, string>()
  const look = () => {
    for (const player of link.fleet().values()) {
      const report = playerReport(player, link.isDeaf(player))
      const text = JSON.stringify(report)
      if (shown.get(player.id) !== text) emit(report)
      shown.set(player.id, text)
    }
  }
  look()
  if (once) return
  const stop = link.onChange(look)
  const timer = setInterval(look, silenceMs)
  await untilInterrupted(signal)
  clearInterval(timer)
  stop()
}

function redraw(link: FleetLink, draw: () => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const later = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      draw()
    }, redrawMs)
  }
  draw()
  const stopListening = link.onChange(later)
  const silence = setInterval(later, silenceMs)
  return () => {
    stopListening()
    clearInterval(silence)
    clearTimeout(timer)
  }
}
