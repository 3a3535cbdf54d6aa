import { between, type Chance, chanceFrom, noiseLine, oneOf } from './chance.ts'
import { type Block, drawBlock, drawRooms, drawStairs, project, type Sides, type View } from './isometric.ts'
import { fillDown, fillOutline, glow, grain, linear, type Paint, type Poster } from './paint.ts'
import { drawTower, type Tower } from './towers.ts'
import { setLine } from './type.ts'

const width = 1920
const height = 1080
const cells = 24
const view: View = { x: 1340, y: 610, unit: 64 }
const terrace = 0.92
const railRow = 7
const railHeight = 4.7

/** 8D City: stairs, houses and a train on a hill where every street is somebody's roof. */
export const eightDCity: Poster = {
  width,
  height,
  mediaType: 'image/jpeg',
  quality: 0.87,
  draw: (paint) => draw(paint),
}

const draw = (paint: Paint): void => {
  drawSky(paint)
  drawFarCity(paint)
  drawHill(paint)
  fillDown(
    paint,
    [0, 760, width, 320],
    [
      [0, 'rgba(30, 12, 70, 0)'],
      [1, 'rgba(24, 10, 66, 0.55)'],
    ],
  )
  drawTitle(paint)
  grain(paint, width, height, 0.09)
}

const drawSky = (paint: Paint): void => {
  paint.fillStyle = linear(
    paint,
    [0, 0, 900, height],
    [
      [0, '#ff5a5f'],
      [0.35, '#ff8a5c'],
      [0.65, '#ffc078'],
      [1, '#ffe3a8'],
    ],
  )
  paint.fillRect(0, 0, width, height)
  glow(paint, 1340, 330, 760, [
    [0, 'rgba(255, 246, 200, 0.95)'],
    [0.4, 'rgba(255, 220, 150, 0.45)'],
    [1, 'rgba(255, 190, 120, 0)'],
  ])
  paint.beginPath()
  paint.arc(1340, 330, 270, 0, Math.PI * 2)
  paint.fillStyle = linear(
    paint,
    [0, 60, 0, 600],
    [
      [0, '#fffbe8'],
      [1, '#ffd98c'],
    ],
  )
  paint.fill()
}

// Flat towers in the haze stand behind the hill, so that its edge is not the edge of the world.
const drawFarCity = (paint: Paint): void => {
  const chance = chanceFrom(91)
  for (const [top, foot, rise, broad] of [
    ['#ff9a72', '#ffc48c', 330, 70],
    ['#f2717a', '#ffae86', 210, 92],
  ] as const) {
    for (let x = -30; x < width; x += between(chance, broad * 0.6, broad * 1.3)) {
      const tower: Tower = {
        x,
        ground: height,
        width: between(chance, broad * 0.6, broad),
        height: 160 + rise * between(chance, 0.35, 1.3),
        crown: oneOf(chance, ['flat', 'step', 'slant', 'spire', 'twin', 'flat']),
        colours: [top, foot],
      }
      drawTower(paint, tower)
    }
  }
}

const wobble = noiseLine(17)

const levelOf = (x: number, y: number): number =>
  x < 0 || y < 0
    ? 9
    : Math.max(0, Math.floor((21.6 - (x + y) + wobble(x * 0.45) * 2.4 + wobble(y * 0.45 + 60) * 2.4) / 3.4))

const ramp: readonly [Sides, ...Sides[]] = [
  { top: '#3c3a8c', left: '#231f63', right: '#2d2874' },
  { top: '#4f55b4', left: '#2a2b78', right: '#363a92' },
  { top: '#2f8fb5', left: '#1b5586', right: '#22709c' },
  { top: '#35b5a8', left: '#1b7480', right: '#249591' },
  { top: '#9fd08a', left: '#4a9379', right: '#6db07e' },
  { top: '#ffd166', left: '#d98b3f', right: '#eeaf50' },
  { top: '#ff9f5a', left: '#cf5a45', right: '#e87b4d' },
  { top: '#ff7a6b', left: '#b73a58', right: '#dd5860' },
  { top: '#f2578a', left: '#92276a', right: '#c23d79' },
  { top: '#c04aa0', left: '#6a2278', right: '#93358c' },
]

