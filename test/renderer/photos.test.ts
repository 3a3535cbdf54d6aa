import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { descendantsOf } from '../support/processes.ts'
import { removeBundle } from '../support/screen-harness.ts'
import { photo } from './screen-items.ts'
import { withScreen } from './watched-screen.ts'

after(removeBundle)

const run = promisify(execFile)

/** A file with two pictures, half a second each, again and again unless told: those of the two photos. */
async function moving(items: readonly [number, number], file: string, loop = '0'): Promise<void> {
  const pictures = await Promise.all(items.map((item) => photo(item, { format: 'png' })))
  const inputs = pictures.flatMap((picture) => ['-framerate', '2', '-i', picture.file])
  await run('ffmpeg', ['-v', 'error', '-y', ...inputs, '-filter_complex', 'concat=n=2', '-r', '2', '-loop', loop, file])
}

test('a picture that moves goes on moving, and its neighbours are shown', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-moving-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [mediaType, name] of [
    ['image/gif', 'moving.gif'],
    ['image/webp', 'moving.webp'],
  ] as const) {
    const file = join(folder, name)
    await moving([11, 12], file)
    await withScreen([await photo(1), { file, mediaType, seconds: 3 }, await photo(2)], async (screen) => {
      for (const item of [1, 11, 12, 11, 12, 2]) await screen.see(item)
      assert.deepEqual(screen.strays(), [])
    })
  }
})

test('a picture that moves only once moves in each of its showings', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'plazacast-moving-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'once.gif')
  await moving([11, 12], file, '-1')
  await withScreen([await photo(1), { file, mediaType: 'image/gif', seconds: 2 }], async (screen) => {
    for (const item of [1, 11, 12, 1, 11, 12, 1]) await screen.see(item)
    assert.deepEqual(screen.itemsSeen().slice(0, 7), [1, 11, 12, 1, 11, 12, 1])
  })
})

test('a photo that comes again is not read again', async () => {
  await withScreen([await photo(1), await photo(2)], async (screen) => {
    for (const item of [1, 2]) await screen.see(item)
    const asked: string[] = []
    screen.page.on('request', (request) => {
      if (request.url().startsWith('http')) asked.push(request.url())
    })
    for (const item of [1, 2, 1, 2]) await screen.see(item)
    assert.deepEqual(asked, [])
    assert.deepEqual(screen.strays(), [])
  })
})

test('photos are drawn on after the graphics process died', async () => {
  await withScreen([await photo(1, {}, 3), await photo(2, {}, 3)], async (screen) => {
    await screen.see(1)
    const graphics = descendantsOf(process.pid).find(({ command }) => command.includes('--type=gpu-process'))
    assert.ok(graphics, 'a browser has a graphics process')
    process.kill(graphics.pid, 'SIGKILL')
    for (const item of [2, 1]) await screen.see(item)
  })
})
