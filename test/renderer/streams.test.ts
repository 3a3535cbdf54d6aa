import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeClip, makeStreamSet } from '../support/clips.ts'
import { removeBundle, type ScreenItem } from '../support/screen-harness.ts'
import { wallSize, withScreen } from './watched-screen.ts'

after(removeBundle)

async function photo(item: number, seconds = 1): Promise<ScreenItem> {
  return { ...(await makeClip({ kind: 'photo', item, format: 'jpeg', ...wallSize })), seconds }
}

async function set(item: number, segments: 'mpegts' | 'fmp4', more: { bFrames?: boolean } = {}): Promise<ScreenItem> {
  const recipe = { kind: 'film', item, codec: 'h264', seconds: 2.5, ...wallSize, ...more } as const
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
      assert.deepEqual(lastFrames, [74, 74], 'each is shown to its last frame')
      assert.deepEqual(
        screen.messages.filter(({ kind }) => kind === 'fault'),
        [],
      )
    },
    noFaults,
  )
})