const drawHill = (paint: Paint): void => {
  for (let sum = 0; sum <= (cells - 1) * 2; sum += 1) {
    for (let x = Math.max(0, sum - cells + 1); x <= Math.min(sum, cells - 1); x += 1) drawCell(paint, x, sum - x)
  }
}

const drawCell = (paint: Paint, x: number, y: number): void => {
  const chance = chanceFrom(x * 131 + y * 977 + 5)
  const level = levelOf(x, y)
  const ground = level * terrace
  const sides = ramp[level] ?? ramp[0]
  drawBlock(paint, view, { at: [x, y, ground - 3], size: [1, 1, 3] }, sides)
  drawEdge(paint, x, y, ground)
  const behindX = levelOf(x - 1, y) - level
  const behindY = levelOf(x, y - 1) - level
  const cream: Sides = { top: '#fff4de', left: '#d9a68c', right: '#f0cba4' }
  if (behindX === 1 && chance() < 0.62)
    drawStairs(paint, view, { at: [x, y + 0.12, ground], size: [1, 0.76, terrace] }, 'x', cream)
  else if (behindY === 1 && chance() < 0.62)
    drawStairs(paint, view, { at: [x + 0.12, y, ground], size: [0.76, 1, terrace] }, 'y', cream)
  else furnish(paint, x, y, ground, chance)
  if (x === railRow) drawRail(paint, x, y, ground)
}

// A pale line along the open edges of a terrace draws the contour of the hill.
const drawEdge = (paint: Paint, x: number, y: number, ground: number): void => {
  paint.strokeStyle = 'rgba(255, 244, 222, 0.4)'
  paint.lineWidth = 2
  const line = (from: readonly [number, number], to: readonly [number, number]) => {
    paint.beginPath()
    paint.moveTo(...from)
    paint.lineTo(...to)
    paint.stroke()
  }
  const level = levelOf(x, y)
  if (levelOf(x + 1, y) < level) line(project(view, [x + 1, y, ground]), project(view, [x + 1, y + 1, ground]))
  if (levelOf(x, y + 1) < level) line(project(view, [x, y + 1, ground]), project(view, [x + 1, y + 1, ground]))
}

const furnish = (paint: Paint, x: number, y: number, ground: number, chance: Chance): void => {
  const what = chance()
  if (x === railRow) return
  if (what < 0.3) drawHouse(paint, x, y, ground, chance)
  else if (what < 0.52) drawTree(paint, x, y, ground, chance)
  else if (what < 0.86)
    for (let person = 0; person < 3; person += 1)
      drawWalker(paint, x + between(chance, 0.15, 0.85), y + between(chance, 0.15, 0.85), ground, chance)
}

const walls: readonly [Sides, ...Sides[]] = [
  { top: '#fff8ea', left: '#e3b59c', right: '#f8dcbc' },
  { top: '#ffe9c4', left: '#d0795c', right: '#f0a878' },
  { top: '#f4f0ff', left: '#8d7cc4', right: '#c4b6ea' },
  { top: '#e4fbf3', left: '#5fa5a5', right: '#a5dccb' },
]

const drawHouse = (paint: Paint, x: number, y: number, ground: number, chance: Chance): void => {
  const tall =
    x > railRow && x < railRow + 4 && y < 14
      ? between(chance, 0.6, 1.1)
      : x + y < 11
        ? between(chance, 1.8, 4.2)
        : between(chance, 0.9, 2.5)
  const block: Block = { at: [x + 0.09, y + 0.09, ground], size: [0.82, 0.82, tall] }
  const sides = oneOf(chance, walls)
  drawBlock(paint, view, block, sides)
  drawRooms(paint, view, block, () => (chance() < 0.16 ? '#ffd75e' : chance() < 0.9 ? '#3a2a78' : undefined))
  drawBlock(
    paint,
    view,
    { at: [x + 0.04, y + 0.04, ground + tall], size: [0.92, 0.92, 0.1] },
    { top: '#fff6e2', left: '#b65a54', right: '#e8836a' },
  )
  if (chance() < 0.5)
    drawBlock(paint, view, { at: [x + 0.3, y + 0.3, ground + tall + 0.1], size: [0.36, 0.36, 0.3] }, sides)
  else drawTree(paint, x, y, ground + tall + 0.1, chance, 0.6)
}

