import { apart, layer, type Paint, paintOn } from './paint.ts'

/**
 * Light that spills over the edges of what shines: the picture is made small, its darks are pressed down by
 * multiplying it with itself, and it is added to the frame at its full size again.
 */
export const bloomer = (
  width: number,
  height: number,
): ((paint: Paint, source: OffscreenCanvas, strength: number) => void) => {
  const sizes = [8, 20].map((divisor) =>
    layer(Math.ceil(width / divisor), Math.ceil(height / divisor), () => undefined),
  )
  return (paint, source, strength) => {
    for (const small of sizes) {
      const smallPaint = paintOn(small)
      smallPaint.globalCompositeOperation = 'copy'
      smallPaint.imageSmoothingQuality = 'high'
      smallPaint.drawImage(source, 0, 0, small.width, small.height)
      smallPaint.globalCompositeOperation = 'multiply'
      smallPaint.drawImage(small, 0, 0)
      apart(paint, () => {
        paint.globalCompositeOperation = 'lighter'
        paint.globalAlpha = strength
        paint.imageSmoothingQuality = 'high'
        paint.drawImage(small, 0, 0, width, height)
      })
    }
  }
}
