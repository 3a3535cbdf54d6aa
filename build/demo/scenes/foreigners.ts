import { between, chanceFrom, oneOf } from './chance.ts'
import { apart, fillOutline, layer, linear, type Paint, type Poster } from './paint.ts'
import { drawTower } from './towers.ts'
import { setLine } from './type.ts'

const width = 1920
const height = 1080

/** Foreigners @Chongqing: faces of many colours look at one city, and shine through each other. */
export const foreigners: Poster = { width, height, mediaType: 'image/png', quality: 1, draw: (paint) => draw(paint) }

const draw = (paint: Paint): void => {
  fillOutline(
    paint,
    [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ],
    linear(
      paint,
      [0, 0, 0, height],
      [
        [0, '#fff6e0'],
        [0.55, '#ffe6c4'],
        [1, '#ffc9a0'],
      ],
    ),
  )
  paint.beginPath()
  paint.arc(1310, 520, 430, 0, Math.PI * 2)
  paint.fillStyle = linear(
    paint,
    [0, 90, 0, 950],
    [
      [0, '#ff4a3a'],
      [0.6, '#ff8a4a'],
      [0.85, 'rgba(255, 190, 110, 0.5)'],
      [1, 'rgba(255, 205, 150, 0)'],
    ],
  )
  paint.fill()
  drawSkyline(paint)
  // The faces shine through each other, but not through to the sun: that would turn them all red.
  const faces = layer(width, height, (sheet) => {
    for (const friend of friends) drawFriend(sheet, friend)
  })
  paint.drawImage(faces, 0, 0)
  drawTitle(paint)
}

const drawSkyline = (paint: Paint): void => {
  const chance = chanceFrom(14)
  apart(paint, () => {
    paint.beginPath()
    paint.arc(1310, 520, 430, 0, Math.PI * 2)
    paint.clip()
    for (const [colour, lift] of [
      ['rgba(226, 58, 52, 0.35)', 90],
      ['rgba(190, 30, 60, 0.5)', 0],
    ] as const) {
      for (let x = 860; x < 1760; x += between(chance, 30, 58)) {
        const near = Math.max(0, 1 - Math.abs(x - 1310) / 460)
        drawTower(paint, {
          x,
          ground: 780,
          width: between(chance, 30, 54),
          height: 190 + lift + near * 260 * between(chance, 0.4, 1.1),
          crown: oneOf(chance, ['flat', 'step', 'slant', 'spire', 'twin', 'arc']),
          colours: [colour, 'rgba(255, 120, 70, 0)'],
        })
      }
    }
  })
}

type Hair = 'bun' | 'afro' | 'cap' | 'bob' | 'scarf' | 'crop' | 'pony'
/** A face in profile: its middle, scale and direction (1 looks right), and two inks. */
type Friend = {
  readonly x: number
  readonly y: number
  readonly scale: number
  readonly looks: 1 | -1
  readonly skin: string
  readonly hair: Hair
  readonly ink: string
}

const friends: readonly Friend[] = [
  { x: 770, y: 722, scale: 2.75, looks: 1, skin: '#ffb28c', hair: 'bun', ink: '#2f5fd0' },
  { x: 1850, y: 700, scale: 2.8, looks: -1, skin: '#d98a5a', hair: 'afro', ink: '#8a3fb0' },
  { x: 985, y: 690, scale: 2.95, looks: 1, skin: '#a8683f', hair: 'cap', ink: '#ff5a66' },
  { x: 1640, y: 705, scale: 2.9, looks: -1, skin: '#ffd0a8', hair: 'scarf', ink: '#17a398' },
  { x: 1205, y: 725, scale: 3.05, looks: 1, skin: '#ffdcc0', hair: 'crop', ink: '#ff9f2e' },
  { x: 1425, y: 742, scale: 2.85, looks: -1, skin: '#ffc59a', hair: 'pony', ink: '#3a3a9c' },
]

const drawFriend = (paint: Paint, friend: Friend): void => {
  apart(paint, () => {
    paint.globalCompositeOperation = 'multiply'
    paint.translate(friend.x, friend.y)
    paint.scale(friend.scale * friend.looks, friend.scale)
    paint.rotate(-0.06)
    profile(paint)
    paint.fillStyle = friend.skin
    paint.fill()
    paint.fillStyle = friend.ink
    hair[friend.hair](paint)
    paint.fill()
    shoulders(paint)
    paint.fill()
  })
}

