import { between, chanceFrom } from './chance.ts'
import { apart, glow, layer, type Paint } from './paint.ts'

/** A bank of mist: where it lies, how thick it is and how fast it drifts (pixels a second; left is negative). */
export type Mist = {
  readonly seed: number
  readonly y: number
  readonly height: number
  readonly colour: readonly [red: number, green: number, blue: number]
  readonly strength: number
  readonly drift: number
}

/** Prepares a bank of mist that repeats every 1,600 pixels, and returns its drawing at an instant. */
export const mistBank = (mist: Mist): ((paint: Paint, seconds: number) => void) => {
  const length = 1600
  const strip = layer(length / 4, mist.height / 4, (small) => puffs(small, mist, length / 4))
  return (paint, seconds) => {
    apart(paint, () => {
      paint.imageSmoothingQuality = 'high'
      paint.globalAlpha = 0.55
      const start = ((((mist.drift * seconds) % length) + length) % length) - length
      for (let x = start; x < 1280; x += length) paint.drawImage(strip, x, mist.y, length, mist.height)
    })
  }
}

const puffs = (small: Paint, mist: Mist, length: number): void => {
  const chance = chanceFrom(mist.seed)
  const rgb = mist.colour.join(', ')
  const height = mist.height / 4
  for (let index = 0; index < 34; index += 1) {
    const radius = between(chance, height * 0.2, height * 0.48)
    const x = between(chance, 0, length)
    const y = height / 2 + between(chance, -1, 1) * (height / 2 - radius)
    for (const copy of [-length, 0, length]) {
      apart(small, () => {
        small.translate(x + copy, y)
        small.scale(2.6, 1)
        glow(small, 0, 0, radius, [
          [0, `rgba(${rgb}, ${mist.strength * 0.8})`],
          [1, `rgba(${rgb}, 0)`],
        ])
      })
    }
  }
}
