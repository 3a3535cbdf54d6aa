import { between, type Chance, chanceFrom, oneOf } from './chance.ts'
import { apart, type Paint } from './paint.ts'

const pinks = ['#ffd3df', '#ffb3c9', '#ff94b4', '#ffe6ec', '#f9789f'] as const

/** A crown of leaves or blossoms: many small overlapping discs, darker below and lighter towards the sun. */
export const drawCrown = (
  paint: Paint,
  x: number,
  y: number,
  reach: number,
  shades: readonly [dark: string, middle: string, light: string],
  chance: Chance,
): void => {
  shades.forEach((shade, depth) => {
    paint.fillStyle = shade
    for (let leaf = 0; leaf < 26; leaf += 1) {
      const angle = chance() * Math.PI * 2
      const away = Math.sqrt(chance()) * reach * (1 - depth * 0.2)
      paint.beginPath()
      paint.arc(
        x + Math.cos(angle) * away - depth * reach * 0.14,
        y + Math.sin(angle) * away * 0.72 - depth * reach * 0.18,
        between(chance, 0.1, 0.24) * reach,
        0,
        Math.PI * 2,
      )
      paint.fill()
    }
  })
}

/** A branch in bloom that grows from the corner where the context stands, towards the lower right. */
export const drawBranch = (paint: Paint, seed: number): void => {
  const chance = chanceFrom(seed)
  const twigs: [number, number][] = []
  const grow = (x: number, y: number, angle: number, length: number, thickness: number): void => {
    if (length < 22) return
    const [toX, toY] = [x + Math.cos(angle) * length, y + Math.sin(angle) * length]
    paint.beginPath()
    paint.moveTo(x, y)
    paint.quadraticCurveTo(
      x + Math.cos(angle + 0.25) * length * 0.5,
      y + Math.sin(angle + 0.25) * length * 0.5,
      toX,
      toY,
    )
    paint.strokeStyle = '#4a2638'
    paint.lineWidth = thickness
    paint.lineCap = 'round'
    paint.stroke()
    for (let bud = 0; bud < 5; bud += 1)
      twigs.push([x + (toX - x) * chance(), y + (toY - y) * chance() + between(chance, -8, 8)])
    twigs.push([toX, toY])
    grow(toX, toY, angle + between(chance, -0.5, 0.15), length * 0.8, thickness * 0.7)
    if (chance() < 0.8) grow(toX, toY, angle + between(chance, 0.3, 0.9), length * 0.62, thickness * 0.55)
  }
  grow(0, 0, 0.32, 120, 13)
  for (const [x, y] of twigs)
    for (let flower = 0; flower < 3; flower += 1)
      drawFlower(paint, x + between(chance, -14, 14), y + between(chance, -12, 12), between(chance, 6, 13), chance)
}

const drawFlower = (paint: Paint, x: number, y: number, size: number, chance: Chance): void => {
  const turn = chance() * Math.PI
  paint.fillStyle = oneOf(chance, pinks)
  for (let petal = 0; petal < 5; petal += 1) {
    const angle = turn + (petal / 5) * Math.PI * 2
    paint.beginPath()
    paint.ellipse(
      x + Math.cos(angle) * size * 0.6,
      y + Math.sin(angle) * size * 0.6,
      size * 0.56,
      size * 0.42,
      angle,
      0,
      Math.PI * 2,
    )
    paint.fill()
  }
  paint.fillStyle = '#d23f6d'
  paint.beginPath()
  paint.arc(x, y, size * 0.2, 0, Math.PI * 2)
  paint.fill()
}

/** Petals on the wind, at an instant; they come back after they have left the picture. */
export const petals = (seed: number, count: number): ((paint: Paint, seconds: number) => void) => {
  const chance = chanceFrom(seed)
  const all = Array.from({ length: count }, () => ({
    x: between(chance, 0, 1400),
    y: between(chance, 0, 760),
    size: between(chance, 3, 8),
    pace: between(chance, 34, 90),
    fall: between(chance, 16, 42),
    phase: between(chance, 0, 6.3),
    colour: oneOf(chance, pinks),
  }))
  return (paint, seconds) => {
    for (const petal of all) {
      const x = ((petal.x + seconds * petal.pace + Math.sin(seconds * 1.4 + petal.phase) * 20) % 1400) - 60
      const y = ((petal.y + seconds * petal.fall + Math.sin(seconds * 2 + petal.phase) * 9) % 760) - 20
      apart(paint, () => {
        paint.translate(x, y)
        paint.rotate(seconds * 1.6 + petal.phase)
        paint.scale(1, 0.35 + 0.65 * Math.abs(Math.sin(seconds * 2.2 + petal.phase)))
        paint.fillStyle = petal.colour
        paint.beginPath()
        paint.ellipse(0, 0, petal.size, petal.size * 0.62, 0, 0, Math.PI * 2)
        paint.fill()
      })
    }
  }
}
