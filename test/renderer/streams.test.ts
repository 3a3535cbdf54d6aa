import assert from 'node:assert/strict'
import { after, describe, type TestContext, test } from 'node:test'
import { type FilmRecipe, makeClip, makeSetOfTwo, makeStreamSet } from '../support/clips.ts'
import { type LiveStream, liveClip, startLiveStream } from '../support/live-stream.ts'
import { removeBundle, type ScreenItem } from '../support/screen-harness.ts'
import type { StreamFault } from '../support/stream-front.ts'
import { type WatchedScreen, wallSize, withScreen } from './watched-screen.ts'

after(removeBundle)

async function photo(item: number, seconds = 1): Promise<ScreenItem> {
  return { ...(await makeClip({ kind: 'photo', item, format: 'jpeg', ...wallSize })), seconds }
}

async function set(item: number, segments: 'mpegts' | 'fmp4', more: Partial<FilmRecipe> = {}): Promise<ScreenItem> {
  const recipe = { ...more, kind: 'film', item, codec: 'h264', seconds: 2.5, ...wallSize } as const
  return { ...(await makeStreamSet(recipe, segments)), stream: 'on-demand' }
}

const noFaults = () => undefined

test('HLS sets, films and photos follow each other and nothing else is ever seen', async () => {
  const film = await makeClip({ kind: 'film', item: 2, codec: 'h264', seconds: 1, ...wallSize })
  const items = [await set(1, 'mpegts'), film, await set(3, 'fmp4', { bFrames: true }), await photo(4)]
  await withScreen(
    items,
    async (screen) => {
      for (const item of [1, 2, 3, 4, 1]) await screen.see(item, 30_000)
      assert.deepEqual(screen.itemsSeen().slice(0, 5), [1, 2, 3, 4, 1])
      assert.deepEqual(screen.strays(), [])
      const lastFrames = [1, 3].map((item) =>
        Math.max(...screen.samples.map(({ seen }) => (seen.kind === 'frame' && seen.item === item ? seen.frame : 0))),
      )
      // The display is looked at 60 times a second: on a busy machine one frame may come and go unseen.
      assert.ok(Math.min(...lastFrames) >= 73, `the last frames seen are ${lastFrames.join(' and ')} of 74`)
      const faults = screen.messages.filter((message) => message.kind === 'fault' && message.code !== 'item-nudged')
      assert.deepEqual(faults, [])
    },
    noFaults,
  )
})

test('a set that becomes another film on the way is shown to its end', async () => {
  const recipe = { kind: 'film', codec: 'h264', seconds: 2 } as const
  const one = await makeStreamSet({ ...recipe, item: 5, ...wallSize }, 'mpegts')
  const other = await makeStreamSet({ ...recipe, item: 6, width: 480, height: 360 }, 'mpegts')
  const watch = async (screen: WatchedScreen) => {
    for (const item of [5, 6, 4]) await screen.see(item, 30_000)
    assert.deepEqual(screen.itemsSeen(), [5, 6, 4])
    assert.deepEqual(screen.strays(), [])
  }
  await withScreen([{ ...(await makeSetOfTwo(one, other)), stream: 'on-demand' }, await photo(4)], watch, noFaults)
})

/** What goes wrong with a stream while it is on, and what brings it back. */
type Trouble = {
  readonly name: string
  begin(stream: LiveStream, server: Faulty): Promise<void>
  end(stream: LiveStream, server: Faulty): Promise<void>
}

type Faulty = { fault?: { readonly files: RegExp; readonly kind: StreamFault } }

const answers = (name: string, files: RegExp, kind: StreamFault): Trouble => ({
  name,
  begin: async (_stream, server) => {
    server.fault = { files, kind }
  },
  end: async (_stream, server) => {
    delete server.fault
  },
})

