import { chanceFrom } from './chance.ts'

/** What every scene draws on. */
export type Paint = OffscreenCanvasRenderingContext2D
/** A colour stop: where along the gradient (0 to 1), and a CSS colour. */
export type Stop = readonly [at: number, colour: string]

/** A film: `prepare` draws what never changes once, and returns the drawing of one instant (in seconds). */
export type Film = {
  readonly width: number
  readonly height: number
  readonly seconds: number
  readonly prepare: () => (paint: Paint, seconds: number) => void
}

/** A still picture and the format it is stored in; `quality` is 0 to 1 and ignored for PNG. */
export type Poster = {
  readonly width: number
  readonly height: number
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp'
  readonly quality: number
  readonly draw: (paint: Paint) => void
}

/** The 2D context of a canvas; throws where the browser has none. */
export const paintOn = (canvas: OffscreenCanvas): Paint => {
  const paint = canvas.getContext('2d')
  if (paint === null) throw new Error('this browser draws no 2D canvas')
  return paint
}

/** A picture drawn once and used in many frames; `scale` gives it more pixels than its drawing units. */
export const layer = (width: number, height: number, draw: (paint: Paint) => void, scale = 1): OffscreenCanvas => {
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale))
  const paint = paintOn(canvas)
  paint.scale(scale, scale)
  draw(paint)
  return canvas
}

/** A linear gradient between two points. */
export const linear = (
  paint: Paint,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  stops: readonly Stop[],
): CanvasGradient => {
  const gradient = paint.createLinearGradient(x0, y0, x1, y1)
  for (const [at, colour] of stops) gradient.addColorStop(at, colour)
  return gradient
}

/** A round gradient from its middle outwards. */
export const radial = (paint: Paint, x: number, y: number, radius: number, stops: readonly Stop[]): CanvasGradient => {
  const gradient = paint.createRadialGradient(x, y, 0, x, y, radius)
  for (const [at, colour] of stops) gradient.addColorStop(at, colour)
  return gradient
}

/** Fills a rectangle with a gradient from its top to its bottom. */
export const fillDown = (
  paint: Paint,
  [x, y, width, height]: readonly [number, number, number, number],
  stops: readonly Stop[],
): void => {
  paint.fillStyle = linear(paint, [0, y, 0, y + height], stops)
  paint.fillRect(x, y, width, height)
}

/** A soft round light. */
export const glow = (paint: Paint, x: number, y: number, radius: number, stops: readonly Stop[]): void => {
  paint.fillStyle = radial(paint, x, y, radius, stops)
  paint.fillRect(x - radius, y - radius, radius * 2, radius * 2)
}

/** Runs a drawing and puts the context back as it was. */
export const apart = (paint: Paint, draw: () => void): void => {
  paint.save()
  draw()
  paint.restore()
}

/** Fills a closed outline. */
export const fillOutline = (
  paint: Paint,
  points: readonly (readonly [number, number])[],
  fill: string | CanvasGradient,
): void => {
  paint.beginPath()
  for (const [x, y] of points) paint.lineTo(x, y)
  paint.closePath()
  paint.fillStyle = fill
  paint.fill()
}

/** Fine grain over a still picture, so that its gradients do not band; `strength` is 0 to 1. */
export const grain = (paint: Paint, width: number, height: number, strength: number, seed = 7): void => {
  const chance = chanceFrom(seed)
  const tile = new OffscreenCanvas(256, 256)
  const tilePaint = paintOn(tile)
  const pixels = tilePaint.createImageData(256, 256)
  for (let index = 0; index < pixels.data.length; index += 4) {
    const grey = 128 + (chance() + chance() - 1) * 127
    pixels.data.set([grey, grey, grey, 255], index)
  }
  tilePaint.putImageData(pixels, 0, 0)
  apart(paint, () => {
    paint.globalCompositeOperation = 'overlay'
    paint.globalAlpha = strength
    paint.fillStyle = paint.createPattern(tile, 'repeat') ?? 'transparent'
    paint.fillRect(0, 0, width, height)
  })
}
