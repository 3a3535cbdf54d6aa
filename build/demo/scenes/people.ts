import type { Paint } from './paint.ts'

/** Somebody seen from behind or in outline: feet at (x, y), `size` from feet to crown. */
export type Person = {
  readonly x: number
  readonly y: number
  readonly size: number
  readonly colour: string
  readonly skin: string
  readonly pose: 'stand' | 'point' | 'photo'
}

/** Draws a standing figure, with an arm raised towards the upper left where the pose asks for it. */
export const drawPerson = (paint: Paint, person: Person): void => {
  const { x, y, size } = person
  const unit = size / 100
  paint.fillStyle = '#2b2742'
  paint.beginPath()
  paint.roundRect(x - 13 * unit, y - 48 * unit, 11 * unit, 48 * unit, 4 * unit)
  paint.roundRect(x + 2 * unit, y - 48 * unit, 11 * unit, 48 * unit, 4 * unit)
  paint.fill()
  paint.fillStyle = person.colour
  paint.beginPath()
  paint.roundRect(x - 18 * unit, y - 83 * unit, 36 * unit, 42 * unit, [14 * unit, 14 * unit, 5 * unit, 5 * unit])
  paint.fill()
  drawArms(paint, person, unit)
  paint.fillStyle = person.skin
  paint.beginPath()
  paint.arc(x, y - 90 * unit, 10 * unit, 0, Math.PI * 2)
  paint.fill()
  paint.fillStyle = '#2a1c22'
  paint.beginPath()
  paint.arc(x + 1.5 * unit, y - 92 * unit, 10 * unit, Math.PI * 0.92, Math.PI * 2.2)
  paint.fill()
}

const drawArms = (paint: Paint, person: Person, unit: number): void => {
  const { x, y } = person
  paint.lineCap = 'round'
  paint.lineWidth = 9 * unit
  paint.strokeStyle = person.colour
  const hand: Record<Person['pose'], readonly [number, number]> = {
    stand: [-21, -46],
    point: [-44, -112],
    photo: [-26, -98],
  }
  const [handX, handY] = hand[person.pose]
  paint.beginPath()
  paint.moveTo(x - 12 * unit, y - 76 * unit)
  paint.lineTo(x + handX * unit, y + handY * unit)
  paint.moveTo(x + 14 * unit, y - 76 * unit)
  if (person.pose === 'photo') paint.lineTo(x - 12 * unit, y - 99 * unit)
  else paint.lineTo(x + 20 * unit, y - 46 * unit)
  paint.stroke()
  paint.fillStyle = person.skin
  paint.beginPath()
  paint.arc(x + handX * unit, y + handY * unit, 5 * unit, 0, Math.PI * 2)
  paint.fill()
  if (person.pose !== 'photo') return
  paint.fillStyle = '#1d1b33'
  paint.fillRect(x - 34 * unit, y - 109 * unit, 24 * unit, 14 * unit)
}
