import { between, type Chance, chanceFrom, oneOf } from './chance.ts'
import { fillDown, glow, linear, type Paint } from './paint.ts'

/** The block of flats the train runs through; the gap is the height of the station in it. */
export const house = { x: 460, width: 460, top: 18, foot: 640, gapTop: 318, gapFoot: 424 } as const

const right = house.x + house.width

/** Draws the inside of the station: what one sees behind the train through the opening. */
export const drawStation = (paint: Paint): void => {
  fillDown(
    paint,
    [house.x, house.gapTop, house.width, house.gapFoot - house.gapTop],
    [
      [0, '#ffdf9e'],
      [0.35, '#e6a765'],
      [1, '#6d4452'],
    ],
  )
  for (let lamp = house.x + 30; lamp < right; lamp += 57) {
    paint.fillStyle = '#fffbe0'
    paint.fillRect(lamp, house.gapTop + 9, 30, 4)
    glow(paint, lamp + 15, house.gapTop + 14, 48, [
      [0, 'rgba(255, 246, 200, 0.7)'],
      [1, 'rgba(255, 230, 160, 0)'],
    ])
  }
  paint.fillStyle = '#2f9e57'
  paint.fillRect(house.x, house.gapTop + 26, house.width, 7)
}

/** Draws the front of the house with the opening left free. */
export const drawFacade = (paint: Paint): void => {
  const chance = chanceFrom(77)
  drawWallPiece(paint, house.top, house.gapTop)
  drawWallPiece(paint, house.gapFoot, house.foot)
  drawFlats(paint, house.top + 14, house.gapTop - 12, chance)
  drawFlats(paint, house.gapFoot + 16, house.foot - 10, chance)
  drawOpening(paint)
  drawRoofGarden(paint, chance)
  shade(paint)
}

const drawWallPiece = (paint: Paint, top: number, foot: number): void => {
  paint.fillStyle = linear(
    paint,
    [house.x, 0, right, 0],
    [
      [0, '#fff0d6'],
      [0.5, '#f3d6b0'],
      [1, '#cfa08e'],
    ],
  )
  paint.fillRect(house.x, top, house.width, foot - top)
  for (let pillar = 0; pillar <= 4; pillar += 1) {
    const x = house.x + (house.width / 4) * pillar - 8
    paint.fillStyle = linear(
      paint,
      [x, 0, x + 16, 0],
      [
        [0, '#d9765a'],
        [0.5, '#c4583f'],
        [1, '#8f3a35'],
      ],
    )
    paint.fillRect(Math.max(house.x, Math.min(right - 16, x)), top, 16, foot - top)
  }
}

const drawFlats = (paint: Paint, top: number, foot: number, chance: Chance): void => {
  const floors = Math.floor((foot - top) / 31)
  const pitch = (foot - top) / floors
  for (let floor = 0; floor < floors; floor += 1) {
    for (let column = 0; column < 8; column += 1) {
      const bay = Math.floor(column / 2)
      const x = house.x + bay * (house.width / 4) + 13 + (column % 2) * 45
      drawWindow(paint, x, top + floor * pitch, chance)
    }
  }
}

const drawWindow = (paint: Paint, x: number, y: number, chance: Chance): void => {
  const lit = chance() < 0.16
  fillDown(
    paint,
    [x, y, 38, 20],
    lit
      ? [
          [0, '#fff0b8'],
          [1, '#ffc56e'],
        ]
      : [
          [0, '#2f5d78'],
          [0.5, '#5f98a8'],
          [1, '#a9cfca'],
        ],
  )
  paint.fillStyle = '#fff6e6'
  paint.fillRect(x + 18, y, 2, 20)
  paint.fillRect(x - 1, y - 1.5, 40, 2)
  if (!lit) {
    paint.fillStyle = 'rgba(255, 255, 255, 0.35)'
    paint.beginPath()
    paint.moveTo(x + 3, y + 20)
    paint.lineTo(x + 12, y)
    paint.lineTo(x + 17, y)
    paint.lineTo(x + 8, y + 20)
    paint.fill()
  }
  drawSill(paint, x, y, chance)
}

