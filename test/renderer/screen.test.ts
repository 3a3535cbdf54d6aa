import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PNG } from 'pngjs'
import type { FromScreen } from '../../shared/screen/wire.ts'
import { openScreen, removeBundle, type ScreenItem } from '../support/screen-harness.ts'
import { film, is, type Kind, photo, refusals } from './screen-items.ts'
import { wallSize, withScreen } from './watched-screen.ts'

after(removeBundle)

/** What the loop shows when it is watched from its first item until that one comes again. */
async function seeWholeLoop(items: readonly ScreenItem[], numbers: readonly number[]): Promise<string[]> {
  let strays: string[] = []
  await withScreen(items, async (screen) => {
    for (const number of [...numbers, ...numbers.slice(0, 1)]) await screen.see(number, 30_000)
    assert.deepEqual(screen.itemsSeen().slice(0, numbers.length + 1), [...numbers, numbers[0]])
    assert.deepEqual(refusals(screen.complaints), [])
    strays = screen.strays()
  })
  return strays
}

test('photos and films follow each other in every order and nothing else is ever seen', async () => {
  const items = [await photo(1), await photo(2), await film(3), await film(4), await photo(5), await film(6)]
  assert.deepEqual(await seeWholeLoop(items, [1, 2, 3, 4, 5, 6]), [])
})

test('films of other codecs, sizes and edit lists follow each other and nothing else is ever seen', async () => {
  const items = [
    await film(1, { bFrames: true }),
    await film(2, { codec: 'vp9' }),
    await film(3, { codec: 'av1', audio: 'none' }),
    await film(4, { editList: true, audio: 'shorter' }),
    await film(5, { width: 480 }),
    { ...(await film(6)), audio: true },
  ]
  assert.deepEqual(await seeWholeLoop(items, [1, 2, 3, 4, 5, 6]), [])
})

test('every kind of photo is shown, and one that lies on its side is turned upright', async () => {
  const items = [
    await photo(1, { format: 'png' }),
    await photo(2, { format: 'webp' }),
    await photo(3, { format: 'avif' }),
    await photo(4, { format: 'gif' }),
    await photo(5, { orientation: 6 }),
  ]
  assert.deepEqual(await seeWholeLoop(items, [1, 2, 3, 4, 5]), [])
})

test('a film shorter than its time starts again, and ends where its time ends', async () => {
  const items = [{ ...(await film(1)), seconds: 2.7 }, await photo(2)]
  await withScreen(items, async (screen) => {
    await screen.see(2)
    const frames = screen.samples.flatMap(({ seen }) => (seen.kind === 'frame' && seen.item === 1 ? [seen.frame] : []))
    const restarts = frames.filter((frame, at) => frame < (frames[at - 1] ?? 0))
    assert.equal(restarts.length, 2)
    assert.ok((frames.at(-1) ?? 99) < 22, `its last frame was ${frames.at(-1)}`)
  })
})

test('a film longer than its time is cut there, and the next joins it', async () => {
  const items = [{ ...(await film(1, { seconds: 3, bFrames: true })), seconds: 1 }, await film(2)]
  await withScreen(items, async (screen) => {
    await screen.see(1)
    await screen.see(2)
    const frames = screen.samples.flatMap(({ seen }) => (seen.kind === 'frame' && seen.item === 1 ? [seen.frame] : []))
    assert.ok(Math.max(...frames) < 30, `frame ${Math.max(...frames)} was shown`)
    assert.deepEqual(screen.strays(), [])
  })
})

test('a fade goes from one picture to the other without black', async () => {
  const transition = { kind: 'fade', ms: 600 } as const
  const items = [
    { ...(await photo(1, {}, 2)), transition },
    { ...(await film(2, { seconds: 2 })), transition },
    { ...(await film(3, { seconds: 2 })), transition },
  ]
  await withScreen(items, async (screen) => {
    for (const item of [1, 2, 3, 1]) await screen.see(item, 30_000)
    assert.deepEqual(screen.itemsSeen().slice(0, 4), [1, 2, 3, 1])
    assert.ok(screen.strays().includes('unknown'), 'mixtures of both are seen')
    assert.ok(!screen.strays().includes('black'), 'no black is seen')
  })
})

