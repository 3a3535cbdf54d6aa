// npm run bench:boot: from the start of the player's process to the first approved frame on the display, offline, with 500
// items and 100,000 play records in the database; beside a bare Chromium that shows one still page.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findChromium } from '../../main/hosts/chromium-binary.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { finishPlay, startPlay } from '../../main/sqlite/plays.ts'
import { makeClip } from '../support/clips.ts'
import { type Stage, setStage } from '../support/stage.ts'
import { createUndo, figuresOf } from './figures.ts'

const { values } = parseArgs({
  options: {
    boots: { type: 'string', default: '12' },
    host: { type: 'string', default: 'chromium' },
    items: { type: 'string', default: '500' },
    plays: { type: 'string', default: '100000' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('npm run bench:boot -- [--boots 12] [--host chromium|electron] [--items 500] [--plays 100000]')
  process.exit(0)
}

const undo = createUndo()
const host = values.host === 'electron' ? 'electron' : 'chromium'
const size = { width: 1280, height: 720 }
const stage = await setStage(undo, size, 60)
try {
  await fill(stage, Number(values.items), Number(values.plays))
  await stage.broker.kill()
  await stage.origin.cut()
  const player: number[] = []
  const bare: number[] = []
  for (let boot = 0; boot < Number(values.boots); boot += 1) {
    player.push(await bootPlayer())
    bare.push(await bootBare())
  }
  console.log(`from process start to the first frame on the display, ${size.width}x${size.height}, offline`)
  console.log(`  plazacast (${host}, ${values.items} items, ${values.plays} plays)  ${figuresOf(player)}`)
  console.log(`  bare Chromium, one still page              ${figuresOf(bare)}`)
} finally {
  await undo.run()
}

/** A wall that has been in service for a while: a long playlist, all of it cached, and a long history. */
async function fill(on: Stage, items: number, plays: number): Promise<void> {
  await on.found()
  const kiosk = await on.startKiosk('chromium')
  const clips = await Promise.all(
    [1, 2, 3, 4, 5].map((item) => makeClip({ kind: 'photo', item, format: 'jpeg', ...size })),
  )
  // 500 assets, not five: each is a file, a row and an approval of its own
  const assets = await Promise.all(
    Array.from({ length: items }, async (_, index) => {
      const clip = clips[index % clips.length]
      if (!clip) throw new Error('no clip')
      return on.origin.addVariant(clip.file, clip.mediaType, index)
    }),
  )
  await on.push(assets)
  await on.observer.untilState(
    ({ playlists }) => playlists[0]?.status === 'live' && playlists[0].missingBytes === 0,
    300_000,
  )
  await kiosk.stop()
  const { db, close } = openDatabase(join(on.dataDir, 'player.db'))
  db.transaction(() => {
    for (let play = 0; play < plays; play += 1) {
      const one = assets[play % assets.length]
      if (!one) continue
      const item = `item-${play % items}`
      const seq = startPlay(db, { playlist: 'friends', revision: 1, item, asset: one.asset, startedAt: play * 1000 })
      finishPlay(db, seq, { ms: 1000, presentedFrames: 30, droppedFrames: 0, outcome: 'complete' })
    }
  })
  close()
}

async function bootPlayer(): Promise<number> {
  const seen = stage.grab.waitFor((what) => what.kind === 'frame', 60_000)
  const beganMs = performance.now()
  const kiosk = await stage.startKiosk(host)
  const ms =
    (
      await seen.catch((error: Error) =>
        Promise.reject(new Error(`${error.message}; the player said: ${kiosk.output()}`)),
      )
    ).atMs - beganMs
  await kiosk.powerOff()
  await stage.grab.waitFor((what) => what.kind === 'black', 10_000)
  return ms
}

async function bootBare(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-bare-'))
  const clip = await makeClip({ kind: 'photo', item: 9, format: 'jpeg', ...size })
  const page = join(folder, 'page.html')
  await writeFile(page, `<!doctype html><style>*{margin:0;background:#000}</style><img src="file://${clip.file}">`)
  const flags = [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ...[
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
    ...['--kiosk', '--window-position=0,0', `--window-size=${size.width},${size.height}`, `--user-data-dir=${folder}`],
    `--app=file://${page}`,
  ]
  const seen = stage.grab.waitFor((what) => what.kind === 'frame' && what.item === 9, 60_000)
  const beganMs = performance.now()
  const child = spawn(findChromium(process.env, process.platform), flags, {
    env: { ...process.env, DISPLAY: stage.display.display },
    stdio: 'ignore',
    detached: true,
  })
  const ms = (await seen).atMs - beganMs
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  await stage.grab.waitFor((what) => what.kind === 'black', 10_000)
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  return ms
}
