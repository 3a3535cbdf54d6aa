import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { makeBrokenClip } from '../support/clips.ts'
import { openScreen, removeBundle, type ScreenItem } from '../support/screen-harness.ts'
import { faultCodes, film, framesOf, is, isLit, photo } from './screen-items.ts'
import { type WatchedScreen, wallSize, withScreen } from './watched-screen.ts'

after(removeBundle)

test('a file that is broken is passed over and told, whatever is wrong with it', async () => {
  const h264 = { kind: 'film', item: 9, codec: 'h264', seconds: 2, ...wallSize } as const
  const jpeg = { kind: 'photo', item: 9, format: 'jpeg', ...wallSize } as const
  const broken = [
    await makeBrokenClip(h264, 'noise-after-header'),
    await makeBrokenClip(h264, 'not-media'),
    { ...(await makeBrokenClip(jpeg, 'noise-after-header')), seconds: 1 },
  ]
  await withScreen([await film(1), ...broken, await film(2)], async (screen) => {
    for (const item of [1, 2, 1, 2]) await screen.see(item)
    const faults = screen.messages.filter(is('fault'))
    assert.equal(faults.length, 3)
    assert.deepEqual(new Set(faults.map((fault) => fault.code)), new Set(['item-failed']))
    assert.ok(!screen.strays().includes('black'))
  })
})

test('a film that breaks off in its middle gives way to the next', async () => {
  const recipe = { kind: 'film', item: 1, codec: 'h264', seconds: 3, ...wallSize } as const
  await withScreen([await makeBrokenClip(recipe, 'truncated'), await photo(2)], async (screen) => {
    await screen.see(2)
    const fault = await screen.waitFor(is('fault'))
    assert.match(fault.message, /breaks off/)
    assert.ok(!screen.strays().includes('black'))
  })
})

test('a film whose bytes stop coming is nudged, opened anew and then given up, and the loop goes on', async (t) => {
  const long = await film(1, { seconds: 20 })
  await withScreen([{ ...long, hangsAtByte: 300_000 }, await photo(2)], async (screen) => {
    await screen.see(1)
    const next = await screen.see(2, 40_000)
    t.diagnostic(`the next item ${Math.round(next.atMs - lastFrameOf(screen, 1))} ms after the last frame`)
    assert.deepEqual(faultCodes(screen), ['item-nudged', 'item-rebuilt', 'item-stalled'])
    assert.deepEqual(screen.strays(), [])
  })
})

test('a film whose reader hangs goes on where it stood, opened anew, to its last frame', async (t) => {
  const long = await film(1, { seconds: 14 })
  // A machine that is too busy to open a film within its time gives it up: that is no fault.
  for (let attempt = 1; ; attempt++) {
    const hangs = { ...long, hangsAtByte: 300_000, hangsOnce: true }
    const outcome = await goThroughHang(t, [hangs, await photo(2)])
    if (outcome === 'complete') return
    assert.ok(attempt < 3, 'it was given up three times')
  }
})

async function goThroughHang(t: TestContext, items: ScreenItem[]): Promise<string> {
  let outcome = ''
  await withScreen(items, async (screen) => {
    await screen.see(1)
    await screen.see(2, 40_000)
    outcome = (await screen.waitFor(is('ended'))).outcome
    assert.deepEqual(screen.strays(), [])
    if (outcome !== 'complete') return
    assert.deepEqual(faultCodes(screen), ['item-nudged', 'item-rebuilt'])
    const frames = framesOf(screen, 1)
    assert.equal(frames.at(-1), 14 * 30 - 1)
    const longest = Math.max(...frames.map((frame, at) => frame - (frames[at - 1] ?? frame)))
    t.diagnostic(`most frames skipped at once: ${longest - 1}`)
  })
  return outcome
}

test('a film that something paused is let run again, and is shown to its end', async () => {
  await withScreen([await film(1, { seconds: 4 }), await photo(2)], async (screen) => {
    await screen.see(1)
    await screen.page.$$eval('video', (videos) => videos.forEach((video) => void video.pause()))
    await screen.see(2)
    const ended = await screen.waitFor(is('ended'))
    assert.equal(ended.outcome, 'complete')
    assert.ok(faultCodes(screen).includes('item-nudged'))
    assert.equal(Math.max(...framesOf(screen, 1)), 119)
  })
})

test('a film with many key frames, whose last frames lean on each other, comes to its end by itself', async () => {
  const items = [
    await film(1, { seconds: 2 }),
    await film(2, { seconds: 4, bFrames: true, keySeconds: 0.5 }),
    await photo(3),
  ]
  await withScreen(items, async (screen) => {
    await screen.see(3)
    const codes = faultCodes(screen)
    assert.ok(!codes.includes('item-rebuilt') && !codes.includes('item-stalled'), codes.join())
    assert.deepEqual(screen.strays(), [])
  })
})

test('when every item is broken the slate is on and told, and nothing is tried again and again', async () => {
  const recipe = { kind: 'film', item: 9, codec: 'h264', seconds: 2, ...wallSize } as const
  const items = [await makeBrokenClip(recipe, 'not-media'), await makeBrokenClip(recipe, 'noise-after-header')]
  const screen = await openScreen({ items, ...wallSize })
  try {
    const slate = await screen.waitFor(is('slate'))
    assert.equal(slate.reason, 'every-item-failed')
    await screen.waitFor(is('beat'), 10_000, screen.messages.length)
    assert.equal(screen.messages.filter(is('fault')).length, 2)
    assert.ok(isLit(await screen.screenshot()), 'the slate is not black')
  } finally {
    await screen.stop()
  }
})

test('the slate is on from the first paint, before any programme has come, and the page asks for one', async () => {
  const screen = await openScreen({ items: [], ...wallSize })
  try {
    await screen.waitFor(is('hello'))
    await screen.waitFor(is('hello'), 10_000, screen.messages.length)
    assert.ok(isLit(await screen.screenshot()), 'the slate is not black')
  } finally {
    await screen.stop()
  }
})

/** When the item's last picture was first seen. */
function lastFrameOf(screen: WatchedScreen, item: number): number {
  const last = Math.max(...framesOf(screen, item))
  const isIt = ({ seen }: WatchedScreen['samples'][number]) =>
    seen.kind === 'frame' && seen.item === item && seen.frame === last
  return screen.samples.find(isIt)?.atMs ?? 0
}