test('an edit leaves what is on until its end, and then the new loop goes on', async () => {
  const [one, two, three] = [await film(1, { seconds: 2 }), await film(2), await film(3)]
  await withScreen([one, two], async (screen) => {
    await screen.see(1)
    await screen.sendItems([{ ...one, id: 'item-0' }, three])
    await screen.see(3)
    const ended = await screen.waitFor(is('ended'))
    assert.equal(ended.outcome, 'complete')
    assert.deepEqual(screen.itemsSeen().slice(0, 2), [1, 3])
    assert.deepEqual(screen.strays(), [])
  })
})

test('an edit that takes away what is on shows the new loop at once', async () => {
  await withScreen([await photo(1, {}, 600)], async (screen) => {
    await screen.see(1)
    await screen.sendItems([await film(2)])
    await screen.see(2)
    const ended = await screen.waitFor(is('ended'))
    assert.equal(ended.outcome, 'interrupted')
    assert.deepEqual(screen.strays(), [])
  })
})

test('skip goes to the next item at once, from a photo and from a film whose next had joined it', async () => {
  const items = [await photo(1, {}, 600), await film(2, { seconds: 8 }), await film(3, { seconds: 8 })]
  await withScreen(items, async (screen) => {
    await screen.see(1)
    await screen.send({ kind: 'skip' })
    await screen.see(2)
    await screen.send({ kind: 'skip' })
    await screen.see(3)
    await screen.waitFor((message): message is Kind<'ended'> => message.kind === 'ended', 10_000)
    assert.deepEqual(screen.itemsSeen(), [1, 2, 3])
    assert.deepEqual(screen.strays(), [])
  })
})

test('the page begins where it is told to', async () => {
  const items = [await photo(1), await photo(2), await photo(3)]
  await withScreen([], async (screen) => {
    await screen.sendItems(items, { resume: { next: { 'players/test': 'item-2' }, turns: {} } })
    await screen.see(3)
    assert.deepEqual(screen.itemsSeen().slice(0, 1), [3])
  })
})

test('a loop of 500 items plays', async () => {
  const one = await photo(1)
  const two = await film(2)
  const items = Array.from({ length: 500 }, (_, at) => (at % 2 === 0 ? one : two))
  await withScreen(items, async (screen) => {
    for (const item of [1, 2, 1]) await screen.see(item)
    assert.deepEqual(screen.strays(), [])
  })
})

test('a portrait film stands upright between black bars', async () => {
  const screen = await openScreen({ items: [await film(1, { width: 200, height: 400, seconds: 8 })], ...wallSize })
  try {
    await screen.waitFor(is('shown'))
    const picture = PNG.sync.read(Buffer.from(await screen.screenshot()))
    const lightAt = (x: number, y: number) => picture.data.readUIntBE((y * picture.width + x) * 4, 3)
    assert.equal(lightAt(100, 180), 0)
    assert.equal(lightAt(540, 180), 0)
    assert.notEqual(lightAt(320, 180), 0)
  } finally {
    await screen.stop()
  }
})

test('over many items the page keeps the same few elements', async () => {
  const caption = { en: 'A caption' }
  const items = [
    { ...(await photo(1, {}, 0.3)), caption },
    { ...(await film(2, { seconds: 0.5 })), caption },
    { ...(await film(3, { seconds: 0.5 })), caption },
  ]
  const screen = await openScreen({ items, ...wallSize })
  try {
    const isEnd = (message: FromScreen) => message.kind === 'ended'
    while (screen.messages.filter(isEnd).length < 40) {
      await screen.waitFor(is('ended'), 10_000, screen.messages.length)
    }
    const count = (selector: string) => screen.page.$$eval(selector, (found) => found.length)
    assert.ok((await count('.deck')) <= 4)
    assert.ok((await count('.lower-third')) <= 4)
    assert.deepEqual(refusals(screen.complaints), [])
  } finally {
    await screen.stop()
  }
})
