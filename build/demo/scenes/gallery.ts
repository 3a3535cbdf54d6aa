import { cableCar } from './cable-car.ts'
import { eightDCity } from './eight-d-city.ts'
import { foreigners } from './foreigners.ts'
import { hongyaCave } from './hongya-cave.ts'
import { hotpot } from './hotpot.ts'
import { liziba } from './liziba.ts'
import { type Film, type Poster, paintOn } from './paint.ts'
import { twoRivers } from './two-rivers.ts'

/** Every film of the demo, by the name of its file. */
export const films: Readonly<Record<string, Film>> = {
  'hongya-cave': hongyaCave,
  'yangtze-cable-car': cableCar,
  'liziba-train': liziba,
}
/** Every poster of the demo, by the name of its file. */
export const posters: Readonly<Record<string, Poster>> = {
  'one-pot-many-friends': hotpot,
  'eight-d-city': eightDCity,
  'two-rivers': twoRivers,
  'foreigners-at-chongqing': foreigners,
}

/** What the rendering script calls in the page; bytes travel as base64. */
export type Gallery = {
  readonly fonts: (text: string) => Promise<void>
  readonly films: () => Record<string, number>
  readonly posters: () => Record<string, Poster['mediaType']>
  readonly open: (film: string) => void
  readonly frame: (seconds: number) => Promise<string>
  readonly poster: (name: string) => Promise<string>
  /** A drawing (SVG as base64) as a square PNG of `size` pixels. */
  readonly icon: (svg: string, size: number) => Promise<string>
}

const found = <T>(list: Readonly<Record<string, T>>, name: string): T => {
  const entry = list[name]
  if (entry === undefined) throw new Error(`there is no ${name}`)
  return entry
}

const base64 = async (canvas: OffscreenCanvas, type: string, quality: number): Promise<string> => {
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type, quality })).arrayBuffer())
  let binary = ''
  for (let at = 0; at < bytes.length; at += 32_768) binary += String.fromCharCode(...bytes.subarray(at, at + 32_768))
  return btoa(binary)
}

let shown: { readonly canvas: OffscreenCanvas; readonly draw: (seconds: number) => void } | undefined

const gallery: Gallery = {
  fonts: async (text) => {
    const faces = ['"Noto Sans SC Variable"', '"Noto Sans Variable"']
    await Promise.all(
      faces.flatMap((face) => [400, 700, 900].map((weight) => document.fonts.load(`${weight} 40px ${face}`, text))),
    )
  },
  films: () => Object.fromEntries(Object.entries(films).map(([name, film]) => [name, film.seconds])),
  posters: () => Object.fromEntries(Object.entries(posters).map(([name, poster]) => [name, poster.mediaType])),
  open: (name) => {
    const film = found(films, name)
    const canvas = new OffscreenCanvas(film.width, film.height)
    const draw = film.prepare()
    shown = { canvas, draw: (seconds) => draw(paintOn(canvas), seconds) }
  },
  frame: (seconds) => {
    if (shown === undefined) throw new Error('no film is open')
    shown.draw(seconds)
    return base64(shown.canvas, 'image/jpeg', 0.97)
  },
  poster: (name) => {
    const poster = found(posters, name)
    const canvas = new OffscreenCanvas(poster.width, poster.height)
    poster.draw(paintOn(canvas))
    return base64(canvas, poster.mediaType, poster.quality)
  },
  icon: async (svg, size) => {
    const image = new Image(size, size)
    image.src = `data:image/svg+xml;base64,${svg}`
    await image.decode()
    const canvas = new OffscreenCanvas(size, size)
    paintOn(canvas).drawImage(image, 0, 0, size, size)
    return base64(canvas, 'image/png', 1)
  },
}

Object.assign(globalThis, { gallery })
