import { apart, fillDown, linear, type Paint } from './paint.ts'

const carLength = 178
const carHeight = 62

/** The height of the track's upper edge at a place along the picture, in pixels from the top. */
export type Track = (x: number) => number

/** Draws a monorail train of `cars` cars on its beam, its nose at `nose`, moving to the right. */
export const drawTrain = (paint: Paint, track: Track, nose: number, cars: number): void => {
  for (let car = cars - 1; car >= 0; car -= 1) {
    const front = nose - car * (carLength + 5)
    const back = front - carLength
    apart(paint, () => {
      paint.translate((front + back) / 2, (track(front) + track(back)) / 2)
      paint.rotate(Math.atan2(track(front) - track(back), carLength))
      drawCar(paint, car === 0, car === cars - 1, car)
    })
  }
}

const outline = (paint: Paint, first: boolean, last: boolean): void => {
  const half = carLength / 2
  paint.beginPath()
  paint.moveTo(-half + (last ? 10 : 0), 16)
  paint.lineTo(-half, last ? -8 : 16)
  paint.lineTo(-half + (last ? 20 : 0), -carHeight + 8)
  paint.quadraticCurveTo(-half + (last ? 24 : 2), -carHeight, -half + (last ? 34 : 8), -carHeight)
  paint.lineTo(half - (first ? 34 : 8), -carHeight)
  paint.quadraticCurveTo(half - (first ? 24 : 2), -carHeight, half - (first ? 20 : 0), -carHeight + 8)
  paint.lineTo(half, first ? -8 : 16)
  paint.lineTo(half - (first ? 10 : 0), 16)
  paint.closePath()
}

const drawCar = (paint: Paint, first: boolean, last: boolean, car: number): void => {
  const half = carLength / 2
  outline(paint, first, last)
  paint.fillStyle = linear(
    paint,
    [0, -carHeight, 0, 16],
    [
      [0, '#ffffff'],
      [0.3, '#f4f1ec'],
      [0.75, '#dcd6d6'],
      [1, '#8d8698'],
    ],
  )
  paint.fill()
  apart(paint, () => {
    outline(paint, first, last)
    paint.clip()
    paint.fillStyle = '#2f9e57'
    paint.fillRect(-half, -14, carLength, 9)
    paint.fillStyle = '#1f6f45'
    paint.fillRect(-half, -5, carLength, 2)
    fillDown(
      paint,
      [-half, 6, carLength, 12],
      [
        [0, '#5b5468'],
        [1, '#2e2a3c'],
      ],
    )
    drawCarWindows(paint, first, last, car)
  })
}

const drawCarWindows = (paint: Paint, first: boolean, last: boolean, car: number): void => {
  const half = carLength / 2
  const [from, until] = [-half + (last ? 26 : 8), half - (first ? 30 : 8)]
  paint.beginPath()
  paint.roundRect(from, -50, until - from, 29, 5)
  paint.fillStyle = linear(
    paint,
    [0, -50, 0, -21],
    [
      [0, '#2c3b56'],
      [1, '#3f4f68'],
    ],
  )
  paint.fill()
  for (let window = 0; window < 5; window += 1) {
    const x = from + 5 + ((until - from - 6) / 5) * window
    fillDown(
      paint,
      [x, -47, (until - from) / 5 - 8, 23],
      [
        [0, '#fff2cf'],
        [1, '#ffd596'],
      ],
    )
    paint.fillStyle = 'rgba(52, 40, 66, 0.85)'
    paint.beginPath()
    paint.arc(x + 7 + ((car * 7 + window * 5) % 9), -34, 4, Math.PI, 0)
    paint.arc(x + 7 + ((car * 7 + window * 5) % 9), -24, 7, 0, Math.PI, true)
    paint.fill()
  }
  if (!first) return
  paint.beginPath()
  paint.moveTo(half - 26, -50)
  paint.lineTo(half - 17, -50)
  paint.lineTo(half - 4, -18)
  paint.lineTo(half - 26, -18)
  paint.closePath()
  paint.fillStyle = '#26324c'
  paint.fill()
  paint.fillStyle = '#fff6cc'
  paint.fillRect(half - 12, -12, 8, 5)
}
