import { fillDown, linear, type Paint } from './paint.ts'

/** The colours of a cable-car cabin. */
export type CabinColours = { readonly body: string; readonly shade: string; readonly glass: string }

/** Draws a cabin 190 wide and 250 high that hangs from the point where the context stands. */
export const drawCabin = (paint: Paint, colours: CabinColours): void => {
  drawHanger(paint)
  paint.beginPath()
  paint.roundRect(-92, 112, 184, 122, 20)
  paint.fillStyle = linear(
    paint,
    [-92, 0, 92, 0],
    [
      [0, colours.shade],
      [0.35, colours.body],
      [0.8, colours.body],
      [1, '#ff8a5c'],
    ],
  )
  paint.fill()
  drawGlass(paint, colours)
  drawTrim(paint, colours)
}

const drawHanger = (paint: Paint): void => {
  paint.fillStyle = '#25243f'
  paint.beginPath()
  paint.roundRect(-58, -10, 116, 13, 6)
  paint.fill()
  for (const wheel of [-46, -18, 18, 46]) {
    paint.beginPath()
    paint.arc(wheel, -4, 9, 0, Math.PI * 2)
    paint.fillStyle = '#3b3a60'
    paint.fill()
    paint.beginPath()
    paint.arc(wheel, -4, 3, 0, Math.PI * 2)
    paint.fillStyle = '#c9a88c'
    paint.fill()
  }
  paint.strokeStyle = '#25243f'
  paint.lineWidth = 7
  paint.beginPath()
  paint.moveTo(0, 0)
  paint.lineTo(0, 74)
  paint.moveTo(-60, 114)
  paint.lineTo(0, 66)
  paint.lineTo(60, 114)
  paint.stroke()
}

const drawGlass = (paint: Paint, colours: CabinColours): void => {
  paint.beginPath()
  paint.roundRect(-82, 128, 164, 52, 10)
  paint.fillStyle = linear(
    paint,
    [0, 128, 0, 180],
    [
      [0, '#fff7df'],
      [0.5, colours.glass],
      [1, '#f2b07a'],
    ],
  )
  paint.fill()
  paint.fillStyle = 'rgba(58, 36, 62, 0.86)'
  for (const [x, tall, broad] of [
    [-66, 30, 9],
    [-46, 35, 10],
    [-18, 28, 9],
    [2, 36, 10],
    [28, 31, 9],
    [52, 34, 10],
    [70, 27, 8],
  ] as const) {
    paint.beginPath()
    paint.arc(x, 182 - tall, broad * 0.62, 0, Math.PI * 2)
    paint.fill()
    paint.beginPath()
    paint.roundRect(x - broad, 180 - tall + broad * 0.9, broad * 2, tall - broad * 0.9, [broad, broad, 0, 0])
    paint.fill()
  }
}

const drawTrim = (paint: Paint, colours: CabinColours): void => {
  paint.fillStyle = colours.shade
  for (const post of [-34, 32]) paint.fillRect(post - 2.5, 126, 5, 56)
  fillDown(
    paint,
    [-92, 190, 184, 9],
    [
      [0, '#fff0d2'],
      [1, '#f0c99a'],
    ],
  )
  paint.fillStyle = 'rgba(0, 0, 0, 0.18)'
  paint.fillRect(-88, 206, 176, 3)
  paint.beginPath()
  paint.roundRect(-78, 104, 156, 12, 6)
  paint.fillStyle = colours.shade
  paint.fill()
  paint.strokeStyle = 'rgba(255, 220, 170, 0.85)'
  paint.lineWidth = 3
  paint.beginPath()
  paint.moveTo(88, 132)
  paint.lineTo(88, 216)
  paint.stroke()
}
