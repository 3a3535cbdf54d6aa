import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { answerText } from '../../shared/operator/answer.ts'
import { topicOfDocument } from '../../shared/topics.ts'
import { type Command, command, Option } from '../adapters/command-line.ts'
import { electronBinary } from '../adapters/electron-binary.ts'
import { type EmbeddedBroker, startEmbeddedBroker } from '../adapters/embedded-broker.ts'
import { connectOperatorBroker } from '../adapters/operator-broker.ts'
import { findChromium } from '../hosts/chromium-binary.ts'
import { runCommand, type Talk, talk, untilInterrupted } from './console.ts'
import { type FleetLink, openFleetLink } from './fleet-link.ts'
import { listKeys, makeKeys, privateKeyFor } from './keys.ts'
import type { PublishProgress } from './publication.ts'
import { publish } from './publish.ts'
import { demoOperatorFile, readSettings, type Settings } from './settings.ts'
import { pushSite } from './site.ts'
import { startTimeServer, steadySystemClock } from './time-server.ts'
import { pushTrust } from './trust.ts'

const root = join(import.meta.dirname, '../..')
const player = 'demo'
const target = `players/${player}`

type DemoOptions = {
  readonly host: 'auto' | 'electron' | 'chromium'
  readonly size?: string
  readonly headless?: boolean
}

/** `plazacast demo`, which is what `npm start` runs: a broker, keys, a playlist and a wall, with nothing configured. */
export function demoCommand(): Command {
  return command(
    'demo',
    'a broker, keys, a playlist and a wall, all on this machine',
    'npm start\nnpm start -- --size 1280x720',
  )
    .addOption(
      new Option('--host <name>', 'what shows the wall').choices(['auto', 'electron', 'chromium']).default('auto'),
    )
    .option('--size <size>', 'a window of this size, such as 1280x720 (default: the whole display)')
    .option('--headless', 'draw without a display; look at the wall in a browser')
    .action((options: DemoOptions) => runCommand(false, (signal) => runDemo(options, signal)))
}

async function runDemo(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const { say } = talk(false)
  const folder = dirname(demoOperatorFile())
  await mkdir(folder, { recursive: true })
  const broker = await startEmbeddedBroker(1883)
  const settings = await writeSettings(folder, broker)
  const wall = await startWall(folder, broker, settings, options, say)
  const ended = once(wall, 'exit').then(([code]) => Number(code ?? 1))
  let stopTime = async () => {}
  try {
    say(`Broker ${broker.url}, keys and data in ${folder}.`)
    stopTime = await serveTime(settings)
    const server = await fillWall(settings, signal, say)
    for (const line of advice) say(line)
    const code = await Promise.race([ended, untilInterrupted(signal).then(() => 0)])
    await server?.stop()
    return code
  } finally {
    if (wall.exitCode === null && wall.signalCode === null) wall.kill('SIGTERM')
    await ended
    await stopTime()
    await broker.stop()
  }
}

const advice = [
  '',
  'Push a playlist of your own from another terminal:  npx plazacast publish my-playlist.yaml',
  `What one looks like: ${relative(process.cwd(), join(root, 'assets/demo/playlist.yaml'))}. What the wall says:  npx plazacast watch`,
  'How a city says whose signatures count (two approvers, `plazacast trust words approved`): assets/docs/trust.md',
  'Ctrl+C ends everything; what was pushed is there again at the next start.',
]

/** What commands in other terminals read, so that they find this broker and these keys by themselves. */
async function writeSettings(folder: string, broker: EmbeddedBroker): Promise<Settings> {
  const keys = join(folder, 'keys')
  await makeKeys(keys)
  const file = join(folder, 'operator.json')
  await writeFile(file, `${JSON.stringify({ broker: broker.url, keys, target }, undefined, 2)}\n`)
  return readSettings({ operator: file }, {})
}