const drawTree = (paint: Paint, x: number, y: number, ground: number, chance: Chance, size = 1): void => {
  const [footX, footY] = project(view, [x + 0.5, y + 0.5, ground])
  const [dark, light] = oneOf<readonly [string, string]>(chance, [
    ['#1d7a6b', '#57c78e'],
    ['#c93a72', '#ff92ad'],
    ['#2c8f5c', '#a4df7c'],
  ])
  paint.fillStyle = 'rgba(40, 10, 70, 0.25)'
  paint.beginPath()
  paint.ellipse(footX + 4, footY + 2, 22 * size, 10 * size, 0, 0, Math.PI * 2)
  paint.fill()
  paint.fillStyle = '#5b2a4a'
  paint.fillRect(footX - 2.5 * size, footY - 22 * size, 5 * size, 22 * size)
  paint.fillStyle = linear(
    paint,
    [footX + 20 * size, 0, footX - 20 * size, 0],
    [
      [0, light],
      [1, dark],
    ],
  )
  paint.beginPath()
  paint.arc(footX, footY - 36 * size, 21 * size, 0, Math.PI * 2)
  paint.fill()
}

const drawWalker = (paint: Paint, x: number, y: number, ground: number, chance: Chance): void => {
  const [footX, footY] = project(view, [x, y, ground])
  paint.fillStyle = 'rgba(40, 10, 70, 0.28)'
  paint.beginPath()
  paint.ellipse(footX + 3, footY, 8, 3.6, 0, 0, Math.PI * 2)
  paint.fill()
  paint.fillStyle = oneOf(chance, ['#ffffff', '#ffdf5e', '#ff4f5e', '#39d0c3', '#2a1a66'])
  paint.beginPath()
  paint.roundRect(footX - 5, footY - 22, 10, 22, 5)
  paint.fill()
  paint.fillStyle = oneOf(chance, ['#f4c9a4', '#8a5638', '#e0a983', '#5b3524'])
  paint.beginPath()
  paint.arc(footX, footY - 26, 5, 0, Math.PI * 2)
  paint.fill()
}

const drawRail = (paint: Paint, x: number, y: number, ground: number): void => {
  if (y % 3 === 1 && ground < railHeight)
    drawBlock(
      paint,
      view,
      { at: [x + 0.4, y + 0.4, ground], size: [0.2, 0.2, railHeight - ground] },
      { top: '#f7efe6', left: '#8f7fa8', right: '#c9bcd0' },
    )
  drawBlock(
    paint,
    view,
    { at: [x + 0.32, y, railHeight], size: [0.36, 1, 0.22] },
    { top: '#fff8ee', left: '#a391b4', right: '#d8cbd8' },
  )
  if (y < 3 || y > 10) return
  const car: Block = {
    at: [x + 0.2, y + (y === 3 ? 0.2 : 0.03), railHeight + 0.2],
    size: [0.6, y === 3 ? 0.77 : 0.94, 0.62],
  }
  drawBlock(paint, view, car, { top: '#ffffff', left: '#cfc6dc', right: '#f2ecf2' })
  const side = (along: number, up: number) => project(view, [x + 0.8, y + along, railHeight + 0.2 + up])
  fillOutline(paint, [side(0.03, 0.06), side(0.97, 0.06), side(0.97, 0.17), side(0.03, 0.17)], '#1fa463')
  for (let pane = 0.1; pane < 0.9; pane += 0.22)
    fillOutline(paint, [side(pane, 0.28), side(pane + 0.16, 0.28), side(pane + 0.16, 0.5), side(pane, 0.5)], '#33286e')
}

const drawTitle = (paint: Paint): void => {
  setLine(paint, { text: '8D', x: 88, y: 356, size: 330, weight: 900, fill: '#fffaf0', tracking: -12 })
  setLine(paint, { text: '城市', x: 96, y: 520, size: 140, weight: 900, fill: '#fffaf0', tracking: 4 })
  setLine(paint, { text: '8D City', x: 404, y: 516, size: 76, weight: 800, fill: '#6d1350' })
  setLine(paint, { text: '到底几楼？', x: 100, y: 606, size: 42, weight: 700, fill: '#6d1350', tracking: 3 })
  setLine(paint, { text: 'Which floor is the street?', x: 330, y: 605, size: 37, weight: 700, fill: '#6d1350' })
}
