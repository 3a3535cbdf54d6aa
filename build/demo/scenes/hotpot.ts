import { between, type Chance, chanceFrom, oneOf } from './chance.ts'
import { apart, glow, grain, layer, linear, type Paint, type Poster, radial } from './paint.ts'
import { setLine } from './type.ts'

const width = 1080
const height = 1920
const pot = { x: 540, y: 1120, radius: 400 } as const

/** One pot, many friends: a nine-grid Chongqing hotpot from above, with everybody's chopsticks in it. */
export const hotpot: Poster = { width, height, mediaType: 'image/jpeg', quality: 0.86, draw: (paint) => draw(paint) }

const draw = (paint: Paint): void => {
  drawTable(paint)
  drawBowls(paint)
  drawPot(paint)
  drawBroth(paint)
  drawFriends(paint)
  drawSteam(paint)
  drawTitle(paint)
  grain(paint, width, height, 0.1)
}

const drawTable = (paint: Paint): void => {
  paint.fillStyle = radial(paint, pot.x, pot.y, 1250, [
    [0, '#ff7a3d'],
    [0.35, '#e23a26'],
    [0.7, '#a3141f'],
    [1, '#4f0a1c'],
  ])
  paint.fillRect(0, 0, width, height)
  apart(paint, () => {
    paint.translate(pot.x, pot.y)
    for (let ray = 0; ray < 40; ray += 1) {
      paint.rotate((Math.PI * 2) / 40)
      if (ray % 2 === 0) continue
      paint.beginPath()
      paint.moveTo(0, 0)
      paint.lineTo(1500, -115)
      paint.lineTo(1500, 115)
      paint.fillStyle = radial(paint, 0, 0, 1400, [
        [0, 'rgba(255, 190, 90, 0.28)'],
        [1, 'rgba(255, 120, 60, 0.04)'],
      ])
      paint.fill()
    }
  })
}

const disc = (paint: Paint, x: number, y: number, radius: number, fill: string | CanvasGradient): void => {
  paint.beginPath()
  paint.arc(x, y, radius, 0, Math.PI * 2)
  paint.fillStyle = fill
  paint.fill()
}

const drawPot = (paint: Paint): void => {
  apart(paint, () => {
    paint.shadowColor = 'rgba(40, 0, 8, 0.65)'
    paint.shadowBlur = 90
    paint.shadowOffsetY = 46
    disc(paint, pot.x, pot.y, pot.radius, '#2a1512')
  })
  const brass = linear(
    paint,
    [pot.x - 400, pot.y - 400, pot.x + 400, pot.y + 400],
    [
      [0, '#fff0b8'],
      [0.25, '#f0b54a'],
      [0.5, '#a8641c'],
      [0.72, '#f6cf74'],
      [1, '#7c3f10'],
    ],
  )
  disc(paint, pot.x, pot.y, pot.radius, brass)
  disc(paint, pot.x, pot.y, pot.radius - 26, '#5b260e')
  disc(
    paint,
    pot.x,
    pot.y,
    pot.radius - 34,
    radial(paint, pot.x - 80, pot.y - 120, 520, [
      [0, '#ff5a1f'],
      [0.55, '#d21f12'],
      [1, '#7d0a10'],
    ]),
  )
}