/** The wall is a program of its own, as on a kiosk: Electron's if it can be had, else one that drives a browser. */
async function startWall(
  folder: string,
  broker: EmbeddedBroker,
  settings: Settings,
  options: DemoOptions,
  say: Talk['say'],
): Promise<ChildProcess> {
  const headless = options.headless ?? !hasDisplay()
  const config = join(folder, 'kiosk.json')
  const pin = String(randomInt(100_000, 1_000_000))
  say(`The PIN of the page for technicians, until the next start: ${pin}`)
  const rootKeys = (await listKeys(settings.keys)).filter(({ purpose }) => purpose === 'root').map(({ jwk }) => jwk)
  await writeFile(
    config,
    JSON.stringify({
      playerId: player,
      broker: { url: broker.url },
      rootKeys,
      dataDir: join(folder, 'wall'),
      health: { pin },
    }),
  )
  const host = headless && hasChromium() ? 'chromium' : await chooseHost(options.host, say)
  if (headless && !options.headless) say('There is no display here, so the wall is drawn without one.')
  const size = options.size ?? (headless ? '1280x720' : undefined)
  const args = [
    ...['player', '--config', config, '--host', host],
    ...(size === undefined ? [] : ['--size', size]),
    ...(headless ? ['--headless', '--mirror', '8787'] : []),
  ]
  return spawn(process.execPath, [join(root, 'build/plazacast.mjs'), ...args], {
    // Somebody sits here: a wall that ends is to be seen to end.
    env: { ...process.env, PLAZACAST_SUPERVISE: '0' },
    stdio: 'inherit',
    detached: true, // Ctrl+C comes to the demo, which ends the wall in its turn
  })
}

async function chooseHost(wished: DemoOptions['host'], say: Talk['say']): Promise<'electron' | 'chromium'> {
  if (wished === 'chromium') return 'chromium'
  const electron = await electronBinary(true, say)
  if (electron.kind === 'found') return 'electron'
  say(`Electron could not be had (${electron.reason}); the wall runs in the installed Chromium or Chrome.`)
  return 'chromium'
}

function hasChromium(): boolean {
  try {
    findChromium(process.env, process.platform)
    return true
  } catch {
    return false // its message says how to install one, and comes when it is really needed
  }
}

const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY) || Boolean(process.env.WAYLAND_DISPLAY)

/** Publishes whom to believe, the wall's site and the demo playlist, as a city would. */
async function fillWall(settings: Settings, signal: AbortSignal, say: Talk['say']) {
  const trustTopic = topicOfDocument(settings.topicPrefix, 'trust', 'fleet', 'trust')
  const siteTopic = topicOfDocument(settings.topicPrefix, 'site', target, player)
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  await overLink(settings, [trustTopic], (link) => pushTrust(link, settings.keys))
  await overLink(settings, [trustTopic, siteTopic], (link) =>
    pushSite(link, settings.keys, player, { name: 'Demo wall', timeZone, groups: ['demo'] }),
  )
  const report = (progress: PublishProgress) => {
    if (progress.kind === 'answer') say(`The wall: ${answerText(progress.answer)}`)
    if (progress.kind === 'warning') say(progress.message)
  }
  const outcome = await publish({
    settings,
    file: join(root, 'assets/demo/playlist.yaml'),
    target,
    signal,
    report,
    timeoutMs: 60_000,
  })
  if (outcome.kind === 'mistakes') throw new Error(`the demo's playlist is wrong: ${JSON.stringify(outcome.mistakes)}`)
  return outcome.server
}

/** The demo's wall has its time from here, as a city's walls have theirs from `plazacast time`. */
async function serveTime(settings: Settings): Promise<() => Promise<void>> {
  const broker = await connectOperatorBroker(settings.broker)
  const [clock, stopFollowing] = steadySystemClock()
  const server = await startTimeServer(
    broker,
    settings.topicPrefix,
    await privateKeyFor(settings.keys, 'operator'),
    clock,
  )
  return async () => {
    server.stop()
    stopFollowing()
    await broker.close()
  }
}

/** Each step sees what the one before has left on the broker. */
async function overLink(
  settings: Settings,
  topics: readonly string[],
  run: (link: FleetLink) => Promise<unknown>,
): Promise<void> {
  const link = await openFleetLink(settings, topics)
  try {
    await run(link)
  } finally {
    await link.close()
  }
}
