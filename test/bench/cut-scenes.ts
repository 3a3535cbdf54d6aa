import type { ExpectedItem } from '../oracle/cuts.ts'
import { type Clip, type ClipRecipe, type FilmRecipe, makeClip, makeStreamSet } from '../support/clips.ts'
import type { WallItem } from './wall.ts'

/** The kinds of cut that the bench tells apart. */
export const pairKinds = [
  'video→video, same codec',
  'video→video, other codec or size',
  'photo→video',
  'video→photo',
  'video→hls',
  'hls→video',
  'hls→hls',
  'photo→hls',
  'hls→photo',
  'video→video, with sound',
  'video→hls, with sound',
  'hls→video, with sound',
  'hls→hls, with sound',
] as const
export type PairKind = (typeof pairKinds)[number]

/** The loops that together hold every kind of cut; a name each for `--pairs`. */
export const sceneNames = ['same', 'other', 'photo', 'hls', 'sets', 'sound'] as const
export type SceneName = (typeof sceneNames)[number]

/** A loop to show: its items, what the oracle must know of them, and which kind of cut leads from one to the next. */
export type Scene = {
  readonly name: SceneName
  readonly items: readonly WallItem[]
  readonly expected: readonly ExpectedItem[]
  readonly kindOf: (from: number, to: number) => PairKind | undefined
}

const filmSeconds = 1.5
const photoSeconds = 1

/** Makes the clips of a loop for a display of this size (a width that is a multiple of 40) and says what it holds. */
export async function makeScene(name: SceneName, size: { width: number; height: number }): Promise<Scene> {
  const recipes = scenes[name](size)
  const clips: Clip[] = []
  for (const recipe of recipes) clips.push(await makeRecipe(recipe))
  const isHeard = name === 'sound'
  const kinds = new Map(recipes.map((one, at) => pairOf(one, recipes[(at + 1) % recipes.length] ?? one, isHeard)))
  return {
    name,
    items: clips.map(({ file, mediaType }, at) => ({
      file,
      mediaType,
      ...(isSet(recipes[at]) && { stream: 'on-demand' as const }),
      ...(isPhoto(mediaType) && { seconds: photoSeconds }),
      ...(isHeard && { audio: true }),
    })),
    expected: clips.map(toExpected),
    kindOf: (from, to) => kinds.get(`${from} ${to}`),
  }
}

/** A clip as a file, or a film as an HLS set. */
type Recipe = ClipRecipe | SetRecipe
type SetRecipe = FilmRecipe & { readonly codec: 'h264'; readonly segments: 'mpegts' | 'fmp4' }

const isSet = (recipe: Recipe | undefined): recipe is SetRecipe => recipe !== undefined && 'segments' in recipe

function makeRecipe(recipe: Recipe): Promise<Clip> {
  if (!isSet(recipe)) return makeClip(recipe)
  const { segments, ...film } = recipe
  return makeStreamSet(film, segments)
}

type Size = { readonly width: number; readonly height: number }

/** Ordinary films, each unlike its neighbour in what is inside: B-frames, sound that ends early, no sound, an edit list. */
const scenes: Record<SceneName, (size: Size) => Recipe[]> = {
  same: (size) => [
    film(1, size),
    film(2, size, { bFrames: true }),
    film(3, size, { audio: 'shorter' }),
    film(4, size, { editList: true }),
    film(5, size, { bFrames: true, audio: 'shorter' }),
  ],
  other: (size) => [
    film(11, size),
    film(12, size, { codec: 'vp9' }),
    film(13, size, { bFrames: true }),
    film(14, narrower(size)),
    film(15, size, { codec: 'av1' }),
    film(16, narrower(size), { codec: 'vp9' }),
  ],
  photo: (size) => [
    { kind: 'photo', item: 21, format: 'jpeg', ...size },
    film(22, size),
    { kind: 'photo', item: 23, format: 'png', ...size },
    film(24, size, { codec: 'vp9' }),
    { kind: 'photo', item: 25, format: 'webp', ...size },
    film(26, size, { bFrames: true }),
    { kind: 'photo', item: 27, format: 'avif', ...size },
    film(28, narrower(size)),
  ],
  hls: (size) => [
    film(31, size),
    set(32, size, 'mpegts'),
    film(33, size, { codec: 'vp9' }),
    set(34, size, 'fmp4', { bFrames: true }),
    film(35, narrower(size)),
    set(36, size, 'mpegts', { bFrames: true, audio: 'shorter' }),
  ],
  sets: (size) => [
    set(41, size, 'mpegts'),
    set(42, size, 'fmp4', { bFrames: true }),
    set(43, narrower(size), 'mpegts', { bFrames: true }),
    { kind: 'photo', item: 44, format: 'jpeg', ...size },
    set(45, size, 'fmp4'),
    { kind: 'photo', item: 46, format: 'png', ...size },
  ],
  sound: (size) => [
    film(51, size),
    film(52, size, { bFrames: true, audio: 'shorter' }),
    set(53, size, 'mpegts'),
    set(54, size, 'fmp4', { bFrames: true }),
    set(55, size, 'mpegts', { audio: 'shorter' }),
  ],
}

function set(item: number, size: Size, segments: SetRecipe['segments'], more: Partial<FilmRecipe> = {}): SetRecipe {
  return { ...film(item, size, more), codec: 'h264', segments }
}

function film(item: number, size: Size, more: Partial<FilmRecipe> = {}): FilmRecipe {
  return { kind: 'film', item, codec: 'h264', seconds: filmSeconds, ...size, ...more }
}

/** A picture of another size and shape that still reaches the top edge of the display, where the band is grabbed. */
function narrower({ height }: Size): Size {
  return { width: 720, height: Math.max(height, 480) }
}

function pairOf(from: Recipe, to: Recipe, isHeard: boolean): [string, PairKind] {
  return [`${from.item} ${to.item}`, isHeard ? kindWithSound(from, to) : kindOfPair(from, to)]
}

function kindWithSound(from: Recipe, to: Recipe): PairKind {
  return `${isSet(from) ? 'hls' : 'video'}→${isSet(to) ? 'hls' : 'video'}, with sound`
}

function kindOfPair(from: Recipe, to: Recipe): PairKind {
  if (isSet(from)) return isSet(to) ? 'hls→hls' : to.kind === 'photo' ? 'hls→photo' : 'hls→video'
  if (isSet(to)) return from.kind === 'photo' ? 'photo→hls' : 'video→hls'
  if (from.kind === 'photo') return 'photo→video'
  if (to.kind === 'photo') return 'video→photo'
  const isSame = from.codec === to.codec && from.width === to.width && from.height === to.height
  return isSame ? 'video→video, same codec' : 'video→video, other codec or size'
}

function toExpected({ item, mediaType, frames, rate }: Clip): ExpectedItem {
  return isPhoto(mediaType) ? { kind: 'photo', item, seconds: photoSeconds } : { kind: 'film', item, frames, rate }
}

function isPhoto(mediaType: string): boolean {
  return mediaType.startsWith('image/')
}
