import { drawCabin } from './cabin.ts'
import { between, chanceFrom, ease } from './chance.ts'
import { mistBank } from './mist.ts'
import { apart, type Film, fillDown, glow, layer, linear, type Paint } from './paint.ts'
import { drawFarShore, drawShore, middleShore, nearShore, river, wide } from './river-shore.ts'

const width = 1280
const height = 720

/** The Yangtze cable car at dawn: two cabins pass each other over the mist. */
export const cableCar: Film = { width, height, seconds: 8, prepare: () => prepare() }

const prepare = (): ((paint: Paint, seconds: number) => void) => {
  const sky = layer(wide, height, drawSky)
  const far = layer(wide, river + 10, (paint) => drawFarShore(paint))
  const middle = layer(wide, river + 10, (paint) => drawShore(paint, middleShore))
  const near = layer(wide, river + 20, (paint) => drawShore(paint, nearShore))
  const front = layer(wide, height, drawForeground)
  const mists = [
    mistBank({ seed: 1, y: 300, height: 190, colour: [255, 222, 200], strength: 0.75, drift: 9 }),
    mistBank({ seed: 2, y: 372, height: 170, colour: [255, 228, 214], strength: 0.8, drift: -13 }),
    mistBank({ seed: 3, y: 436, height: 150, colour: [250, 222, 216], strength: 0.85, drift: 20 }),
    mistBank({ seed: 4, y: 560, height: 150, colour: [236, 206, 212], strength: 0.28, drift: -30 }),
  ] as const
  const glints = makeGlints()
  return (paint, seconds) => {
    const pan = ease(seconds, -3, 11) * 100
    paint.drawImage(sky, -pan * 0.15, 0)
    paint.drawImage(far, -pan * 0.3, 0)
    mists[0](paint, seconds)
    paint.drawImage(middle, -pan * 0.55, 0)
    mists[1](paint, seconds)
    drawRiver(paint)
    for (const glint of glints) glint(paint, seconds)
    paint.drawImage(near, -pan * 0.85, 0)
    mists[2](paint, seconds)
    drawBirds(paint, seconds)
    drawFarCabin(paint, seconds)
    drawNearCabin(paint, seconds)
    mists[3](paint, seconds)
    paint.drawImage(front, -pan * 1.4, 0)
    warmth(paint)
  }
}

const drawSky = (paint: Paint): void => {
  fillDown(
    paint,
    [0, 0, wide, river],
    [
      [0, '#1c4a80'],
      [0.26, '#4f86b4'],
      [0.46, '#a8a6c4'],
      [0.62, '#ecaea6'],
      [0.76, '#fdbb93'],
      [0.88, '#ffd29a'],
      [1, '#ffe3b4'],
    ],
  )
  glow(paint, 850, 312, 480, [
    [0, 'rgba(255, 236, 180, 0.95)'],
    [0.2, 'rgba(255, 196, 140, 0.55)'],
    [0.55, 'rgba(246, 150, 130, 0.2)'],
    [1, 'rgba(226, 130, 150, 0)'],
  ])
  const chance = chanceFrom(61)
  for (let streak = 0; streak < 34; streak += 1) {
    apart(paint, () => {
      paint.translate(between(chance, 0, wide), between(chance, 40, 330))
      paint.scale(between(chance, 5, 12), 1)
      glow(paint, 0, 0, between(chance, 9, 22), [
        [0, 'rgba(255, 216, 196, 0.2)'],
        [1, 'rgba(255, 200, 190, 0)'],
      ])
    })
  }
  paint.beginPath()
  paint.arc(850, 306, 56, 0, Math.PI * 2)
  paint.fillStyle = linear(
    paint,
    [0, 250, 0, 362],
    [
      [0, '#fffbe6'],
      [1, '#ffdf9c'],
    ],
  )
  paint.fill()
}

const drawRiver = (paint: Paint): void => {
  fillDown(
    paint,
    [0, river, width, height - river],
    [
      [0, '#ffdcb0'],
      [0.14, '#eab8a0'],
      [0.42, '#a98fa0'],
      [0.75, '#5d6c8e'],
      [1, '#33507a'],
    ],
  )
  apart(paint, () => {
    paint.translate(835, river)
    paint.scale(0.55, 1)
    glow(paint, 0, 0, 240, [
      [0, 'rgba(255, 240, 200, 0.8)'],
      [1, 'rgba(255, 200, 150, 0)'],
    ])
  })
}

