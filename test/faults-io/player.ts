// Run as a process of its own: the whole player but for its browser. The page is played: it reads every showing over the
// loopback server, compares its hash, and says what was shown, one line each.
import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import type { StartHost } from '../../main/hosts/host.ts'
import { runPlayer } from '../../main/run-player.ts'
import { hexOf } from '../../shared/asset-name.ts'
import type { Programme, Showing } from '../../shared/screen/programme.ts'
import { startPosition } from '../../shared/screen/rotation.ts'

const [dataDir = '', brokerUrl = '', rootKeys = '[]'] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)

const startHost: StartHost = async ({ address }, listener) => {
  let programme: Programme | undefined
  let turn = 0
  let stopped = false

  async function show({ key, asset, item, revision, playlist, address: path }: Showing): Promise<void> {
    const answer = await fetch(new URL(path, address))
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (createHash('sha256').update(bytes).digest('hex') !== hexOf(asset)) return void say(`cut off ${item}`)
    const startedAt = Date.now()
    listener.message({ kind: 'shown', at: startedAt, key, position: startPosition, next: null })
    say(`shown ${playlist} ${revision} ${item}`)
    listener.message({
      kind: 'ended',
      at: Date.now(),
      key,
      startedAt,
      ms: 1,
      presentedFrames: 1,
      droppedFrames: 0,
      outcome: 'complete',
    })
  }
  async function play(): Promise<void> {
    while (!stopped) {
      const showings = programme?.lanes.flatMap((lane) => lane.showings) ?? []
      const showing = showings[turn++ % Math.max(1, showings.length)]
      if (showing) await show(showing).catch((error: unknown) => say(`not shown: ${String(error)}`))
      else say('slate')
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
  }
  setImmediate(() => {
    listener.message({ kind: 'hello', at: Date.now() })
    void play()
  })
  return {
    name: 'chromium',
    version: '0',
    send(message) {
      if (message.kind === 'programme') programme = message.programme
    },
    screenshot: async () => Buffer.alloc(0),
    renew: () => {},
    stop: async () => {
      stopped = true
    },
  }
}

const configuration = {
  ...defaultConfiguration('wall', dataDir),
  health: { listen: 'off' as const, tls: 'self-made' as const, names: [], metrics: false },
  playerId: 'wall',
  rootKeys: JSON.parse(rootKeys),
  broker: { url: brokerUrl },
  sealDir: `${dataDir}/seal`,
}
const screenDir = mkdtempSync(join(tmpdir(), 'plazacast-screen-'))
const running = await runPlayer({
  read: { configuration, problems: [] },
  startHost,
  version: '0.0.0',
  screenDir,
  mirrorPort: undefined,
})
say('started')
process.on('SIGTERM', () => void running.stop().then(() => process.exit(0)))
