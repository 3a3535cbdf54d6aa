import { createHash, randomUUID } from 'node:crypto'
import { access, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { encodeBand } from '../oracle/band.ts'
import { burnIn, filmCodec, photoCodec, photoColours, pictureInput, soundInput } from './clip-arguments.ts'
import { withOrientation } from './exif.ts'
import { runFfmpeg } from './run-ffmpeg.ts'

/** Films and photos that say in a band of blocks which item and which frame they are (see test/oracle/band.ts). */
export type ClipRecipe = FilmRecipe | PhotoRecipe

export type FilmRecipe = {
  readonly kind: 'film'
  /** 0 to 254; 255 marks frames that an edit list hides and that must never be seen. */
  readonly item: number
  readonly codec: 'h264' | 'vp9' | 'av1'
  readonly seconds: number
  /** Multiples of 40; 640×360 unless told. */
  readonly width?: number
  readonly height?: number
  /** Frames a second, 30 unless told. */
  readonly rate?: number
  readonly audio?: 'whole' | 'shorter' | 'none'
  /** MP4 only: frames that are stored in another order than shown. */
  readonly bFrames?: boolean
  /** MP4 only: ten frames before the first shown one, hidden by an edit list. */
  readonly editList?: boolean
  /** MP4 only: a key frame this often; unless told, as often as the encoder likes. */
  readonly keySeconds?: number
}

export type PhotoRecipe = {
  readonly kind: 'photo'
  readonly item: number
  readonly format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif'
  readonly width?: number
  readonly height?: number
  /** JPEG only: 6 stores the picture lying on its side, to be turned by 90° clockwise. */
  readonly orientation?: 1 | 6
}

/** A made clip: the file, its media type, and what will be seen of it. */
export type Clip = {
  readonly file: string
  readonly mediaType: string
  readonly item: number
  readonly width: number
  readonly height: number
  /** The number of frames that are shown: the last one carries `frames - 1`. 1 for a photo. */
  readonly frames: number
  readonly rate: number
}

/** How a file can be bad: cut off in the middle, noise after a good header, or no media at all. */
export type Damage = 'truncated' | 'noise-after-header' | 'not-media'

const cache = join(import.meta.dirname, '../../build/out/clips')
const hiddenItem = 255
const hiddenFrames = 10
/** Goes into every name: raise it when the same recipe gives other bytes. */
const generation = 1

const endings = {
  h264: 'mp4',
  vp9: 'webm',
  av1: 'webm',
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  avif: 'avif',
  gif: 'gif',
}
const mediaTypes = { mp4: 'video/mp4', webm: 'video/webm', jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' }

/** Makes the clip, or finds it made: it is kept in build/out/clips under a hash of its recipe. Needs ffmpeg. */
export async function makeClip(recipe: ClipRecipe): Promise<Clip> {
  const { width = 640, height = 360 } = recipe
  const rate = recipe.kind === 'film' ? (recipe.rate ?? 30) : 30
  const frames = recipe.kind === 'film' ? Math.round(recipe.seconds * rate) : 1
  const ending = endings[recipe.kind === 'film' ? recipe.codec : recipe.format]
  const file = await cached(recipe, ending, (into) =>
    recipe.kind === 'film' ? makeFilm({ ...recipe, width, height, rate }, frames, into) : makePhoto(recipe, into),
  )
  return { file, mediaType: mediaTypeOf(ending), item: recipe.item, width, height, frames, rate }
}

/** An HLS set (RFC 8216): `file` is its playlist, and its segments of a second each lie beside it. */
export async function makeStreamSet(
  recipe: FilmRecipe & { codec: 'h264' },
  segments: 'mpegts' | 'fmp4',
): Promise<Clip> {
  const clip = await makeClip({ keySeconds: 1, ...recipe })
  const folder = `${clip.file}-${segments}`
  const file = join(folder, 'index.m3u8')
  const made = { ...clip, file, mediaType: 'application/vnd.apple.mpegurl' }
  if (await isThere(file)) return made
  const draft = `${folder}-${randomUUID()}`
  await mkdir(draft)
  const cut = ['-hls_time', '1', '-hls_playlist_type', 'vod', '-hls_segment_type', segments]
  await runFfmpeg(['-i', clip.file, '-c', 'copy', '-f', 'hls', ...cut, join(draft, 'index.m3u8')])
  // The same recipe gives the same set: who comes second may take the first one's.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return made
}

/** An HLS set that becomes another film on the way: all of the one, a discontinuity, all of the other. */
export async function makeSetOfTwo(one: Clip, other: Clip): Promise<Clip> {
  const folder = `${dirname(one.file)}-then-${basename(dirname(other.file))}`
  const file = join(folder, 'index.m3u8')
  if (await isThere(file)) return { ...one, file }
  const draft = `${folder}-${randomUUID()}`
  await mkdir(draft)
  const takeOver = async ({ file: playlist }: Clip, prefix: string) => {
    for (const name of await readdir(dirname(playlist)))
      if (name.endsWith('.ts')) await copyFile(join(dirname(playlist), name), join(draft, `${prefix}${name}`))
    return (await readFile(playlist, 'utf8')).replaceAll(/^index/gm, `${prefix}index`).replace(/#EXT-X-ENDLIST\s*$/, '')
  }
  const segments = (await takeOver(other, 'b-')).split('\n').filter((line) => /^#EXTINF|^b-/.test(line))
  const text = [(await takeOver(one, 'a-')).trimEnd(), '#EXT-X-DISCONTINUITY', ...segments, '#EXT-X-ENDLIST', '']
  await writeFile(join(draft, 'index.m3u8'), text.join('\n'))
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }))
  return { ...one, file }
}

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

/** A file that starts like the clip and is damaged; its media type stays the clip's. */
export async function makeBrokenClip(recipe: ClipRecipe, damage: Damage): Promise<Clip> {
  const clip = await makeClip(recipe)
  const bytes = await readFile(clip.file)
  const file = await cached({ recipe, damage }, clip.file.split('.').at(-1) ?? 'bin', (into) =>
    writeFile(into, damaged(bytes, damage)),
  )
  return { ...clip, file }
}

async function cached(recipe: object, ending: string, make: (into: string) => Promise<void>): Promise<string> {
  const hash = createHash('sha256')
    .update(JSON.stringify([generation, recipe]))
    .digest('hex')
    .slice(0, 24)
  const file = join(cache, `${hash}.${ending}`)
  if (await isThere(file)) return file
  await mkdir(cache, { recursive: true })
  const draft = join(cache, `${randomUUID()}.${ending}`)
  try {
    await make(draft)
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
  return file
}

type WholeFilm = FilmRecipe & { readonly width: number; readonly height: number; readonly rate: number }

async function makeFilm(film: WholeFilm, frames: number, into: string): Promise<void> {
  const hidden = film.editList ? hiddenFrames : 0
  const bands = Array.from({ length: hidden + frames }, (_, at) =>
    at < hidden ? encodeBand(hiddenItem, at) : encodeBand(film.item, at - hidden),
  )
  const seconds = (hidden + frames) / film.rate
  const input = [...pictureInput(film.width, film.height, film.rate), ...soundInput(film, seconds)]
  const encoded = film.editList ? into.replace(/(\.\w+)$/, '-whole$1') : into
  const output = [
    ...filmCodec(film),
    '-t',
    `${seconds}`,
    '-map',
    '[out]',
    ...(film.audio === 'none' ? [] : ['-map', '2:a']),
  ]
  await runFfmpeg([...input, '-filter_complex', burnIn(film.width, film.height), ...output, encoded], bands)
  if (!film.editList) return
  await runFfmpeg(['-ss', `${hidden / film.rate}`, '-i', encoded, '-c', 'copy', '-movflags', '+faststart', into])
  await rm(encoded)
}

async function makePhoto(photo: PhotoRecipe, into: string): Promise<void> {
  const { width = 640, height = 360, orientation = 1 } = photo
  const turn = orientation === 6 ? ',transpose=cclock' : ''
  const filter = burnIn(width, height).replace('[out]', `${turn}${photoColours(photo.format)}[out]`)
  const output = [...photoCodec(photo.format), '-frames:v', '1', '-map', '[out]', into]
  await runFfmpeg(
    [...pictureInput(width, height, 30), '-filter_complex', filter, ...output],
    [encodeBand(photo.item, 0)],
  )
  if (orientation !== 1) await writeFile(into, withOrientation(await readFile(into), orientation))
}

function mediaTypeOf(ending: string): string {
  return Object.entries(mediaTypes).find(([known]) => known === ending)?.[1] ?? `image/${ending}`
}

function damaged(bytes: Buffer, damage: Damage): Buffer {
  switch (damage) {
    case 'truncated':
      return bytes.subarray(0, Math.floor(bytes.length * 0.4))
    case 'noise-after-header':
      return Buffer.concat([bytes.subarray(0, headerLength(bytes)), noise(bytes.length - headerLength(bytes))])
    case 'not-media':
      return Buffer.from('<!doctype html><title>404 Not Found</title>')
  }
}

/** Up to where an MP4's media data begin; for the others, the first kilobyte. */
function headerLength(bytes: Buffer): number {
  const mediaData = bytes.indexOf('mdat')
  return mediaData > 0 ? mediaData + 4 : Math.min(1024, Math.floor(bytes.length / 10))
}

/** The same noise each time: what a test plays must not depend on chance. */
function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${at}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}
