import { between, type Chance, chanceFrom, oneOf } from './chance.ts'
import { fillDown, glow, linear, type Paint } from './paint.ts'

/** Height of one storey, the same all over the cliff so that storeys light up in level lines. */
export const storey = 31

type House = {
  readonly x: number
  readonly width: number
  readonly base: number
  readonly storeys: number
  readonly roof: number
}

/** The stilt houses from the back row to the front row; `base` is in storeys over the water. */
const houses: readonly House[] = [
  { x: 300, width: 250, base: 5, storeys: 4, roof: 40 },
  { x: 520, width: 230, base: 5, storeys: 5, roof: 46 },
  { x: 720, width: 170, base: 4, storeys: 4, roof: 34 },
  { x: 180, width: 190, base: 4, storeys: 3, roof: 34 },
  { x: 400, width: 170, base: 3, storeys: 5, roof: 42 },
  { x: 640, width: 150, base: 3, storeys: 4, roof: 36 },
  { x: 90, width: 170, base: 2, storeys: 3, roof: 32 },
  { x: 255, width: 170, base: 2, storeys: 4, roof: 36 },
  { x: 545, width: 130, base: 2, storeys: 4, roof: 34 },
  { x: 770, width: 150, base: 2, storeys: 3, roof: 30 },
  { x: 350, width: 215, base: 1, storeys: 3, roof: 32 },
  { x: 655, width: 140, base: 1, storeys: 3, roof: 30 },
  { x: 150, width: 130, base: 1, storeys: 2, roof: 28 },
  { x: 60, width: 880, base: 0, storeys: 1, roof: 14 },
]

/** Draws the whole cliff of houses, standing at `water`, dark or with every lamp lit. */
export const drawStiltHouses = (paint: Paint, water: number, lit: boolean): void => {
  houses.forEach((house, index) => {
    const chance = chanceFrom(900 + index)
    for (let floor = 0; floor < house.storeys; floor += 1) drawStorey(paint, house, floor, water, lit, chance)
  })
}

const drawStorey = (paint: Paint, house: House, floor: number, water: number, lit: boolean, chance: Chance): void => {
  const inset = floor * 5
  const x = house.x + inset
  const width = house.width - inset * 2
  const bottom = water - (house.base + floor) * storey
  const top = bottom - storey
  drawWall(paint, x, top, width, lit)
  if (lit) drawMood(paint, x, top, width, chance)
  drawBays(paint, x, top, width, lit, chance)
  drawGallery(paint, x, bottom, width, lit)
  const last = floor === house.storeys - 1
  drawRoof(
    paint,
    {
      middle: x + width / 2,
      eave: top + 3,
      width: width + 18,
      height: last ? house.roof : 11,
      ridge: last ? 0.5 : 0.93,
    },
    lit,
  )
  if (last && house.roof > 33)
    drawRoof(
      paint,
      {
        middle: x + width / 2,
        eave: top - house.roof + 5,
        width: width * 0.46,
        height: house.roof * 0.62,
        ridge: 0.35,
      },
      lit,
    )
  drawLanterns(paint, x, top + 7, width, lit, chance)
  if (floor === 0) drawStilts(paint, x, bottom, width, house.base === 0 ? 0 : storey * 0.9, lit)
}

// The name of the houses: they stand on poles against the rock, with a light under the floor.
const drawStilts = (paint: Paint, x: number, top: number, width: number, length: number, lit: boolean): void => {
  fillDown(
    paint,
    [x, top, width, length],
    lit
      ? [
          [0, '#6b2a16'],
          [0.5, '#2a1226'],
          [1, '#141028'],
        ]
      : [
          [0, '#1d1e4a'],
          [1, '#171840'],
        ],
  )
  paint.strokeStyle = lit ? '#8a3a1c' : '#2c2c62'
  paint.lineWidth = 2.2
  paint.beginPath()
  for (let pole = x + 4; pole < x + width; pole += 21) {
    paint.moveTo(pole, top)
    paint.lineTo(pole, top + length)
    paint.moveTo(pole, top + length * 0.7)
    paint.lineTo(pole + 10, top)
    paint.lineTo(pole + 21, top + length * 0.7)
  }
  if (length > 0) paint.stroke()
}

const drawWall = (paint: Paint, x: number, top: number, width: number, lit: boolean): void => {
  fillDown(
    paint,
    [x, top, width, storey],
    lit
      ? [
          [0, '#ffb54d'],
          [0.35, '#e8822c'],
          [1, '#7a2d14'],
        ]
      : [
          [0, '#2c2c62'],
          [1, '#20214e'],
        ],
  )
}

// No two rooms burn the same lamps: broad dim and rosy patches keep the cliff from being one sheet of orange.
const drawMood = (paint: Paint, x: number, top: number, width: number, chance: Chance): void => {
  for (let patch = 0; patch < 3; patch += 1) {
    const left = x + between(chance, 0, 0.8) * width
    const reach = Math.min(x + width - left, between(chance, 20, 90))
    paint.fillStyle = oneOf(chance, ['rgba(70, 16, 20, 0.55)', 'rgba(150, 30, 40, 0.4)', 'rgba(255, 220, 120, 0.25)'])
    paint.fillRect(left, top, reach, storey)
  }
}

