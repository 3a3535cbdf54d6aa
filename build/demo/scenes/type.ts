import type { Paint } from './paint.ts'

/** A line of type: its words, place, size in pixels and weight; `tracking` is extra space between signs in pixels. */
export type Line = {
  readonly text: string
  readonly x: number
  readonly y: number
  readonly size: number
  readonly weight: number
  readonly fill: string | CanvasGradient
  readonly tracking?: number
  readonly align?: CanvasTextAlign
}

/** Sets a line of type in Noto Sans, Chinese and Latin alike. */
export const setLine = (paint: Paint, line: Line): void => {
  paint.font = `${line.weight} ${line.size}px "Noto Sans SC Variable", "Noto Sans Variable"`
  paint.letterSpacing = `${line.tracking ?? 0}px`
  paint.textAlign = line.align ?? 'left'
  paint.textBaseline = 'alphabetic'
  paint.fillStyle = line.fill
  paint.fillText(line.text, line.x, line.y)
}
