import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { descendantsOf } from '../support/processes.ts'
import { removeBundle } from '../support/screen-harness.ts'
import { faultCodes, film, is, photo } from './screen-items.ts'
import { type WatchedScreen, withScreen } from './watched-screen.ts'

after(removeBundle)

/** Longer than two films have from their last frame until they are given up. */
const stoppedMs = 5_000

test('no film is blamed for a graphics process that stood still, and the loop goes on when it runs again', async () => {
  const items = [await film(1, { seconds: 4 }), await film(2, { seconds: 4 })]
  await withScreen(items, async (screen) => {
    await screen.see(1)
    await stopGraphics(screen)
    await screen.see(2)
    await screen.see(1)
    assert.deepEqual(faultCodes(screen), [])
  })
})

test('a film that stands still after its page did is nudged as soon as any other', async () => {
  await withScreen([await film(1, { seconds: 20 })], async (screen) => {
    await screen.see(1)
    await stopGraphics(screen)
    await screen.see(1)
    await screen.page.$$eval('video', (videos) => videos.forEach((video) => void video.pause()))
    const fault = await screen.waitFor(is('fault'), 5_000)
    assert.equal(fault.code, 'item-nudged')
  })
})

test('a photo that comes while nothing is drawn is told as such, and the next one is not', async () => {
  await withScreen([await photo(1), await photo(2)], async (screen) => {
    for (const item of [1, 2]) await screen.see(item)
    const undrawn = () => screen.messages.filter(is('shown')).map((message) => message.undrawn === true)
    assert.ok(!undrawn().includes(true))
    await stopGraphics(screen)
    assert.ok(undrawn().includes(true))
    for (const item of [1, 2, 1]) await screen.see(item)
    assert.equal(undrawn().at(-1), false)
  })
})

/** For a while. */
async function stopGraphics(screen: WatchedScreen): Promise<void> {
  const browser = screen.page.browser().process()?.pid ?? 0
  const graphics = descendantsOf(browser).find(({ command }) => command.includes('--type=gpu-process'))
  assert.ok(graphics)
  process.kill(graphics.pid, 'SIGSTOP')
  await delay(stoppedMs)
  process.kill(graphics.pid, 'SIGCONT')
}
