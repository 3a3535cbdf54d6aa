import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type Easel, openEasel } from './browser.ts'
import { encodeFilm, framesPerSecond } from './encode.ts'
import { moods } from './moods.ts'
import { composeWav } from './music.ts'
import type { Gallery } from './scenes/gallery.ts'

const root = new URL('../../', import.meta.url).pathname
const demoFolder = `${root}assets/demo`
const scratchFolder = `${root}build/out/demo`
/** Everything the posters write; the fonts' subsets that hold these signs are loaded before they draw. */
const written = '外国人@重庆一锅好友城市两江朝天门嘉陵江长友在这里遇见你我的上下左右到底几楼火辣'

declare global {
  var gallery: Gallery
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { still: { type: 'string', multiple: true } },
})

/** Renders the films and posters named on the command line, or all; `--still 2.5` writes one frame to build/out/demo instead. */
const main = async (): Promise<void> => {
  await mkdir(demoFolder, { recursive: true })
  await mkdir(scratchFolder, { recursive: true })
  const easel = await openEasel()
  try {
    await easel.page.evaluate((text) => gallery.fonts(text), written)
    await renderAll(easel)
  } finally {
    await easel.close()
  }
}

const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)

const renderAll = async (easel: Easel): Promise<void> => {
  const posters = await easel.page.evaluate(() => gallery.posters())
  for (const [name, mediaType] of Object.entries(posters)) if (wanted(name)) await renderPoster(easel, name, mediaType)
  if (wanted('icon')) await renderIcon(easel)
  const films = await easel.page.evaluate(() => gallery.films())
  for (const [name, seconds] of Object.entries(films)) if (wanted(name)) await renderFilm(easel, name, seconds)
}

const renderPoster = async (easel: Easel, name: string, mediaType: string): Promise<void> => {
  const extension = mediaType === 'image/jpeg' ? 'jpg' : mediaType.slice('image/'.length)
  const bytes = Buffer.from(await easel.page.evaluate((poster) => gallery.poster(poster), name), 'base64')
  await writeFile(`${demoFolder}/${name}.${extension}`, bytes)
  console.log(`${name}.${extension}: ${bytes.length} bytes`)
}

// The packer wants pixels; the drawing itself is the SVG beside them.
const renderIcon = async (easel: Easel): Promise<void> => {
  const folder = `${root}assets/icons`
  const drawing = (await readFile(`${folder}/plazacast.svg`)).toString('base64')
  const bytes = await easel.page.evaluate((svg) => gallery.icon(svg, 512), drawing)
  await writeFile(`${folder}/plazacast.png`, Buffer.from(bytes, 'base64'))
}

const renderFilm = async (easel: Easel, name: string, seconds: number): Promise<void> => {
  await easel.page.evaluate((film) => gallery.open(film), name)
  if (values.still !== undefined) return renderStills(easel, name, values.still)
  const soundFile = `${scratchFolder}/${name}.wav`
  await writeFile(soundFile, composeWav(moods[name] ?? moods.default, seconds))
  await encodeFilm({
    frames: frames(easel, name, seconds),
    soundFile,
    outputFile: `${demoFolder}/${name}.mp4`,
    bitsPerSecond: 1_700_000,
  })
  await rm(soundFile)
}

const renderStills = async (easel: Easel, name: string, instants: readonly string[]): Promise<void> => {
  for (const instant of instants)
    await writeFile(`${scratchFolder}/${name}-${instant}.jpg`, await frameAt(easel, Number(instant)))
}

const frameAt = async (easel: Easel, seconds: number): Promise<Uint8Array> =>
  Buffer.from(await easel.page.evaluate((instant) => gallery.frame(instant), seconds), 'base64')

async function* frames(easel: Easel, name: string, seconds: number): AsyncGenerator<Uint8Array> {
  const count = Math.round(seconds * framesPerSecond)
  for (let frame = 0; frame < count; frame += 1) {
    if (frame % framesPerSecond === 0) console.log(`${name}: ${frame} of ${count} frames`)
    yield await frameAt(easel, frame / framesPerSecond)
  }
}

await main()
