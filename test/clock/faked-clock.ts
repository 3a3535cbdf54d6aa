import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { connectOperatorBroker } from '../../main/adapters/operator-broker.ts'
import { startTimeServer, steadySystemClock, type TimeServer } from '../../main/operator/time-server.ts'
import { type ToScreen, toScreen } from '../../shared/screen/wire.ts'
import { rootKeysOf, trustOf } from '../support/documents.ts'
import { itemsIn } from '../support/played-parts.ts'
import { eventually, type PlayerRig, setRig } from '../support/player-rig.ts'
import type { TimedPlayerOptions } from '../support/timed-player.ts'

type Context = { after(undo: () => Promise<void>): void }

/** Intercepts the calls that ask what time it is (apt-get install faketime); where it is missing, these tests say so. */
export const faketimeLibrary = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((machine) => `/usr/lib/${machine}/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file))
export const noFaketime = faketimeLibrary === undefined ? 'libfaketime is not here: apt-get install faketime' : false

/** A player whose system clock is at the test's disposal. */
export type FakedPlayer = {
  readonly messages: readonly ToScreen[]
  /** The items of the newest programme. */
  items(): string[]
  /** Sets the system's clock, in the words of libfaketime: `@2027-03-28 00:59:55` starts there, `+10m` is ahead. */
  setClock(faketime: string): void
  stop(): Promise<void>
}

export type ClockRig = PlayerRig & {
  startFaked(faketime: string, options?: Partial<TimedPlayerOptions>): Promise<FakedPlayer>
  /** The fleet's time server, on the machine's true clock. */
  startTime(): Promise<TimeServer>
}

/** A broker, a city's keys with its trust published, and players under libfaketime. */
export async function setClockRig(context: Context): Promise<ClockRig> {
  const rig = await setRig(context)
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-faketime-'))
  context.after(async () => rmSync(folder, { recursive: true, force: true }))
  let serial = 0

  async function startFaked(faketime: string, more: Partial<TimedPlayerOptions> = {}): Promise<FakedPlayer> {
    serial += 1
    const file = join(folder, `faketime-${serial}`)
    const setClock = (words: string) => writeFileSync(file, `${words}\n`)
    setClock(faketime)
    const options: TimedPlayerOptions = {
      dataDir: rig.dataDir,
      brokerUrl: rig.broker.url,
      rootKeys: rootKeysOf(rig.city),
      timeZone: 'Asia/Shanghai',
      synchronized: false,
      keepsTime: false,
      boot: 'first',
      ...more,
    }
    const program = join(import.meta.dirname, '../support/timed-player.ts')
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        TZ: 'UTC',
        LD_PRELOAD: faketimeLibrary,
        FAKETIME_TIMESTAMP_FILE: file,
        FAKETIME_NO_CACHE: '1',
        DONT_FAKE_MONOTONIC: '1',
      },
    })
    const ended = once(child, 'exit')
    const stop = async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    }
    context.after(stop)
    const messages: ToScreen[] = []
    createInterface({ input: child.stdout }).on('line', (line) => messages.push(toScreen.parse(JSON.parse(line))))
    await eventually('the player speaks to its page', () => messages.length > 0 || child.exitCode !== null, 30_000)
    return { messages, items: () => itemsIn(messages), setClock, stop }
  }

  async function startTime(): Promise<TimeServer> {
    const broker = await connectOperatorBroker({ url: rig.broker.url })
    const [clock, stopFollowing] = steadySystemClock()
    const server = await startTimeServer(broker, 'plazacast/v1', rig.city.operator, clock)
    context.after(async () => {
      stopFollowing()
      await broker.close()
    })
    return server
  }

  return { ...rig, startFaked, startTime }
}