const drawBays = (paint: Paint, x: number, top: number, width: number, lit: boolean, chance: Chance): void => {
  const bays = Math.max(4, Math.round(width / 17))
  const bay = width / bays
  for (let index = 0; index < bays; index += 1) {
    const left = x + index * bay + 2.5
    const shine = chance() < 0.22 ? 0.12 : between(chance, 0.3, 1)
    paint.fillStyle = lit
      ? `rgba(255, ${Math.round(196 + shine * 40)}, ${Math.round(104 + shine * 70)}, ${shine})`
      : `rgba(104, 112, 190, ${shine * 0.3})`
    paint.fillRect(left, top + 9, bay - 5, storey - 15)
    paint.fillStyle = lit ? 'rgba(110, 38, 12, 0.75)' : 'rgba(8, 8, 24, 0.8)'
    paint.fillRect(left + (bay - 5) / 2 - 0.5, top + 9, 1, storey - 15)
    paint.fillRect(left, top + 14, bay - 5, 0.9)
    paint.fillStyle = lit ? '#5c1d10' : '#0c0c20'
    paint.fillRect(x + index * bay - 1.1, top, 2.2, storey)
  }
  paint.fillRect(x + width - 1.1, top, 2.2, storey)
}

const drawGallery = (paint: Paint, x: number, bottom: number, width: number, lit: boolean): void => {
  paint.fillStyle = lit ? '#4a160d' : '#0a0a1c'
  paint.fillRect(x - 6, bottom - 2, width + 12, 2.6)
  paint.fillRect(x - 6, bottom - 9, width + 12, 1.2)
  for (let post = x - 5; post < x + width + 6; post += 4.2) paint.fillRect(post, bottom - 9, 0.9, 8)
  if (!lit) return
  paint.fillStyle = 'rgba(255, 214, 130, 0.9)'
  paint.fillRect(x - 6, bottom - 2.2, width + 12, 0.9)
}

type Roof = {
  readonly middle: number
  readonly eave: number
  readonly width: number
  readonly height: number
  readonly ridge: number
}

const drawRoof = (paint: Paint, roof: Roof, lit: boolean): void => {
  const half = roof.width / 2
  const ridge = half * roof.ridge
  const tip = Math.min(11, 5 + roof.height * 0.16)
  const top = roof.eave - roof.height
  paint.beginPath()
  paint.moveTo(roof.middle - half - 3, roof.eave - tip)
  paint.quadraticCurveTo(roof.middle - half + 4, roof.eave, roof.middle - half * 0.78, roof.eave)
  paint.lineTo(roof.middle + half * 0.78, roof.eave)
  paint.quadraticCurveTo(roof.middle + half - 4, roof.eave, roof.middle + half + 3, roof.eave - tip)
  paint.quadraticCurveTo(
    roof.middle + ridge + (half - ridge) * 0.35,
    roof.eave - roof.height * 0.3,
    roof.middle + ridge,
    top,
  )
  paint.lineTo(roof.middle + ridge + 3, top - 3)
  paint.quadraticCurveTo(roof.middle, top + 2, roof.middle - ridge - 3, top - 3)
  paint.lineTo(roof.middle - ridge, top)
  paint.quadraticCurveTo(
    roof.middle - ridge - (half - ridge) * 0.35,
    roof.eave - roof.height * 0.3,
    roof.middle - half - 3,
    roof.eave - tip,
  )
  paint.fillStyle = linear(
    paint,
    [0, top, 0, roof.eave],
    lit
      ? [
          [0, '#22304a'],
          [0.6, '#3a2c3c'],
          [1, '#7c3a22'],
        ]
      : [
          [0, '#2f3d78'],
          [1, '#232c5e'],
        ],
  )
  paint.fill()
  drawEave(paint, roof, tip, lit)
}

const drawEave = (paint: Paint, roof: Roof, tip: number, lit: boolean): void => {
  const half = roof.width / 2
  paint.beginPath()
  paint.moveTo(roof.middle - half - 3, roof.eave - tip)
  paint.quadraticCurveTo(roof.middle - half + 4, roof.eave, roof.middle - half * 0.78, roof.eave)
  paint.lineTo(roof.middle + half * 0.78, roof.eave)
  paint.quadraticCurveTo(roof.middle + half - 4, roof.eave, roof.middle + half + 3, roof.eave - tip)
  paint.strokeStyle = lit ? '#ffe09a' : 'rgba(150, 160, 230, 0.5)'
  paint.lineWidth = lit ? 1.8 : 1
  paint.stroke()
  if (!lit || roof.ridge > 0.9) return
  const top = roof.eave - roof.height
  paint.beginPath()
  paint.moveTo(roof.middle - half * roof.ridge - 3, top - 3)
  paint.quadraticCurveTo(roof.middle, top + 2, roof.middle + half * roof.ridge + 3, top - 3)
  paint.lineWidth = 1.3
  paint.stroke()
}

const drawLanterns = (paint: Paint, x: number, y: number, width: number, lit: boolean, chance: Chance): void => {
  const count = Math.max(3, Math.round(width / 34))
  for (let index = 0; index <= count; index += 1) {
    const at = x + (width * index) / count + between(chance, -1.5, 1.5)
    if (lit)
      glow(paint, at, y, 11, [
        [0, 'rgba(255, 120, 50, 0.75)'],
        [1, 'rgba(255, 60, 20, 0)'],
      ])
    paint.fillStyle = lit ? '#ff4b2b' : '#2a1730'
    paint.beginPath()
    paint.ellipse(at, y, 3.6, 4.3, 0, 0, Math.PI * 2)
    paint.fill()
    if (!lit) continue
    paint.fillStyle = '#ffd58c'
    paint.fillRect(at - 1.2, y - 2.6, 2.4, 5.2)
  }
}