const profile = (paint: Paint): void => {
  paint.beginPath()
  paint.moveTo(-30, 112)
  paint.bezierCurveTo(-26, 92, -24, 74, -32, 54)
  paint.bezierCurveTo(-54, 26, -48, -40, 2, -45)
  paint.bezierCurveTo(28, -46, 39, -28, 38, -12)
  paint.bezierCurveTo(37, -7, 38, -3, 41, 2)
  paint.lineTo(50, 18)
  paint.bezierCurveTo(52, 22, 48, 24, 43, 25)
  paint.bezierCurveTo(43, 28, 44, 29, 46, 32)
  paint.bezierCurveTo(48, 35, 45, 36, 42, 37)
  paint.bezierCurveTo(46, 39, 46, 43, 42, 45)
  paint.bezierCurveTo(40, 48, 43, 52, 42, 57)
  paint.bezierCurveTo(40, 67, 26, 69, 12, 65)
  paint.bezierCurveTo(8, 76, 10, 92, 16, 112)
  paint.closePath()
}

const shoulders = (paint: Paint): void => {
  paint.beginPath()
  paint.moveTo(-92, 240)
  paint.bezierCurveTo(-88, 122, -60, 100, -28, 84)
  paint.bezierCurveTo(-16, 98, 2, 98, 11, 86)
  paint.bezierCurveTo(42, 100, 66, 122, 72, 240)
  paint.closePath()
}

const crown = (paint: Paint): void => {
  paint.beginPath()
  paint.moveTo(37, -18)
  paint.bezierCurveTo(36, -52, -2, -60, -28, -46)
  paint.bezierCurveTo(-60, -26, -52, 34, -34, 56)
  paint.bezierCurveTo(-22, 50, -16, 40, -14, 26)
  paint.bezierCurveTo(-12, 4, 2, -16, 37, -18)
}

const hair: Record<Hair, (paint: Paint) => void> = {
  bun: (paint) => {
    crown(paint)
    paint.fill()
    paint.beginPath()
    paint.arc(-47, -50, 19, 0, Math.PI * 2)
  },
  afro: (paint) => {
    paint.beginPath()
    paint.moveTo(36, -14)
    paint.bezierCurveTo(62, -50, 20, -98, -22, -88)
    paint.bezierCurveTo(-84, -84, -96, 0, -62, 34)
    paint.bezierCurveTo(-40, 52, -20, 42, -14, 26)
    paint.bezierCurveTo(-10, 2, 6, -14, 36, -14)
  },
  cap: (paint) => {
    paint.beginPath()
    paint.moveTo(74, -16)
    paint.bezierCurveTo(60, -24, 50, -24, 40, -24)
    paint.bezierCurveTo(36, -62, -36, -68, -48, -10)
    paint.bezierCurveTo(-20, -20, 20, -20, 74, -16)
  },
  bob: crown,
  scarf: (paint) => {
    paint.beginPath()
    paint.moveTo(36, -24)
    paint.bezierCurveTo(30, -62, -40, -70, -56, -6)
    paint.bezierCurveTo(-62, 50, -52, 90, -40, 112)
    paint.lineTo(28, 104)
    paint.bezierCurveTo(22, 90, 20, 80, 22, 68)
    paint.bezierCurveTo(6, 60, 0, 40, 4, 20)
    paint.bezierCurveTo(8, 0, 18, -16, 36, -24)
  },
  crop: (paint) => {
    paint.beginPath()
    paint.moveTo(38, -22)
    paint.bezierCurveTo(48, -46, 20, -64, -6, -60)
    paint.bezierCurveTo(-48, -58, -56, -14, -44, 22)
    paint.bezierCurveTo(-36, 24, -28, 18, -24, 8)
    paint.bezierCurveTo(-26, -14, -8, -26, 38, -22)
  },
  pony: (paint) => {
    crown(paint)
    paint.moveTo(-44, -30)
    paint.bezierCurveTo(-86, -44, -108, 0, -92, 66)
    paint.bezierCurveTo(-78, 40, -66, 10, -44, -2)
  },
}

const drawTitle = (paint: Paint): void => {
  setLine(paint, { text: '外国人', x: 92, y: 270, size: 190, weight: 800, fill: '#1c1a5e', tracking: 2 })
  setLine(paint, { text: '@重庆', x: 84, y: 476, size: 190, weight: 800, fill: '#e5352f', tracking: 2 })
  setLine(paint, { text: 'Foreigners', x: 98, y: 580, size: 66, weight: 800, fill: '#1c1a5e' })
  setLine(paint, { text: '@Chongqing', x: 98, y: 656, size: 66, weight: 800, fill: '#e5352f' })
}
