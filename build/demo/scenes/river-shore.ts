import { between, type Chance, chanceFrom, ease, oneOf, ridgeNoise } from './chance.ts'
import { linear, type Paint } from './paint.ts'
import { drawTower, drawWindows, type Tower } from './towers.ts'

/** Where the river begins, in pixels from the top of the picture. */
export const river = 508
/** Layers are wider than the picture, because the camera drifts over them. */
export const wide = 1440

const ridgeLine = (
  paint: Paint,
  seed: number,
  base: number,
  swing: number,
  pace: number,
  fill: CanvasGradient,
): void => {
  const noise = ridgeNoise(seed, 5)
  paint.beginPath()
  paint.moveTo(0, river)
  for (let x = 0; x <= wide; x += 4) paint.lineTo(x, base - noise(x * pace) * swing)
  paint.lineTo(wide, river)
  paint.fillStyle = fill
  paint.fill()
}

/** The hills and towers on the horizon, and the bridge in the haze. */
export const drawFarShore = (paint: Paint): void => {
  ridgeLine(
    paint,
    9,
    366,
    90,
    0.0046,
    linear(
      paint,
      [0, 270, 0, river],
      [
        [0, '#c3a3b4'],
        [1, '#ffd9b0'],
      ],
    ),
  )
  ridgeLine(
    paint,
    24,
    404,
    80,
    0.007,
    linear(
      paint,
      [0, 320, 0, river],
      [
        [0, '#a98aa6'],
        [1, '#ffcfae'],
      ],
    ),
  )
  const chance = chanceFrom(64)
  for (let x = 0; x < wide; x += between(chance, 14, 30)) {
    const open = ease(Math.abs(x - 860), 60, 420)
    const tower: Tower = {
      x,
      ground: river,
      width: between(chance, 16, 30),
      height: between(chance, 40, 90) + open * between(chance, 30, 120),
      crown: oneOf(chance, ['flat', 'step', 'slant', 'spire', 'flat']),
      colours: ['#ad8ba2', '#f8cbb0'],
    }
    drawTower(paint, tower)
  }
  drawFarBridge(paint)
}

const drawFarBridge = (paint: Paint): void => {
  const colour = 'rgba(150, 104, 128, 0.75)'
  paint.fillStyle = colour
  paint.fillRect(560, 470, 620, 4)
  paint.strokeStyle = 'rgba(150, 104, 128, 0.45)'
  paint.lineWidth = 1
  for (const tower of [730, 990]) {
    paint.beginPath()
    paint.moveTo(tower - 8, 506)
    paint.quadraticCurveTo(tower - 13, 450, tower, 384)
    paint.quadraticCurveTo(tower + 13, 450, tower + 8, 506)
    paint.quadraticCurveTo(tower + 7, 450, tower, 404)
    paint.quadraticCurveTo(tower - 7, 450, tower - 8, 506)
    paint.fill()
    paint.beginPath()
    for (let cable = 1; cable < 10; cable += 1) {
      for (const side of [-1, 1]) {
        paint.moveTo(tower, 392 + cable * 4)
        paint.lineTo(tower + side * cable * 13, 470)
      }
    }
    paint.stroke()
  }
}

/** One depth of the city on both banks: its towers and how clear the middle of the river stays. */
type Shore = {
  readonly seed: number
  readonly colours: readonly [string, string]
  readonly sizes: readonly [number, number]
  readonly heights: readonly [number, number]
  readonly open: readonly [number, number]
  readonly lit: number
  readonly lamp: string
}

/** The towers halfway to the horizon. */
export const middleShore: Shore = {
  seed: 71,
  colours: ['#6d6590', '#dba3a0'],
  sizes: [26, 48],
  heights: [60, 300],
  open: [330, 640],
  lit: 0.16,
  lamp: '#ffe2b0',
}
/** The towers nearest to the viewer. */
export const nearShore: Shore = {
  seed: 82,
  colours: ['#34406e', '#8b6c8c'],
  sizes: [40, 74],
  heights: [40, 420],
  open: [470, 660],
  lit: 0.13,
  lamp: '#ffd08a',
}

/** Towers on both sides, falling towards the open river around the sun. */
export const drawShore = (paint: Paint, shore: Shore): void => {
  const chance = chanceFrom(shore.seed)
  const rise = (x: number) => ease(Math.abs(x - 800), shore.open[0], shore.open[1])
  for (let x = -20; x < wide; x += between(chance, shore.sizes[0] * 0.7, shore.sizes[1] * 1.05)) {
    if (rise(x) < 0.04) continue
    const tower: Tower = {
      x,
      ground: river + 4,
      width: between(chance, ...shore.sizes),
      height: shore.heights[0] + rise(x) * shore.heights[1] * between(chance, 0.42, 1),
      crown: oneOf(chance, ['flat', 'step', 'slant', 'spire', 'arc', 'twin', 'flat']),
      colours: shore.colours,
    }
    drawTower(paint, tower)
    sunSide(paint, tower)
    drawWindows(
      paint,
      tower,
      {
        columns: Math.round(tower.width / 7),
        rowHeight: 8,
        lit: shore.lit,
        colours: [shore.lamp, '#fff0d0', '#9fb4d8'],
        least: 0.2,
        most: 0.7,
      },
      chance,
    )
  }
  drawBank(paint, shore, rise, chance)
}

// The sun stands low in the gap: every tower is lit on the side that looks at it.
const sunSide = (paint: Paint, tower: Tower): void => {
  const [lit, dark] = tower.x < 800 ? [tower.x + tower.width, tower.x] : [tower.x, tower.x + tower.width]
  paint.fillStyle = linear(
    paint,
    [lit, 0, dark, 0],
    [
      [0, 'rgba(255, 196, 150, 0.5)'],
      [0.22, 'rgba(255, 180, 150, 0.12)'],
      [0.5, 'rgba(255, 180, 150, 0)'],
    ],
  )
  paint.fillRect(tower.x, river - tower.height + 16, tower.width, tower.height)
}

const drawBank = (paint: Paint, shore: Shore, rise: (x: number) => number, chance: Chance): void => {
  const noise = ridgeNoise(shore.seed + 3, 5)
  paint.beginPath()
  paint.moveTo(0, river + 14)
  for (let x = 0; x <= wide; x += 3)
    paint.lineTo(x, river + 14 - Math.min(1, rise(x) * 3) * 10 - rise(x) * (26 + noise(x * 0.03) * 26 + chance() * 3))
  paint.lineTo(wide, river + 14)
  paint.fillStyle = linear(
    paint,
    [0, river - 50, 0, river + 8],
    [
      [0, shore.colours[0]],
      [1, shore.colours[1]],
    ],
  )
  paint.fill()
}
