// npm run bench:push, bench:emergency: from the publication of a take-over whose asset is cached to its first pixel on the display, beside the
// floor: the same message from a publisher to a subscriber of the same broker, without a player.
import { parseArgs } from 'node:util'
import { makeClip } from '../support/clips.ts'
import { playlistOf, signed } from '../support/documents.ts'
import { observe } from '../support/observer.ts'
import { type Stage, setStage } from '../support/stage.ts'
import { createUndo, figuresOf, quantile } from './figures.ts'

const { values } = parseArgs({
  options: {
    pushes: { type: 'string', default: '60' },
    host: { type: 'string', default: 'chromium' },
    emergency: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log('npm run bench:push -- [--pushes 60] [--host chromium|electron] [--emergency]')
  process.exit(0)
}

/** From the contract: a cached emergency is on the wall within this time. */
const goalMs = 250
const undo = createUndo()
const size = { width: 1280, height: 720 }
const stage = await setStage(undo, size, 120)
try {
  await stage.found()
  await stage.startKiosk(values.host === 'electron' ? 'electron' : 'chromium')
  const posters = await Promise.all([11, 12].map((item) => poster(stage, item)))
  const usual = await film(stage, 1)
  await stage.push([...posters, usual]) // everything is in the cache, and a film is on while the pushes come
  await stage.observer.untilState(({ playlists }) => playlists[0]?.status === 'live' && playlists[0].missingBytes === 0)
  const priority = values.emergency ? 'emergency' : 'takeover'
  const signer = values.emergency ? stage.city.emergency : stage.city.publisher
  const wall: number[] = []
  const floor: number[] = []
  for (let push = 0; push < Number(values.pushes); push += 1) {
    const item = 11 + (push % 2)
    const one = posters[push % 2]
    if (!one) break
    const more = { id: 'urgent', revision: push + 1, priority, entry: 'now' } as const
    const bytes = await signed('playlist', await playlistOf([one], [stage.city.approver], more), signer)
    const seen = stage.grab.waitFor((what) => what.kind === 'frame' && what.item === item, 10_000)
    const beganMs = performance.now()
    await stage.observer.publish('plazacast/v1/players/wall/playlists/urgent', bytes)
    wall.push((await seen).atMs - beganMs)
    floor.push(await trip(bytes))
  }
  console.log(`from publish of the ${priority} to its first pixel, ${size.width}x${size.height}, ${values.host}`)
  console.log(`  plazacast                      ${figuresOf(wall)}`)
  console.log(`  broker alone (no wall behind)  ${figuresOf(floor)}`)
  const p99 = quantile(wall, 0.99)
  console.log(`  goal: p99 at most ${goalMs} ms: ${p99 <= goalMs ? 'met' : 'NOT met'}`)
} finally {
  await undo.run()
}

async function poster(on: Stage, item: number) {
  const clip = await makeClip({ kind: 'photo', item, format: 'jpeg', ...size })
  return on.origin.add(clip.file, clip.mediaType)
}
async function film(on: Stage, item: number) {
  const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds: 10, ...size })
  return on.origin.add(clip.file, clip.mediaType)
}

/** How long the same bytes take from publisher to subscriber. */
async function trip(bytes: Uint8Array): Promise<number> {
  const other = await observe(stage.broker.url)
  const came = other.untilEvent(() => true, 10_000)
  const text = JSON.stringify({
    at: new Date().toISOString(),
    code: 'bench',
    severity: 'info',
    message: Buffer.from(bytes).toString('base64'),
    about: {},
  })
  const beganMs = performance.now()
  await stage.observer.publish('plazacast/v1/players/bench/events', text)
  await came
  const ms = performance.now() - beganMs
  await other.stop()
  return ms
}
