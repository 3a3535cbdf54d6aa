import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { bundleScreen } from '../../build/bundle-screen.ts'
import { connectOperatorBroker } from '../../main/adapters/operator-broker.ts'
import { findChromium } from '../../main/hosts/chromium-binary.ts'
import { startTimeServer, steadySystemClock } from '../../main/operator/time-server.ts'
import { type Health, health } from '../../shared/health/health.ts'
import { technicianReport } from '../../shared/technician/report.ts'
import { faketimeLibrary } from '../clock/faked-clock.ts'
import { mountVolume, type Volume } from '../faults-io/volume.ts'
import { startDisplay } from '../support/display.ts'
import { issuedAt, rootKeysOf, trustOf } from '../support/documents.ts'
import { startOrigin } from '../support/origin.ts'
import { eventually, setRig } from '../support/player-rig.ts'
import { descendantsOf, killDescendants, sendSignal } from '../support/processes.ts'
import { type BrokerWire, startBrokerWire } from './broker-wire.ts'
import { type ProgrammeName, programmes } from './programmes.ts'
import type { WatchedOptions } from './watched-player.ts'

type Context = { after(undo: () => Promise<void>): void }

/** A heard word of the player's health, and when it came by performance.now(). */
export type Heard = Health & { readonly heardMs: number }

/** A whole wall whose parts can each be made to fail. */
export type WatchedWall = {
  readonly heard: readonly Heard[]
  readonly wire: BrokerWire
  /** Undefined where nothing may be mounted. */
  readonly volume: Volume | undefined
  readonly pid: number
  /** Lays a black cover over the page, or takes it away. */
  cover(on: boolean): void
  /** Stops or continues the processes of a kind. */
  signal(type: 'renderer' | 'gpu-process', signal: 'SIGSTOP' | 'SIGCONT'): void
  heat(celsius: number, what?: 'processor' | 'board'): void
  /** Gives the display its power, or takes it away. */
  light(isOn: boolean): void
  /** Sets the player's clock, in the words of libfaketime; undefined where that is not installed. */
  readonly setClock: ((words: string) => void) | undefined
  push(what: ProgrammeName): Promise<void>
  /** Opens the wall at all hours, or closes it. */
  open(isOpen: boolean): Promise<void>
  /** How many items have come on so far. */
  readonly showings: () => number
  /** What was heard last, and what the player wrote, for the message of a failure. */
  last(): string
}

const cover = `;(() => {
  const cover = document.createElement('div')
  Object.assign(cover.style, { position: 'fixed', inset: '0', background: '#000', zIndex: '99999', display: 'none' })
  document.body.append(cover)
  window.plazacast?.onMessage((message) => {
    if (message.kind === 'test-cover') cover.style.display = message.on ? 'block' : 'none'
  })
})()
`

const size = { width: 640, height: 360 }

/** Sets the wall up with a film on it; everything is taken away after the test. */
export async function setWatchedWall(context: Context, { looks = true } = {}): Promise<WatchedWall> {
  const undo: (() => unknown)[] = []
  context.after(async () => {
    for (const one of undo.toReversed()) await one()
  })
  const rig = await setRig({ after: (one) => undo.push(one) })
  const origin = await startOrigin()
  undo.push(() => origin.stop())
  const display = await startDisplay(size)
  undo.push(() => display.stop())
  const wire = await startBrokerWire(rig.broker.port)
  undo.push(() => wire.stop())
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-health-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  const volume = await mountVolume(256)
  if (volume) undo.push(() => volume.unmount())
  const screenDir = await bundleScreen(join(folder, 'screen'))
  appendFileSync(join(screenDir, 'screen.js'), cover)
  const sysDir = join(folder, 'sys')
  const zones = { processor: 'thermal_zone0', board: 'thermal_zone1' } as const
  const zone = (what: keyof typeof zones, file: string) => join(sysDir, 'class/thermal', zones[what], file)
  const heat = (celsius: number, what: keyof typeof zones = 'processor') =>
    writeFileSync(zone(what, 'temp'), `${celsius * 1000}\n`)
  for (const [what, type] of [
    ['processor', 'x86_pkg_temp'],
    ['board', 'acpitz'],
  ] as const) {
    mkdirSync(zone(what, ''), { recursive: true })
    writeFileSync(zone(what, 'type'), `${type}\n`)
  }
  heat(40, 'board')
  heat(48)
  const light = (isOn: boolean) => {
    const words = { status: isOn ? 'connected' : 'disconnected', enabled: 'enabled', dpms: 'On' }
    const connector = join(sysDir, 'class/drm/card0-HDMI-A-1')
    mkdirSync(connector, { recursive: true })
    for (const [file, word] of Object.entries(words)) writeFileSync(join(connector, file), `${word}\n`)
  }
  light(true)
  const heard = await hear(rig.broker.url, undo)
  await keepTime(rig.broker.url, rig.city.operator, undo)
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  await rig.site()
  const clockFile = join(folder, 'faketime')
  writeFileSync(clockFile, '+0s\n')
  const child = startPlayer(
    {
      dataDir: join(volume?.folder ?? folder, 'player'),
      profileDir: join(folder, 'browser'),
      brokerUrl: wire.url,
      rootKeys: rootKeysOf(rig.city),
      screenDir,
      sysDir,
      looks,
      size,
    },
    { DISPLAY: display.display, ...fakedTime(folder, clockFile) },
  )
  undo.push(() => end(child))
  let revision = 0
  const programme = programmes(folder, origin, rig.city.approver, undo)
  const push = async (what: ProgrammeName) => {
    revision += 1
    await rig.publish('playlist', await programme(what, revision), rig.city.publisher)
  }
  let siteRevision = 1
  const open = async (isOpen: boolean) => {
    siteRevision += 1
    const hours = { weekly: [{ days: [0, 1, 2, 3, 4, 5, 6] }], exceptions: isOpen ? [] : closedDays() }
    const site = { kind: 'site', id: 'wall', revision: siteRevision, issuedAt, target: 'players/wall', hours }
    await rig.publish('site', site, rig.city.operator)
  }
  await push('films')
  const pid = child.pid ?? 0
  await eventually('the page shows its first film', () => said(child).includes('shown\n'), 60_000)
  undo.push(readPage(heard, () => /the page for technicians: (http:\S+)/.exec(said(child))?.[1]))
  return {
    heard,
    wire,
    volume,
    pid,
    heat,
    light,
    cover: (on) => child.stdin?.write(`${JSON.stringify({ kind: 'test-cover', on })}\n`),
    signal(type, signal) {
      if (signal === 'SIGSTOP') killDescendants(pid, type, signal)
      else
        for (const { pid: one, command } of descendantsOf(pid))
          if (command.includes(`--type=${type}`)) sendSignal(one, signal)
    },
    setClock: faketimeLibrary === undefined ? undefined : (words) => writeFileSync(clockFile, `${words}\n`),
    push,
    open,
    showings: () => said(child).split('shown\n').length - 1,
    last: () => {
      const reasons = heard.at(-1)?.reasons.map(({ code, message }) => `${code}: ${message}`)
      return `${heard.at(-1)?.verdict} ${JSON.stringify(reasons)}; ${said(child).slice(-1500)}`
    },
  }
}

