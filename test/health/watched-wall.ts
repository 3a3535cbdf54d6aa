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
import { faketimeLibrary } from '../clock/faked-clock.ts'
import { mountVolume, type Volume } from '../faults-io/volume.ts'
import { makeClip } from '../support/clips.ts'
import { startDisplay } from '../support/display.ts'
import { type PushedAsset, playlistOf, rootKeysOf, trustOf } from '../support/documents.ts'
import { startOrigin } from '../support/origin.ts'
import { eventually, setRig } from '../support/player-rig.ts'
import { descendantsOf, killDescendants, sendSignal } from '../support/processes.ts'
import { runFfmpeg } from '../support/run-ffmpeg.ts'
import { type BrokerWire, startBrokerWire } from './broker-wire.ts'
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
  heat(celsius: number): void
  /** Sets the player's clock, in the words of libfaketime; undefined where that is not installed. */
  readonly setClock: ((words: string) => void) | undefined
  /** Pushes a film with bands, or one that is black from end to end. */
  push(what: 'films' | 'black'): Promise<void>
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
  const heat = (celsius: number) =>
    writeFileSync(join(sysDir, 'class/thermal/thermal_zone0/temp'), `${celsius * 1000}\n`)
  mkdirSync(join(sysDir, 'class/thermal/thermal_zone0'), { recursive: true })
  writeFileSync(join(sysDir, 'class/thermal/thermal_zone0/type'), 'x86_pkg_temp\n')
  heat(48)
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
  const push = async (assets: PushedAsset[]) => {
    revision += 1
    const payload = await playlistOf(assets, [rig.city.approver], { revision })
    await rig.publish('playlist', payload, rig.city.publisher)
  }
  const added = async (file: string) => origin.add(file, 'video/mp4')
  const films = await Promise.all(
    [1, 2].map(async (item) => added((await makeClip({ kind: 'film', item, codec: 'h264', seconds: 4 })).file)),
  )
  await push(films)
  const pid = child.pid ?? 0
  await eventually('the page shows its first film', () => said(child).includes('shown\n'), 60_000)
  return {
    heard,
    wire,
    volume,
    pid,
    heat,
    cover: (on) => child.stdin?.write(`${JSON.stringify({ kind: 'test-cover', on })}\n`),
    signal(type, signal) {
      if (signal === 'SIGSTOP') killDescendants(pid, type, signal)
      else
        for (const { pid: one, command } of descendantsOf(pid))
          if (command.includes(`--type=${type}`)) sendSignal(one, signal)
    },
    setClock: faketimeLibrary === undefined ? undefined : (words) => writeFileSync(clockFile, `${words}\n`),
    push: async (what) => push(what === 'films' ? films : [await added(await blackFilm(folder))]),
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

async function blackFilm(folder: string): Promise<string> {
  const file = join(folder, 'black.mp4')
  await runFfmpeg([
    ...['-f', 'lavfi', '-i', 'color=black:size=640x360:rate=30', '-t', '40', '-pix_fmt', 'yuv420p'],
    ...['-c:v', 'libx264', '-y', file],
  ])
  return file
}
