import { between, type Chance, chanceFrom, oneOf } from './chance.ts'
import { apart, linear, type Paint, radial } from './paint.ts'

/** The middle and the radius of the pot. */
export const pot = { x: 540, y: 1120, radius: 400 } as const

/** A filled circle. */
export const disc = (paint: Paint, x: number, y: number, radius: number, fill: string | CanvasGradient): void => {
  paint.beginPath()
  paint.arc(x, y, radius, 0, Math.PI * 2)
  paint.fillStyle = fill
  paint.fill()
}

/** What cooks in the pot: oil, the nine-grid, morsels, chilies, peppercorns and scallions. */
export const drawBroth = (paint: Paint): void => {
  const chance = chanceFrom(88)
  apart(paint, () => {
    paint.beginPath()
    paint.arc(pot.x, pot.y, pot.radius - 34, 0, Math.PI * 2)
    paint.clip()
    drawOil(paint, chance)
    drawGrid(paint)
    for (let index = 0; index < 34; index += 1) drawMorsel(paint, chance, index)
    for (let index = 0; index < 26; index += 1) drawChili(paint, chance)
    for (let index = 0; index < 130; index += 1) drawPeppercorn(paint, chance)
    for (let index = 0; index < 30; index += 1) drawScallion(paint, chance)
  })
}

const somewhere = (chance: Chance, reach: number): readonly [number, number] => {
  const angle = chance() * Math.PI * 2
  const away = Math.sqrt(chance()) * reach
  return [pot.x + Math.cos(angle) * away, pot.y + Math.sin(angle) * away]
}

const drawOil = (paint: Paint, chance: Chance): void => {
  for (let index = 0; index < 260; index += 1) {
    const [x, y] = somewhere(chance, 360)
    const size = between(chance, 4, 30)
    disc(paint, x, y, size, `rgba(255, ${Math.round(between(chance, 90, 190))}, 50, ${between(chance, 0.05, 0.2)})`)
    paint.strokeStyle = 'rgba(255, 214, 130, 0.22)'
    paint.lineWidth = 1.5
    paint.stroke()
  }
}

const drawGrid = (paint: Paint): void => {
  for (const [thickness, colour, shift] of [
    [20, 'rgba(60, 0, 4, 0.5)', 7],
    [17, '#8f4f18', 0],
    [8, '#ffdf8f', -2.5],
  ] as const) {
    paint.fillStyle = colour
    for (const line of [-125, 125]) {
      paint.fillRect(pot.x + line - thickness / 2 + shift, pot.y - 400, thickness, 800)
      paint.fillRect(pot.x - 400, pot.y + line - thickness / 2 + shift, 800, thickness)
    }
  }
}

const cellOf = (index: number): readonly [number, number] => [
  pot.x + ((index % 3) - 1) * 235,
  pot.y + ((Math.floor(index / 3) % 3) - 1) * 235,
]

const drawMorsel = (paint: Paint, chance: Chance, index: number): void => {
  const [middleX, middleY] = cellOf(index)
  const x = middleX + between(chance, -62, 62)
  const y = middleY + between(chance, -62, 62)
  const kind = index % 4
  apart(paint, () => {
    paint.translate(x, y)
    paint.rotate(chance() * Math.PI)
    paint.shadowColor = 'rgba(70, 0, 0, 0.5)'
    paint.shadowBlur = 12
    paint.shadowOffsetY = 6
    if (kind === 0) drawLotus(paint)
    if (kind === 1) drawMushroom(paint)
    if (kind === 2) drawTofu(paint)
    if (kind === 3) drawGreens(paint, chance)
  })
}

const drawLotus = (paint: Paint): void => {
  disc(
    paint,
    0,
    0,
    43,
    radial(paint, -10, -12, 54, [
      [0, '#fff4dc'],
      [1, '#e9b98a'],
    ]),
  )
  paint.shadowColor = 'transparent'
  for (let hole = 0; hole < 7; hole += 1) {
    const angle = (hole / 7) * Math.PI * 2
    disc(paint, Math.cos(angle) * 26, Math.sin(angle) * 26, 7.4, '#a5301c')
  }
  disc(paint, 0, 0, 7, '#a5301c')
}

const drawMushroom = (paint: Paint): void => {
  disc(
    paint,
    0,
    0,
    36,
    radial(paint, -10, -12, 46, [
      [0, '#b9774a'],
      [1, '#54240f'],
    ]),
  )
  paint.shadowColor = 'transparent'
  paint.strokeStyle = '#fbe3bf'
  paint.lineWidth = 7
  paint.lineCap = 'round'
  for (const turn of [0, Math.PI / 3, (Math.PI * 2) / 3]) {
    paint.beginPath()
    paint.moveTo(Math.cos(turn) * -20, Math.sin(turn) * -20)
    paint.lineTo(Math.cos(turn) * 20, Math.sin(turn) * 20)
    paint.stroke()
  }
}

const drawTofu = (paint: Paint): void => {
  paint.beginPath()
  paint.roundRect(-36, -27, 72, 54, 10)
  paint.fillStyle = linear(
    paint,
    [-36, -27, 36, 27],
    [
      [0, '#fffaf0'],
      [1, '#f2c793'],
    ],
  )
  paint.fill()
}

const drawGreens = (paint: Paint, chance: Chance): void => {
  for (let leaf = 0; leaf < 4; leaf += 1) {
    paint.rotate(between(chance, 0.5, 1.2))
    paint.beginPath()
    paint.moveTo(0, 0)
    paint.bezierCurveTo(18, -30, 52, -30, 62, 0)
    paint.bezierCurveTo(52, 26, 18, 24, 0, 0)
    paint.fillStyle = linear(
      paint,
      [0, 0, 62, 0],
      [
        [0, '#dff0a8'],
        [0.4, '#5da53a'],
        [1, '#1f6a35'],
      ],
    )
    paint.fill()
  }
}

const drawChili = (paint: Paint, chance: Chance): void => {
  const [x, y] = somewhere(chance, 330)
  apart(paint, () => {
    paint.translate(x, y)
    paint.rotate(chance() * Math.PI * 2)
    paint.beginPath()
    paint.moveTo(-34, 0)
    paint.quadraticCurveTo(0, -26, 42, 6)
    paint.quadraticCurveTo(2, 4, -34, 0)
    paint.lineWidth = 9
    paint.lineJoin = 'round'
    paint.strokeStyle = '#8c0713'
    paint.stroke()
    paint.fillStyle = '#e9162a'
    paint.fill()
    paint.strokeStyle = 'rgba(255, 170, 140, 0.85)'
    paint.lineWidth = 2.5
    paint.beginPath()
    paint.moveTo(-22, -5)
    paint.quadraticCurveTo(2, -15, 24, -3)
    paint.stroke()
    disc(paint, -39, 1, 5, '#3c7a2c')
  })
}

const drawPeppercorn = (paint: Paint, chance: Chance): void => {
  const [x, y] = somewhere(chance, 352)
  const size = between(chance, 4, 7)
  disc(paint, x, y, size, oneOf(chance, ['#4a1410', '#6b2015', '#30100c']))
  disc(paint, x - size * 0.3, y - size * 0.3, size * 0.35, 'rgba(255, 190, 140, 0.7)')
}

const drawScallion = (paint: Paint, chance: Chance): void => {
  const [x, y] = somewhere(chance, 350)
  paint.beginPath()
  paint.arc(x, y, between(chance, 6, 11), 0, Math.PI * 2)
  paint.strokeStyle = oneOf(chance, ['#9be05a', '#5fbf3f', '#cdf08a'])
  paint.lineWidth = 4.5
  paint.stroke()
}
