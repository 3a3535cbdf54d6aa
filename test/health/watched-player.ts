// Run as a process of its own: a whole player with its page in a real browser, on a display. Its page has a cover that can be
// laid over everything, and its sensors are read from a folder of the test's.
import { createInterface } from 'node:readline'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import { startChromiumHost } from '../../main/hosts/chromium-host.ts'
import type { Host } from '../../main/hosts/host.ts'
import { healthParts } from '../../main/player-health.ts'
import { runPlayer } from '../../main/run-player.ts'
import type { ToScreen } from '../../shared/screen/wire.ts'

/** What the test says of it. */
export type WatchedOptions = {
  readonly dataDir: string
  readonly profileDir: string
  readonly brokerUrl: string
  readonly rootKeys: unknown[]
  readonly screenDir: string
  readonly sysDir: string
  /** Whether the picture is looked at. */
  readonly looks: boolean
  readonly size: { readonly width: number; readonly height: number }
}

const options: WatchedOptions = JSON.parse(process.argv[2] ?? '{}')
const { dataDir, profileDir, brokerUrl, screenDir, sysDir, size } = options
let host: Host | undefined
const running = await runPlayer({
  read: {
    configuration: {
      ...defaultConfiguration('wall', dataDir),
      playerId: 'wall',
      rootKeys: options.rootKeys as never,
      broker: { url: brokerUrl },
      sealDir: `${dataDir}/seal`,
      size,
    },
    problems: [],
  },
  startHost: async (more, listener) => {
    const message: typeof listener.message = (said) => {
      listener.message(said)
      if (said.kind === 'shown') process.stdout.write('shown\n')
    }
    host = await startChromiumHost({ ...more, profileDir }, { ...listener, message })
    return host
  },
  health: { ...healthParts(dataDir, { sysDir }), ...(options.looks ? {} : { glanceAt: undefined }) },
  version: '0.0.0',
  screenDir,
  mirrorPort: undefined,
})
// The page's own ear ignores what is not of the wire; the cover's does not.
createInterface({ input: process.stdin }).on('line', (line) => host?.send(JSON.parse(line) as ToScreen))
process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)))
process.stdout.write('started\n')
