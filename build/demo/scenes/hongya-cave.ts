import { bloomer } from './bloom.ts'
import { between, chanceFrom, ease, oneOf, ridgeNoise } from './chance.ts'
import { apart, type Film, fillDown, glow, layer, linear, type Paint, paintOn } from './paint.ts'
import { drawStiltHouses, storey } from './stilt-houses.ts'
import { drawTower, drawWindows, type Tower } from './towers.ts'
import { mirror } from './water.ts'

const width = 1280
const height = 720
const water = 530
const levels = 11

/** Hongya Cave at nightfall: the stilt houses light up storey by storey over the Jialing. */
export const hongyaCave: Film = { width, height, seconds: 8, prepare: () => prepare() }

const prepare = (): ((paint: Paint, seconds: number) => void) => {
  const scale = 1.3
  const back = layer(width, water, drawBackground, scale)
  const dark = layer(width, water, (paint) => drawStiltHouses(paint, water, false), scale)
  const lit = layer(width, water, (paint) => drawStiltHouses(paint, water, true), scale)
  const lamps = lampCells()
  const above = layer(width, water, () => undefined)
  const bloom = bloomer(width, water)
  const reflect = mirror({
    width,
    line: water,
    height: height - water,
    ripple: 7,
    tint: [
      [0, 'rgba(22, 26, 92, 0.24)'],
      [0.5, 'rgba(20, 22, 82, 0.42)'],
      [1, 'rgba(16, 16, 62, 0.74)'],
    ],
  })
  return (paint, seconds) => {
    const stage = paintOn(above)
    apart(stage, () => {
      zoom(stage, seconds)
      stage.drawImage(back, 0, 0, width, water)
      stage.drawImage(dark, 0, 0, width, water)
      for (const lamp of lamps) {
        stage.globalAlpha = lamp.shine(seconds)
        if (stage.globalAlpha > 0)
          stage.drawImage(
            lit,
            lamp.x * scale,
            lamp.y * scale,
            lamp.width * scale,
            lamp.height * scale,
            lamp.x,
            lamp.y,
            lamp.width,
            lamp.height,
          )
      }
      stage.globalAlpha = 1
      drawBoat(stage, seconds)
    })
    bloom(stage, above, 0.34)
    paint.drawImage(above, 0, 0)
    reflect(paint, above, seconds)
    finish(paint)
  }
}

const zoom = (paint: Paint, seconds: number): void => {
  const closer = 1 + 0.006 * seconds
  paint.translate(560, water)
  paint.scale(closer, closer)
  paint.translate(-560, -water)
}

type Lamp = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly shine: (seconds: number) => number
}

const lampCells = (): Lamp[] => {
  const chance = chanceFrom(11)
  const cells: Lamp[] = []
  for (let level = -1; level < levels; level += 1) {
    for (let x = 0; x < width; x += 80) {
      // The arcade by the water is lit from the first frame, so that the film never opens on a dark wall.
      const start = level <= 0 ? -1 : 0.05 + level * 0.33 + Math.abs(x - 500) / 1600 + between(chance, 0, 0.35)
      const flicker = between(chance, 0, 6)
      const shine = (seconds: number) =>
        ease(seconds, start, start + 0.22) * (0.95 + 0.05 * Math.sin(seconds * 3 + flicker))
      cells.push({
        x,
        y: Math.max(0, water - (level + 1) * storey - (level === levels - 1 ? 70 : 0)),
        width: 80,
        height: level === levels - 1 ? storey + 70 : storey,
        shine,
      })
    }
  }
  return cells
}

const drawBackground = (paint: Paint): void => {
  fillDown(
    paint,
    [0, 0, width, water],
    [
      [0, '#151d66'],
      [0.35, '#2b2a7e'],
      [0.65, '#593488'],
      [0.85, '#a04d82'],
      [1, '#e0787a'],
    ],
  )
  const chance = chanceFrom(5)
  for (let star = 0; star < 90; star += 1) {
    paint.fillStyle = `rgba(220, 226, 255, ${between(chance, 0.08, 0.6)})`
    paint.fillRect(between(chance, 0, width), between(chance, 0, 210), 1.1, 1.1)
  }
  glow(paint, 1010, 470, 520, [
    [0, 'rgba(255, 150, 110, 0.42)'],
    [0.5, 'rgba(210, 90, 130, 0.16)'],
    [1, 'rgba(120, 60, 140, 0)'],
  ])
  drawFarSkyline(paint)
  drawBridge(paint)
  drawNearSkyline(paint)
  drawCliff(paint)
}

const drawFarSkyline = (paint: Paint): void => {
  const chance = chanceFrom(21)
  for (let x = -10; x < width; x += between(chance, 16, 34)) {
    const tower: Tower = {
      x,
      ground: water,
      width: between(chance, 20, 40),
      height: between(chance, 90, 200),
      crown: oneOf(chance, ['flat', 'step', 'slant', 'flat', 'twin']),
      colours: ['#4a356f', '#8d5278'],
    }
    drawTower(paint, tower)
    drawWindows(
      paint,
      tower,
      { columns: 5, rowHeight: 6, lit: 0.2, colours: ['#ffd9a0', '#ffc0a0', '#c9c6ff'], least: 0.15, most: 0.45 },
      chance,
    )
  }
}

