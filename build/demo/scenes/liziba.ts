import { drawBranch, drawCrown, petals } from './blossom.ts'
import { between, chanceFrom, ease, oneOf, ridgeNoise } from './chance.ts'
import { apart, type Film, fillDown, glow, layer, linear, type Paint } from './paint.ts'
import { drawPerson } from './people.ts'
import { drawTower, drawWindows, type Tower } from './towers.ts'
import { drawTrain, type Track } from './train.ts'
import { drawFacade, drawStation, house } from './train-house.ts'

const width = 1280
const height = 720
const track: Track = (x) => 392 + ((x - 690) / 690) ** 2 * 34

/** Liziba in spring: a train runs through a block of flats while people below look up. */
export const liziba: Film = { width, height, seconds: 8, prepare: () => prepare() }

const prepare = (): ((paint: Paint, seconds: number) => void) => {
  const scale = 1.25
  const back = layer(width, height, drawBackground, scale)
  const station = layer(width, height, drawStation, scale)
  const beam = layer(width, height, drawBeam, scale)
  const facade = layer(width, height, drawFacade, scale)
  const slope = layer(width, height, drawSlope, scale)
  const branch = layer(
    760,
    520,
    (paint) => {
      paint.translate(0, 90)
      drawBranch(paint, 12)
    },
    scale,
  )
  const fewPetals = petals(5, 34)
  const nearPetals = petals(6, 16)
  return (paint, seconds) => {
    apart(paint, () => {
      const closer = 1.05 - 0.006 * seconds
      paint.translate(690, 380)
      paint.scale(closer, closer)
      paint.translate(-690, -380)
      paint.drawImage(back, 0, 0, width, height)
      paint.drawImage(station, 0, 0, width, height)
      paint.drawImage(beam, 0, 0, width, height)
      drawTrain(paint, track, 190 + 165 * seconds + 60 * ease(seconds, 2, 8), 5)
      paint.drawImage(facade, 0, 0, width, height)
      paint.drawImage(slope, 0, 0, width, height)
      fewPetals(paint, seconds)
    })
    drawNearBranches(paint, branch, seconds)
    nearPetals(paint, seconds * 1.3)
    drawSun(paint)
  }
}

const drawBackground = (paint: Paint): void => {
  fillDown(
    paint,
    [-60, -60, width + 120, 700],
    [
      [0, '#2b86c0'],
      [0.3, '#6fbfdc'],
      [0.55, '#c9e3dc'],
      [0.75, '#ffe2bd'],
      [1, '#ffcfa8'],
    ],
  )
  glow(paint, 120, 120, 560, [
    [0, 'rgba(255, 246, 222, 0.95)'],
    [0.3, 'rgba(255, 226, 200, 0.4)'],
    [1, 'rgba(255, 222, 214, 0)'],
  ])
  drawClouds(paint)
  hills(paint, 3, 400, 110, 0.004, ['#8fc0bb', '#d9dcc4'])
  const chance = chanceFrom(9)
  for (let x = -40; x < width; x += between(chance, 34, 74)) {
    const tower: Tower = {
      x,
      ground: 640,
      width: between(chance, 34, 62),
      height: between(chance, 250, 470),
      crown: oneOf(chance, ['flat', 'step', 'flat', 'slant', 'twin']),
      colours: [oneOf(chance, ['#a9cfc9', '#c4d3c4', '#9cc3c8', '#dcd2b8']), '#e9d9bd'],
    }
    drawTower(paint, tower)
    drawWindows(
      paint,
      tower,
      {
        columns: Math.round(tower.width / 9),
        rowHeight: 9,
        lit: 0.75,
        colours: ['#86b2b8', '#92bbbb', '#b8d4cb'],
        least: 0.3,
        most: 0.8,
      },
      chance,
    )
  }
  hills(paint, 14, 500, 90, 0.006, ['#5ea287', '#a9c48e'])
  drawNeighbours(paint)
}

const drawClouds = (paint: Paint): void => {
  const chance = chanceFrom(4)
  for (let cloud = 0; cloud < 26; cloud += 1) {
    apart(paint, () => {
      paint.translate(between(chance, 0, width), between(chance, 20, 240))
      paint.scale(between(chance, 3, 6), 1)
      glow(paint, 0, 0, between(chance, 14, 30), [
        [0, 'rgba(255, 250, 238, 0.42)'],
        [1, 'rgba(255, 244, 230, 0)'],
      ])
    })
  }
}

const hills = (
  paint: Paint,
  seed: number,
  base: number,
  swing: number,
  pace: number,
  [top, foot]: readonly [string, string],
): void => {
  const noise = ridgeNoise(seed, 5)
  paint.beginPath()
  paint.moveTo(-60, 760)
  for (let x = -60; x <= width + 60; x += 5) paint.lineTo(x, base - noise(x * pace) * swing)
  paint.lineTo(width + 60, 760)
  paint.fillStyle = linear(
    paint,
    [0, base - swing, 0, base + 160],
    [
      [0, top],
      [1, foot],
    ],
  )
  paint.fill()
}

