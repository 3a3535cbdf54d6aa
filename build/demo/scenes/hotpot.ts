import { disc, drawBroth, pot } from './broth.ts'
import { between, chanceFrom, oneOf } from './chance.ts'
import { apart, glow, grain, layer, linear, type Paint, type Poster, radial } from './paint.ts'
import { setLine } from './type.ts'

const width = 1080
const height = 1920

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