const drawNearSkyline = (paint: Paint): void => {
  const chance = chanceFrom(34)
  const heights = [250, 300, 352, 410, 330, 440, 376, 462, 350, 420, 300, 380, 270, 320, 240, 200]
  heights.forEach((rise, index) => {
    const tower: Tower = {
      x: 20 + index * 56 + between(chance, -8, 8),
      ground: water,
      width: between(chance, 44, 62),
      height: rise,
      crown: oneOf(chance, ['flat', 'step', 'spire', 'slant', 'arc', 'twin']),
      colours: ['#1d1f5c', '#43307a'],
    }
    drawTower(paint, tower)
    drawWindows(
      paint,
      tower,
      {
        columns: 7,
        rowHeight: 7,
        lit: 0.27,
        colours: ['#ffdca0', '#ffc98a', '#9fb8ff', '#ffe9c8'],
        least: 0.25,
        most: 0.85,
      },
      chance,
    )
    paint.fillStyle = linear(
      paint,
      [tower.x, 0, tower.x + tower.width, 0],
      [
        [0, 'rgba(120, 110, 220, 0.22)'],
        [0.3, 'rgba(0, 0, 0, 0)'],
        [1, 'rgba(0, 0, 20, 0.3)'],
      ],
    )
    paint.fillRect(tower.x, water - rise + 16, tower.width, rise)
  })
}

const drawBridge = (paint: Paint): void => {
  const deck = 446
  fillDown(
    paint,
    [860, deck, width - 860, 9],
    [
      [0, '#ffcf8a'],
      [0.25, '#54305e'],
      [1, '#2a1a48'],
    ],
  )
  for (let x = 900; x < width; x += 22)
    glow(paint, x, deck - 3, 8, [
      [0, 'rgba(255, 224, 160, 0.95)'],
      [1, 'rgba(255, 170, 90, 0)'],
    ])
  for (const pier of [1086, 1250])
    fillDown(
      paint,
      [pier, deck + 8, 9, water - deck],
      [
        [0, '#3c2456'],
        [1, '#6b3b68'],
      ],
    )
  paint.strokeStyle = 'rgba(255, 196, 150, 0.4)'
  paint.lineWidth = 1
  paint.beginPath()
  for (let cable = 1; cable < 13; cable += 1) {
    for (const side of [-1, 1]) {
      paint.moveTo(1090, 246 + cable * 7)
      paint.lineTo(1090 + side * cable * 19, deck)
    }
  }
  paint.stroke()
  paint.beginPath()
  paint.ellipse(1090, 380, 15, 152, 0, 0, Math.PI * 2)
  paint.ellipse(1090, 400, 8, 112, 0, 0, Math.PI * 2, true)
  paint.fillStyle = linear(
    paint,
    [0, 228, 0, water],
    [
      [0, '#ffd7a3'],
      [0.4, '#d9707a'],
      [1, '#4a2a62'],
    ],
  )
  paint.fill('evenodd')
}

const drawCliff = (paint: Paint): void => {
  const ridge = ridgeNoise(77)
  paint.beginPath()
  paint.moveTo(0, water)
  for (let x = 0; x <= 1010; x += 6) {
    const rise = 190 * ease(x, -160, 120) * (1 - ease(x, 800, 1010))
    paint.lineTo(x, water - rise - ridge(x * 0.018) * 26)
  }
  paint.lineTo(1010, water)
  paint.fillStyle = linear(
    paint,
    [0, 260, 0, water],
    [
      [0, '#1d1f56'],
      [1, '#15163f'],
    ],
  )
  paint.fill()
}

const drawBoat = (paint: Paint, seconds: number): void => {
  const x = 1010 + seconds * 17
  const y = water - 1
  paint.fillStyle = '#0b0b24'
  paint.beginPath()
  paint.moveTo(x - 62, y - 9)
  paint.quadraticCurveTo(x - 52, y + 1, x - 40, y + 1)
  paint.lineTo(x + 52, y + 1)
  paint.quadraticCurveTo(x + 66, y - 4, x + 76, y - 12)
  paint.closePath()
  paint.fill()
  for (const [deck, from, until] of [
    [0, -48, 54],
    [1, -40, 40],
    [2, -26, 18],
  ] as const) {
    const top = y - 20 - deck * 10
    fillDown(
      paint,
      [x + from, top, until - from, 10],
      [
        [0, '#ffcf7a'],
        [0.7, '#d8713a'],
        [1, '#3a1838'],
      ],
    )
    paint.fillStyle = '#1a0f30'
    paint.fillRect(x + from - 3, top - 1, until - from + 6, 2)
    for (let post = from; post < until; post += 7) paint.fillRect(x + post, top, 1.4, 10)
  }
}

const finish = (paint: Paint): void => {
  paint.fillStyle = linear(
    paint,
    [0, water - 5, 0, water + 5],
    [
      [0, 'rgba(6, 6, 26, 0)'],
      [0.5, 'rgba(6, 6, 26, 0.75)'],
      [1, 'rgba(6, 6, 26, 0)'],
    ],
  )
  paint.fillRect(0, water - 5, width, 10)
  const vignette = paint.createRadialGradient(600, 380, 300, 640, 360, 860)
  vignette.addColorStop(0, 'rgba(4, 4, 24, 0)')
  vignette.addColorStop(1, 'rgba(8, 6, 40, 0.42)')
  paint.fillStyle = vignette
  paint.fillRect(0, 0, width, height)
}