const makeGlints = (): ((paint: Paint, seconds: number) => void)[] => {
  const chance = chanceFrom(93)
  return Array.from({ length: 420 }, () => {
    const near = chance()
    const y = river + 4 + near * near * 205
    const bright = chance() < 0.6
    const x = bright ? 835 + between(chance, -1, 1) ** 3 * (60 + near * 330) : between(chance, 0, width)
    const reach = between(chance, 6, 22) * (0.5 + near * 2)
    const [pace, phase] = [between(chance, 1.2, 3.2), between(chance, 0, 6.3)]
    return (paint, seconds) => {
      const shine = Math.max(0, Math.sin(seconds * pace + phase))
      paint.fillStyle = bright ? `rgba(255, 240, 206, ${shine * 0.75})` : `rgba(255, 214, 196, ${shine * 0.3})`
      paint.beginPath()
      paint.ellipse(x + seconds * 3, y, reach, 0.7 + near * 1.3, 0, 0, Math.PI * 2)
      paint.fill()
    }
  })
}

const drawBirds = (paint: Paint, seconds: number): void => {
  paint.strokeStyle = 'rgba(50, 44, 78, 0.8)'
  paint.lineWidth = 1.8
  paint.lineCap = 'round'
  for (let bird = 0; bird < 9; bird += 1) {
    const side = bird % 2 === 0 ? 1 : -1
    const x = 560 + seconds * 30 - Math.ceil(bird / 2) * 20
    const y = 214 - seconds * 5 + side * Math.ceil(bird / 2) * 9 + Math.sin(seconds + bird) * 3
    const flap = Math.sin(seconds * 7 + bird * 1.3) * 4
    paint.beginPath()
    paint.moveTo(x - 9, y - flap)
    paint.quadraticCurveTo(x - 4, y - 3, x, y)
    paint.quadraticCurveTo(x + 4, y - 3, x + 9, y - flap)
    paint.stroke()
  }
}

type Rope = { readonly from: readonly [number, number]; readonly to: readonly [number, number]; readonly sag: number }

const pointOn = (rope: Rope, part: number): readonly [number, number] => [
  rope.from[0] + (rope.to[0] - rope.from[0]) * part,
  rope.from[1] + (rope.to[1] - rope.from[1]) * part + rope.sag * 4 * part * (1 - part),
]

const drawRope = (paint: Paint, rope: Rope, thickness: number, colour: string): void => {
  paint.beginPath()
  for (let step = 0; step <= 60; step += 1) paint.lineTo(...pointOn(rope, step / 60))
  paint.strokeStyle = colour
  paint.lineWidth = thickness
  paint.stroke()
}

const drawFarCabin = (paint: Paint, seconds: number): void => {
  const rope: Rope = { from: [-60, 236], to: [1340, 300], sag: 44 }
  drawRope(paint, rope, 1.2, 'rgba(70, 60, 92, 0.6)')
  const [x, y] = pointOn(rope, 0.78 - seconds * 0.034)
  apart(paint, () => {
    paint.translate(x, y)
    paint.rotate(Math.sin(seconds * 1.3) * 0.012)
    paint.scale(0.42, 0.42)
    drawCabin(paint, { body: '#b8606a', shade: '#7d4a68', glass: '#ffe6bd' })
  })
}

const drawNearCabin = (paint: Paint, seconds: number): void => {
  const rope: Rope = { from: [-120, 96], to: [1440, 208], sag: 62 }
  const lower: Rope = { ...rope, from: [-120, 108], to: [1440, 220] }
  drawRope(paint, rope, 3, '#2d2c4c')
  drawRope(paint, lower, 1.6, 'rgba(45, 44, 76, 0.75)')
  const [x, y] = pointOn(rope, 0.17 + ease(seconds, -4, 12) * 0.6)
  apart(paint, () => {
    paint.translate(x, y)
    paint.rotate(0.03 + Math.sin(seconds * 1.1) * 0.018)
    drawCabin(paint, { body: '#e23b2e', shade: '#8d1f2c', glass: '#ffe9c0' })
  })
}

const drawForeground = (paint: Paint): void => {
  const chance = chanceFrom(120)
  for (const [shade, lift] of [
    ['#2b3560', 40],
    ['#1b2448', 0],
  ] as const) {
    for (let leaf = 0; leaf < 900; leaf += 1) {
      const x = between(chance, -40, 560)
      const slope = 640 + ((x + 40) / 600) * 150 - lift
      paint.beginPath()
      paint.ellipse(
        x,
        slope + between(chance, 0, 130),
        between(chance, 9, 22),
        between(chance, 4, 9),
        between(chance, -0.9, 0.5),
        0,
        Math.PI * 2,
      )
      paint.fillStyle = shade
      paint.fill()
    }
  }
}

const warmth = (paint: Paint): void => {
  glow(paint, 840, 330, 620, [
    [0, 'rgba(255, 214, 150, 0.2)'],
    [1, 'rgba(240, 140, 150, 0)'],
  ])
  const vignette = paint.createRadialGradient(720, 380, 380, 680, 360, 900)
  vignette.addColorStop(0, 'rgba(20, 30, 70, 0)')
  vignette.addColorStop(1, 'rgba(16, 26, 64, 0.42)')
  paint.fillStyle = vignette
  paint.fillRect(0, 0, width, height)
}