const drawSill = (paint: Paint, x: number, y: number, chance: Chance): void => {
  const what = chance()
  paint.fillStyle = 'rgba(120, 60, 50, 0.55)'
  paint.fillRect(x - 2, y + 20, 42, 3)
  if (what < 0.28) {
    paint.fillStyle = '#f6f3ec'
    paint.fillRect(x + 22, y + 14, 15, 9)
    paint.fillStyle = '#b9b4b8'
    paint.fillRect(x + 25, y + 16, 6, 5)
  } else if (what < 0.56) {
    for (let leaf = 0; leaf < 9; leaf += 1) {
      paint.fillStyle = oneOf(chance, ['#3f8f56', '#69b265', '#2d6d49', '#f28fae'])
      paint.beginPath()
      paint.arc(x + between(chance, 1, 37), y + between(chance, 16, 21), between(chance, 2, 4), 0, Math.PI * 2)
      paint.fill()
    }
  } else if (what < 0.68) {
    for (let cloth = 0; cloth < 4; cloth += 1) {
      paint.fillStyle = oneOf(chance, ['#e2493b', '#f2b23a', '#3f8fb0', '#ffffff', '#7a4fa0'])
      paint.fillRect(x + 2 + cloth * 9, y + 12, 7, between(chance, 8, 13))
    }
  }
}

const drawOpening = (paint: Paint): void => {
  for (let column = 0; column <= 6; column += 1) {
    const x = house.x + (house.width / 6) * column
    paint.fillStyle = linear(
      paint,
      [x - 6, 0, x + 6, 0],
      [
        [0, '#fff2da'],
        [1, '#b98f88'],
      ],
    )
    paint.fillRect(Math.max(house.x, Math.min(right - 11, x - 5.5)), house.gapTop, 11, house.gapFoot - house.gapTop)
  }
  fillDown(
    paint,
    [house.x - 16, house.gapTop - 9, house.width + 32, 13],
    [
      [0, '#fdf4e4'],
      [1, '#b78f88'],
    ],
  )
  fillDown(
    paint,
    [house.x - 16, house.gapFoot - 10, house.width + 32, 16],
    [
      [0, '#fdf4e4'],
      [0.4, '#d8b79c'],
      [1, '#8d5f68'],
    ],
  )
  paint.fillStyle = linear(
    paint,
    [0, house.gapFoot + 6, 0, house.gapFoot + 26],
    [
      [0, 'rgba(70, 30, 60, 0.4)'],
      [1, 'rgba(70, 30, 60, 0)'],
    ],
  )
  paint.fillRect(house.x, house.gapFoot + 6, house.width, 20)
  paint.fillStyle = linear(
    paint,
    [0, house.gapTop + 4, 0, house.gapTop + 22],
    [
      [0, 'rgba(70, 30, 40, 0.5)'],
      [1, 'rgba(70, 30, 40, 0)'],
    ],
  )
  paint.fillRect(house.x, house.gapTop + 4, house.width, 18)
}

const drawRoofGarden = (paint: Paint, chance: Chance): void => {
  fillDown(
    paint,
    [house.x - 10, house.top - 8, house.width + 20, 14],
    [
      [0, '#fff6e4'],
      [1, '#c08f80'],
    ],
  )
  for (let leaf = 0; leaf < 150; leaf += 1) {
    paint.fillStyle = oneOf(chance, ['#3f8f56', '#69b265', '#2d6d49', '#8cc56b', '#f7a7bf'])
    paint.beginPath()
    paint.arc(
      between(chance, house.x, right),
      house.top - 8 - between(chance, 0, 12),
      between(chance, 4, 10),
      0,
      Math.PI * 2,
    )
    paint.fill()
  }
}

// The sun stands at the upper left: the right of the house lies in violet shade.
const shade = (paint: Paint): void => {
  paint.fillStyle = linear(
    paint,
    [house.x, 0, right, 0],
    [
      [0, 'rgba(255, 236, 190, 0.25)'],
      [0.35, 'rgba(255, 255, 255, 0)'],
      [1, 'rgba(84, 44, 110, 0.34)'],
    ],
  )
  paint.fillRect(house.x, house.top, house.width, house.gapTop - house.top)
  paint.fillRect(house.x, house.gapFoot, house.width, house.foot - house.gapFoot)
}