/** Every word of the player's health, straight from the broker. */
async function hear(url: string, undo: (() => unknown)[]): Promise<Heard[]> {
  const client = await connectAsync(url, { protocolVersion: 5 })
  undo.push(() => client.endAsync(true))
  const heard: Heard[] = []
  client.on('message', (_topic, payload) => {
    heard.push({ ...health.parse(JSON.parse(payload.toString())), heardMs: performance.now() })
  })
  await client.subscribeAsync('plazacast/v1/players/wall/health')
  return heard
}

/** What the broker cannot bring while the connection to it is cut is read as a technician reads it. */
function readPage(heard: Heard[], address: () => string | undefined): () => void {
  const told = ({ verdict, reasons }: Health) => JSON.stringify([verdict, reasons.map(({ code }) => code)])
  const read = async () => {
    const page = address()
    if (page === undefined) return
    const answer = await fetch(new URL('report', page)).catch(() => undefined) // asked again at once
    const { data } = technicianReport.safeParse(await answer?.json().catch(() => undefined))
    const last = heard.at(-1)
    if (data?.health && last && data.health.at > last.at && told(data.health) !== told(last))
      heard.push({ ...data.health, heardMs: performance.now() })
  }
  const timer = setInterval(() => void read(), 250)
  return () => clearInterval(timer)
}

async function keepTime(url: string, operator: Parameters<typeof startTimeServer>[2], undo: (() => unknown)[]) {
  const broker = await connectOperatorBroker({ url })
  const [clock, stopFollowing] = steadySystemClock()
  await startTimeServer(broker, 'plazacast/v1', operator, clock)
  undo.push(async () => {
    stopFollowing()
    await broker.close()
  })
}

/** Chromium's processes do not start under libfaketime. */
function fakedTime(folder: string, clockFile: string): Record<string, string> {
  if (faketimeLibrary === undefined) return {}
  const browser = join(folder, 'chromium')
  writeFileSync(browser, `#!/bin/sh\nunset LD_PRELOAD\nexec '${findChromium(process.env, process.platform)}' "$@"\n`)
  chmodSync(browser, 0o755)
  return {
    PLAZACAST_CHROMIUM: browser,
    LD_PRELOAD: faketimeLibrary,
    FAKETIME_TIMESTAMP_FILE: clockFile,
    FAKETIME_NO_CACHE: '1',
    DONT_FAKE_MONOTONIC: '1',
  }
}

const outputs = new WeakMap<ChildProcess, string>()
const said = (child: ChildProcess): string => outputs.get(child) ?? ''

function startPlayer(options: WatchedOptions, environment: Record<string, string>): ChildProcess {
  const program = join(import.meta.dirname, 'watched-player.ts')
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    detached: true,
  })
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes) => outputs.set(child, said(child) + String(bytes)))
  return child
}

/** The whole group: a browser that was stopped does not end by itself. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  const browsers = descendantsOf(child.pid)
  process.kill(-child.pid, 'SIGKILL')
  for (const { pid } of browsers) sendSignal(pid, 'SIGKILL')
  await ended
}

/** Yesterday to tomorrow, so that midnight opens nothing. */
const closedDays = () =>
  [-1, 0, 1].map((day) => ({ date: new Date(Date.now() + day * 86_400_000).toISOString().slice(0, 10), open: [] }))