const drawNeighbours = (paint: Paint): void => {
  const chance = chanceFrom(33)
  for (const [x, broad, rise, colours] of [
    [40, 130, 330, ['#e7a98c', '#f3cfae']],
    [210, 150, 430, ['#e8d8b6', '#f6e3c4']],
    [985, 140, 400, ['#d7c3a4', '#f0d9b6']],
    [1150, 170, 300, ['#e39c84', '#f3c7a4']],
  ] as const) {
    const tower: Tower = { x, ground: 640, width: broad, height: rise, crown: 'flat', colours }
    drawTower(paint, tower)
    drawWindows(
      paint,
      tower,
      {
        columns: Math.round(broad / 15),
        rowHeight: 19,
        lit: 0.86,
        colours: ['#547b8c', '#6c93a0', '#3f6479'],
        least: 0.55,
        most: 0.9,
      },
      chance,
    )
    paint.fillStyle = linear(
      paint,
      [x, 0, x + broad, 0],
      [
        [0, 'rgba(255, 244, 214, 0.35)'],
        [0.4, 'rgba(255, 255, 255, 0)'],
        [1, 'rgba(70, 50, 100, 0.32)'],
      ],
    )
    paint.fillRect(x, 640 - rise, broad, rise)
  }
}

const drawBeam = (paint: Paint): void => {
  for (const pier of [60, 245, 1010, 1195]) {
    fillDown(
      paint,
      [pier - 11, track(pier) + 16, 22, 330],
      [
        [0, '#8c8294'],
        [1, '#d6c6b4'],
      ],
    )
    paint.fillStyle = '#a79ba4'
    paint.fillRect(pier - 26, track(pier) + 18, 52, 13)
  }
  paint.beginPath()
  for (let x = -80; x <= width + 80; x += 10) paint.lineTo(x, track(x) + 2)
  for (let x = width + 80; x >= -80; x -= 10) paint.lineTo(x, track(x) + 24)
  paint.closePath()
  paint.fillStyle = linear(
    paint,
    [0, 392, 0, 450],
    [
      [0, '#efe6da'],
      [0.5, '#bfb2ae'],
      [1, '#84788c'],
    ],
  )
  paint.fill()
}

const greens = ['#2f6d4e', '#4f9a5c', '#8cc56b'] as const
const blooms = ['#e07a9c', '#f7a7bf', '#ffd6e0'] as const

const drawSlope = (paint: Paint): void => {
  const chance = chanceFrom(51)
  hills(paint, 28, 596, 26, 0.008, ['#3d8257', '#6fae62'])
  for (let tree = 0; tree < 30; tree += 1) {
    const x = -40 + tree * 46 + between(chance, -14, 14)
    const inFront = x > house.x - 20 && x < house.x + house.width + 20
    drawCrown(
      paint,
      x,
      596 + between(chance, -6, 20) + (inFront ? 18 : 0),
      between(chance, 26, inFront ? 34 : 50),
      tree % 3 === 1 ? blooms : greens,
      chance,
    )
  }
  drawTerrace(paint)
}

const drawTerrace = (paint: Paint): void => {
  fillDown(
    paint,
    [-60, 664, width + 120, 120],
    [
      [0, '#e8cfae'],
      [0.12, '#c9a98c'],
      [1, '#7d6270'],
    ],
  )
  paint.fillStyle = '#f7e6c8'
  paint.fillRect(-60, 660, width + 120, 7)
  const chance = chanceFrom(19)
  const coats = ['#e2493b', '#f2b23a', '#2f7f9a', '#f4efe6', '#7a4fa0', '#e67aa0', '#2c9163'] as const
  const skins = ['#f2c7a3', '#8a5638', '#e0a983', '#5b3524', '#f6d7bc'] as const
  for (let index = 0; index < 17; index += 1) {
    const x = 120 + index * 64 + between(chance, -18, 18)
    drawPerson(paint, {
      x,
      y: 690,
      size: between(chance, 76, 96),
      colour: oneOf(chance, coats),
      skin: oneOf(chance, skins),
      pose: x > 620 ? oneOf(chance, ['photo', 'point', 'stand', 'photo']) : 'stand',
    })
  }
}

const drawNearBranches = (paint: Paint, branch: OffscreenCanvas, seconds: number): void => {
  apart(paint, () => {
    paint.translate(-24 - seconds * 2, -10)
    paint.rotate(Math.sin(seconds * 0.9) * 0.012)
    paint.drawImage(branch, 0, -90, 760, 520)
  })
  apart(paint, () => {
    paint.translate(1310 + seconds * 2, -30)
    paint.scale(-0.8, 0.8)
    paint.rotate(0.2 + Math.sin(seconds * 0.8 + 1) * 0.012)
    paint.drawImage(branch, 0, -90, 760, 520)
  })
}

const drawSun = (paint: Paint): void => {
  apart(paint, () => {
    paint.globalCompositeOperation = 'soft-light'
    paint.fillStyle = linear(
      paint,
      [0, 0, width, height],
      [
        [0, 'rgba(255, 220, 180, 0.6)'],
        [0.5, 'rgba(255, 200, 150, 0.1)'],
        [1, 'rgba(60, 30, 110, 0.6)'],
      ],
    )
    paint.fillRect(0, 0, width, height)
  })
}