const troubles: readonly Trouble[] = [
  answers('its segments are not found', /\.ts$/, 'missing'),
  answers('its playlist is not found', /\.m3u8$/, 'missing'),
  answers('its segments break off half-way', /\.ts$/, 'hangs-midway'),
  answers('its server is gone', /./, 'gone'),
]

const endings: readonly Trouble[] = [
  { name: 'it gets no new segments', begin: async (stream) => stream.freeze(), end: (stream) => stream.replace(50) },
  { name: 'it ends', begin: (stream) => stream.end(), end: (stream) => stream.replace(50) },
  { name: 'another one replaces it', begin: (stream) => stream.replace(50), end: async () => {} },
]

test('a set shorter than its time starts again, and ends where its time ends', async () => {
  const watch = async (screen: WatchedScreen) => {
    await screen.see(4, 30_000)
    const frames = screen.samples.flatMap(({ seen }) => (seen.kind === 'frame' && seen.item === 1 ? [seen.frame] : []))
    assert.equal(frames.filter((frame, at) => frame < (frames[at - 1] ?? 0)).length, 1)
    assert.ok((frames.at(-1) ?? 99) < 60, `its last frame was ${frames.at(-1)}`)
    assert.deepEqual(screen.strays(), [])
  }
  await withScreen([{ ...(await set(1, 'mpegts')), seconds: 4 }, await photo(4)], watch, noFaults)
})

describe('a live stream', { concurrency: 2 }, () => {
  test('whose answers fail gives way to the next item, nothing else is seen, and it is shown again', (t) =>
    goThrough(t, troubles))

  test('that stops, ends or becomes another gives way to the next item, and is shown again', (t) =>
    goThrough(t, endings))

  test('goes through a discontinuity to a picture of another size', async () => {
    const larger = await liveClip(51, { width: 480, height: 360 })
    await withLive(async ({ screen, stream, showLive }) => {
      await showLive()
      await stream.goOnWith(larger)
      await screen.see(51)
      assert.deepEqual(
        screen.messages.filter(({ kind }) => kind === 'fault'),
        [],
      )
      assert.deepEqual(screen.strays(), [])
    })
  })
})

async function goThrough(t: TestContext, all: readonly Trouble[]): Promise<void> {
  await withLive(async ({ screen, stream, server, showLive }) => {
    for (const trouble of all) {
      await showLive()
      await trouble.begin(stream, server)
      const next = await screen.see(2)
      const last = screen.samples.findLast(({ seen }) => seen.kind === 'frame' && seen.item === 50)
      t.diagnostic(`${trouble.name}: next ${Math.round(next.atMs - (last?.atMs ?? 0))} ms after its last picture`)
      await trouble.end(stream, server)
    }
    await showLive()
    const failures = screen.messages.filter((message) => message.kind === 'fault' && message.code !== 'item-nudged')
    assert.equal(failures.length, all.length)
    assert.ok(!screen.strays().includes('black'))
  })
}

type LiveWall = {
  readonly screen: WatchedScreen
  readonly stream: LiveStream
  readonly server: Faulty
  showLive(): Promise<void>
}

async function withLive(run: (wall: LiveWall) => Promise<void>): Promise<void> {
  const stream = await startLiveStream(50)
  const server: Faulty = {}
  const mediaType = 'application/vnd.apple.mpegurl'
  const live: ScreenItem = { file: stream.manifest, mediaType, stream: 'live', seconds: 600 }
  try {
    const [before, next] = [await photo(1, 1.5), await photo(2)]
    const faults = (file: string) => (server.fault?.files.test(file) ? server.fault.kind : undefined)
    const watch = async (screen: WatchedScreen) => {
      const showLive = async () => {
        // A programme without it forgets that it failed, so that the test need not wait for half a minute.
        await screen.sendItems([before, next])
        await screen.sendItems([before, live, next])
        await screen.see(50)
      }
      await run({ screen, stream, server, showLive })
    }
    await withScreen([before, next], watch, faults)
  } finally {
    await stream.stop()
  }
}
