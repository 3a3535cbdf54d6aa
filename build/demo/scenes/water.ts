import { apart, layer, linear, type Paint, paintOn, type Stop } from './paint.ts'

/** A stretch of water: where it begins, how deep its picture goes, and what colour lies on it. */
export type Water = {
  readonly width: number
  readonly line: number
  readonly height: number
  readonly tint: readonly Stop[]
  readonly ripple: number
}

/**
 * Draws the mirror image of what stands over the water, row by row, each row shifted by travelling waves that grow
 * towards the viewer, and long streaks of light as rippled water shows them.
 * The mirrored picture is softened first: water sharper than the shore looks like glass.
 */
export const mirror = (water: Water): ((paint: Paint, above: OffscreenCanvas, seconds: number) => void) => {
  const streaks = layer(water.width / 2, 14, () => undefined)
  const soft = layer(water.width / 4, water.line / 2, () => undefined)
  return (paint, above, seconds) => {
    const softPaint = paintOn(soft)
    softPaint.globalCompositeOperation = 'copy'
    softPaint.imageSmoothingQuality = 'high'
    softPaint.drawImage(above, 0, 0, soft.width, soft.height)
    drawRows(paint, soft, water, seconds)
    const streakPaint = paintOn(streaks)
    streakPaint.globalCompositeOperation = 'copy'
    streakPaint.drawImage(
      above,
      0,
      Math.max(0, water.line - water.height * 1.5),
      water.width,
      Math.min(water.line, water.height * 1.5),
      0,
      0,
      streaks.width,
      streaks.height,
    )
    drawStreaks(paint, streaks, water, seconds)
    apart(paint, () => {
      paint.fillStyle = linear(paint, [0, water.line, 0, water.line + water.height], water.tint)
      paint.fillRect(0, water.line, water.width, water.height)
    })
  }
}

const wave = (depth: number, seconds: number): number =>
  Math.sin(depth * 0.55 - seconds * 2.6) * 0.5 +
  Math.sin(depth * 0.21 + seconds * 1.7 + 1) * 0.35 +
  Math.sin(depth * 1.31 - seconds * 4.1) * 0.25

const drawRows = (paint: Paint, soft: OffscreenCanvas, water: Water, seconds: number): void => {
  for (let row = 0; row < water.height; row += 2) {
    const near = row / water.height
    const depth = Math.log1p(row * 0.12) * 26
    const shift = wave(depth, seconds) * water.ripple * (0.25 + near * 1.6)
    const lift = wave(depth * 1.3 + 40, seconds * 1.1) * (2 + near * 16)
    const source = Math.min(water.line - 2, Math.max(0, water.line - row * 1.9 - lift - 2))
    paint.drawImage(soft, 0, source / 2, soft.width, 1.5, shift - 12, water.line + row, water.width + 24, 2.4)
  }
}

const drawStreaks = (paint: Paint, streaks: OffscreenCanvas, water: Water, seconds: number): void => {
  apart(paint, () => {
    paint.globalCompositeOperation = 'lighter'
    for (let row = 0; row < water.height; row += 3) {
      const depth = Math.log1p(row * 0.12) * 26
      const glitter = 0.5 + 0.5 * wave(depth * 1.9, seconds * 1.4)
      paint.globalAlpha = 0.42 * glitter * glitter * (1 - (row / water.height) * 0.75)
      const source = Math.max(0, 13 - (row / water.height) * 13)
      paint.drawImage(
        streaks,
        0,
        source,
        streaks.width,
        1,
        wave(depth, seconds) * water.ripple * 1.4 - 12,
        water.line + row,
        water.width + 24,
        3,
      )
    }
  })
}