const drawBroth = (paint: Paint): void => {
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

const drawBowls = (paint: Paint): void => {
  const bowls = [
    [60, 760, '#1f7a8c'],
    [1030, 800, '#f2b705'],
    [80, 1640, '#f2b705'],
    [1010, 1600, '#1f7a8c'],
    [540, 1800, '#17324d'],
  ] as const
  for (const [x, y, colour] of bowls) {
    apart(paint, () => {
      paint.shadowColor = 'rgba(40, 0, 8, 0.55)'
      paint.shadowBlur = 46
      paint.shadowOffsetY = 22
      disc(paint, x, y, 128, '#fff6e4')
    })
    disc(paint, x, y, 118, colour)
    disc(paint, x, y, 104, '#fff6e4')
    disc(
      paint,
      x,
      y,
      92,
      radial(paint, x - 20, y - 24, 110, [
        [0, '#e8a24c'],
        [1, '#8a3a14'],
      ]),
    )
    const chance = chanceFrom(x + y)
    for (let fleck = 0; fleck < 26; fleck += 1) {
      const angle = chance() * Math.PI * 2
      const away = Math.sqrt(chance()) * 78
      disc(
        paint,
        x + Math.cos(angle) * away,
        y + Math.sin(angle) * away,
        between(chance, 3, 7),
        oneOf(chance, ['#7ccf4a', '#fff2c8', '#d8322a']),
      )
    }
  }
}

type Friend = { readonly angle: number; readonly skin: string; readonly sleeve: string; readonly reach: number }

const friends: readonly Friend[] = [
  { angle: -2.62, skin: '#8d5535', sleeve: '#f2b705', reach: 250 },
  { angle: -0.6, skin: '#f3c9a5', sleeve: '#1f7a8c', reach: 262 },
  { angle: 0.16, skin: '#5a3322', sleeve: '#f7efe2', reach: 268 },
  { angle: 0.98, skin: '#e0a77c', sleeve: '#e0457b', reach: 240 },
  { angle: 2.2, skin: '#f6d5b8', sleeve: '#17324d', reach: 246 },
  { angle: 3.02, skin: '#b97a50', sleeve: '#3d9e6b', reach: 258 },
]

const drawFriends = (paint: Paint): void => {
  for (const friend of friends) {
    apart(paint, () => {
      paint.translate(pot.x, pot.y)
      paint.rotate(friend.angle)
      paint.shadowColor = 'rgba(50, 0, 6, 0.5)'
      paint.shadowBlur = 26
      paint.shadowOffsetY = 18
      drawArm(paint, friend)
    })
  }
}

const drawArm = (paint: Paint, { skin, sleeve, reach }: Friend): void => {
  const hand = reach + 200
  paint.lineCap = 'round'
  for (const [near, far] of [
    [-6, -14],
    [8, 16],
  ] as const) {
    paint.beginPath()
    paint.moveTo(reach - 120, near)
    paint.lineTo(hand + 70, far)
    paint.strokeStyle = '#3a1710'
    paint.lineWidth = 10
    paint.stroke()
    paint.strokeStyle = '#f6c56b'
    paint.lineWidth = 3
    paint.stroke()
  }
  paint.fillStyle = skin
  paint.beginPath()
  paint.moveTo(hand + 10, -34)
  paint.bezierCurveTo(hand + 60, -62, hand + 110, -56, hand + 190, -46)
  paint.lineTo(hand + 190, 50)
  paint.bezierCurveTo(hand + 100, 60, hand + 50, 58, hand + 12, 34)
  paint.closePath()
  paint.fill()
  paint.shadowColor = 'transparent'
  drawFingers(paint, hand, skin)
  drawSleeve(paint, hand, sleeve)
}

const drawFingers = (paint: Paint, hand: number, skin: string): void => {
  paint.lineWidth = 25
  for (const [bend, tip] of [
    [-30, -19],
    [-6, -1],
    [20, 17],
  ] as const) {
    for (const [colour, thickness] of [
      ['rgba(60, 10, 0, 0.25)', 27],
      [skin, 23],
    ] as const) {
      paint.strokeStyle = colour
      paint.lineWidth = thickness
      paint.beginPath()
      paint.moveTo(hand + 62, bend)
      paint.quadraticCurveTo(hand + 14, bend - 6, hand - 20, tip)
      paint.stroke()
    }
  }
}

const drawSleeve = (paint: Paint, hand: number, sleeve: string): void => {
  paint.fillStyle = sleeve
  paint.beginPath()
  paint.moveTo(hand + 165, -66)
  paint.lineTo(hand + 900, -120)
  paint.lineTo(hand + 900, 130)
  paint.lineTo(hand + 165, 72)
  paint.closePath()
  paint.fill()
  paint.clip()
  paint.fillStyle = 'rgba(0, 0, 0, 0.16)'
  paint.fillRect(hand + 165, -68, 26, 142)
  paint.fillStyle = linear(
    paint,
    [0, 0, 0, 130],
    [
      [0, 'rgba(0, 0, 0, 0)'],
      [1, 'rgba(0, 0, 0, 0.22)'],
    ],
  )
  paint.fillRect(hand + 165, 0, 740, 130)
}

const drawSteam = (paint: Paint): void => {
  const chance = chanceFrom(4)
  const steam = layer(width / 4, height / 4, (small) => {
    for (let puff = 0; puff < 46; puff += 1) {
      const x = (pot.x + between(chance, -260, 300)) / 4
      const y = (pot.y + between(chance, -640, 60)) / 4
      glow(small, x, y, between(chance, 24, 66), [
        [0, 'rgba(255, 236, 214, 0.085)'],
        [1, 'rgba(255, 236, 214, 0)'],
      ])
    }
  })
  paint.imageSmoothingQuality = 'high'
  paint.drawImage(steam, 0, 0, width, height)
}

const drawTitle = (paint: Paint): void => {
  paint.fillStyle = linear(
    paint,
    [0, 0, 0, 640],
    [
      [0, 'rgba(60, 4, 20, 0.85)'],
      [0.6, 'rgba(90, 8, 20, 0.4)'],
      [1, 'rgba(120, 10, 20, 0)'],
    ],
  )
  paint.fillRect(0, 0, width, 640)
  const cream = linear(
    paint,
    [0, 140, 0, 420],
    [
      [0, '#fffaf0'],
      [1, '#ffd98a'],
    ],
  )
  setLine(paint, { text: '一锅', x: 84, y: 300, size: 236, weight: 900, fill: cream })
  setLine(paint, { text: '好友', x: 84, y: 552, size: 236, weight: 900, fill: cream })
  setLine(paint, { text: 'One pot,', x: 604, y: 456, size: 82, weight: 800, fill: '#fff1d6', tracking: -1 })
  setLine(paint, { text: 'many friends', x: 604, y: 544, size: 64, weight: 800, fill: '#fff1d6', tracking: -1 })
  paint.fillStyle = '#ffb52e'
  paint.fillRect(608, 330, 96, 12)
}
