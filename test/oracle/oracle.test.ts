import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type ClipRecipe, makeClip } from '../support/clips.ts'
import { type Display, startDisplay } from '../support/display.ts'
import { bandArea } from './band.ts'
import { openChromium } from './chromium-window.ts'
import { measureCuts } from './cuts.ts'
import { type Grab, type Sample, startGrab } from './grab.ts'

const size = { width: 640, height: 360 }
const fill =
  '<!doctype html><style>body{margin:0;background:#000;overflow:hidden}video,img{position:absolute;inset:0;width:100vw;height:100vh;object-fit:contain}</style>'

let display: Display
let grab: Grab
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plazacast-oracle-'))
  display = await startDisplay(size)
  grab = await startGrab({ display: display.display, ...bandArea(size) })
})

after(async () => {
  await grab?.stop()
  await display?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Shows a page with this body until `look` has seen enough. */
async function whileShown(body: string, look: () => Promise<void>): Promise<void> {
  const file = join(folder, 'page.html')
  await writeFile(file, fill + body)
  const window = await openChromium({ display: display.display, ...size, url: pathToFileURL(file).href })
  try {
    await look()
  } finally {
    await window.stop()
  }
}

async function addressOf(recipe: ClipRecipe): Promise<string> {
  return pathToFileURL((await makeClip(recipe)).file).href
}

const films: ClipRecipe[] = [
  { kind: 'film', item: 1, codec: 'h264', seconds: 1.5 },
  { kind: 'film', item: 2, codec: 'h264', seconds: 1.5, bFrames: true, audio: 'none' },
  { kind: 'film', item: 3, codec: 'h264', seconds: 1.5, audio: 'shorter', width: 720, height: 480 },
  { kind: 'film', item: 4, codec: 'vp9', seconds: 1.5 },
  { kind: 'film', item: 5, codec: 'av1', seconds: 1.5 },
  { kind: 'film', item: 6, codec: 'h264', seconds: 1.5, editList: true },
]

for (const film of films) {
  test(`every frame of a film is read off the display: ${JSON.stringify(film)}`, async () => {
    const address = await addressOf(film)
    const { frames } = await makeClip(film)
    await whileShown(`<video muted autoplay loop src="${address}"></video>`, async () => {
      const seen = new Set<number>()
      await grab.waitFor((what) => {
        if (what.kind === 'frame' && what.item === film.item) seen.add(what.frame)
        return seen.size === frames
      }, 30_000)
      assert.equal(Math.max(...seen), frames - 1)
    })
  })
}

const photos: ClipRecipe[] = [
  { kind: 'photo', item: 20, format: 'jpeg' },
  { kind: 'photo', item: 21, format: 'png', width: 1280, height: 720 },
  { kind: 'photo', item: 22, format: 'webp' },
  { kind: 'photo', item: 23, format: 'avif' },
  { kind: 'photo', item: 24, format: 'gif' },
  { kind: 'photo', item: 25, format: 'jpeg', orientation: 6 },
]

test('photos of every format, and one that lies on its side, are read off the display', async () => {
  const addresses = await Promise.all(photos.map(addressOf))
  const script = `const all = ${JSON.stringify(addresses)}; let at = 0
    setInterval(() => { photo.src = all[++at % all.length] }, 500)`
  await whileShown(`<img id="photo" src="${addresses[0]}"><script>${script}</script>`, async () => {
    const missing = new Set(photos.map((photo) => photo.item))
    await grab.waitFor((what) => {
      if (what.kind === 'frame') missing.delete(what.item)
      return missing.size === 0
    }, 30_000)
  })
})

test('a gap that a page leaves black on purpose is found at every cut, and nothing else is', async () => {
  const addresses = await Promise.all(photos.slice(0, 2).map(addressOf))
  const script = `const all = [...document.images]; let at = 0
    setInterval(() => {
      all[at % 2].hidden = true
      setTimeout(() => { all[++at % 2].hidden = false }, 120)
    }, 800)`
  const images = addresses.map((address, at) => `<img src="${address}" ${at > 0 ? 'hidden' : ''}>`).join('')
  await whileShown(`<body>${images}<script>${script}</script>`, async () => {
    const cuts = await recordCuts(6)
    for (const cut of cuts) {
      assert.ok(cut.foreign.black >= 2, `only ${cut.foreign.black} black samples`)
      assert.equal(cut.foreign.otherItem + cut.foreign.outOfOrder + cut.foreign.unknown, 0)
    }
  })
})

async function recordCuts(wanted: number) {
  const samples: Sample[] = []
  let changes = 0
  let last = -1
  await grab.waitFor((seen, sample) => {
    if (seen.kind === 'frame' && seen.item !== last) {
      changes++
      last = seen.item
    }
    if (changes > 0) samples.push(sample)
    return changes > wanted + 1
  }, 60_000)
  const photo = { kind: 'photo', seconds: 0.68 } as const
  return measureCuts(samples, [
    { ...photo, item: 20 },
    { ...photo, item: 21 },
  ]).cuts
}
