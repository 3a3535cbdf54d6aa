import { between, chanceFrom, noiseLine, oneOf } from './chance.ts'
import { apart, fillOutline, grain, layer, linear, type Paint, type Poster } from './paint.ts'
import { setLine } from './type.ts'

const width = 1920
const height = 1080

/** Two rivers, one city: the jade Jialing meets the ochre Yangtze at Chaotianmen, cut from layers of paper. */
export const twoRivers: Poster = { width, height, mediaType: 'image/webp', quality: 0.88, draw: (paint) => draw(paint) }

type Point = readonly [x: number, y: number]
/** A river as its middle line and half its breadth at a part (0 to 1) of its length. */
type River = { readonly middle: (part: number) => Point; readonly half: (part: number) => number }

// A smooth line through all its points (Catmull and Rom, 1974).
const through =
  (points: readonly Point[]) =>
  (part: number): Point => {
    const place = Math.min(0.9999, Math.max(0, part)) * (points.length - 1)
    const index = Math.floor(place)
    const t = place - index
    const at = (offset: number): Point => points[Math.min(points.length - 1, Math.max(0, index + offset))] ?? [0, 0]
    const along = (axis: 0 | 1) => {
      const [a, b, c, d] = [at(-1)[axis], at(0)[axis], at(1)[axis], at(2)[axis]]
      return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    }
    return [along(0), along(1)]
  }

const jialing: River = {
  middle: through([
    [-200, -60],
    [80, 70],
    [380, 160],
    [680, 220],
    [930, 330],
    [1160, 436],
    [1420, 452],
    [1690, 398],
    [1960, 270],
    [2200, 170],
  ]),
  half: (part) => 88 + part * 24,
}
const yangtze: River = {
  middle: through([
    [-200, 1120],
    [80, 1010],
    [380, 950],
    [680, 900],
    [940, 778],
    [1160, 652],
    [1420, 640],
    [1690, 594],
    [1960, 478],
    [2200, 390],
  ]),
  half: (part) => 112 + Math.min(0, 0.4 - part) * 10,
}
const rivers = [jialing, yangtze] as const
const bank = (river: River, wider: number, seed: number): Point[] => {
  const [left, right] = [noiseLine(seed), noiseLine(seed + 1)]
  const sides: [Point[], Point[]] = [[], []]
  for (let step = 0; step <= 140; step += 1) {
    const part = step / 140
    const [x, y] = river.middle(part)
    const [aheadX, aheadY] = river.middle(part + 0.004)
    const angle = Math.atan2(aheadY - y, aheadX - x) + Math.PI / 2
    const rough = (noise: (at: number) => number) => river.half(part) + wider + noise(part * 14) * (8 + wider * 0.22)
    sides[0].push([x + Math.cos(angle) * rough(right), y + Math.sin(angle) * rough(right)])
    sides[1].unshift([x - Math.cos(angle) * rough(left), y - Math.sin(angle) * rough(left)])
  }
  return [...sides[0], ...sides[1]]
}

const draw = (paint: Paint): void => {
  drawWater(paint)
  drawMeeting(paint)
  drawShips(paint)
  drawPaper(paint)
  drawBridges(paint)
  drawTitle(paint)
  grain(paint, width, height, 0.1)
}

const drawWater = (paint: Paint): void => {
  paint.fillStyle = '#1c8f84'
  paint.fillRect(0, 0, width, height)
  drawFlow(paint, jialing, ['#0f6f6d', '#1c948a', '#37b8a4', '#6fd6bd', '#0b5a60'], 1)
  drawFlow(paint, yangtze, ['#b8722c', '#d9923f', '#efb765', '#9c5a22', '#f6cf8a'], 2)
}

const lateral = (river: River, part: number, share: number): Point => {
  const [x, y] = river.middle(part)
  const [aheadX, aheadY] = river.middle(part + 0.004)
  const angle = Math.atan2(aheadY - y, aheadX - x) + Math.PI / 2
  return [x + Math.cos(angle) * river.half(part) * share, y + Math.sin(angle) * river.half(part) * share]
}

const drawFlow = (paint: Paint, river: River, colours: readonly [string, ...string[]], seed: number): void => {
  const chance = chanceFrom(seed)
  const noise = noiseLine(seed + 40)
  paint.lineCap = 'round'
  for (let thread = 0; thread < 420; thread += 1) {
    const share = between(chance, -1.12, 1.12)
    const first = thread < 70
    const [from, length] = first ? [0, 1] : [between(chance, -0.1, 0.95), between(chance, 0.08, 0.3)]
    paint.strokeStyle = oneOf(chance, colours)
    paint.globalAlpha = first ? 1 : between(chance, 0.35, 0.95)
    paint.lineWidth = first ? 26 : between(chance, 1.5, 9)
    paint.beginPath()
    for (let step = 0; step <= 60; step += 1) {
      const part = Math.min(1, Math.max(0, from + (length * step) / 60))
      paint.lineTo(...lateral(river, part, share + noise(part * 5 + share * 1.6) * 0.13))
    }
    paint.stroke()
  }
  paint.globalAlpha = 1
}

// Where the two waters meet they do not mix at once: eddies roll along the seam.
const drawMeeting = (paint: Paint): void => {
  const chance = chanceFrom(70)
  for (let eddy = 0; eddy < 12; eddy += 1) {
    const jade = eddy % 2 === 0
    const [x, y] = lateral(yangtze, 0.595 + eddy * 0.034, jade ? -0.96 : -1.3)
    drawEddy(
      paint,
      x,
      y,
      between(chance, 19, 25) + eddy * 1.5,
      jade ? ['#1c948a', '#6fd6bd', '#0f6f6d'] : ['#d9923f', '#f6cf8a', '#b8722c'],
      jade ? 1 : -1,
    )
  }
}

// A curl as old Chinese waves are drawn: a round head of rolled threads, and a tail that thins out upstream.
const drawEddy = (
  paint: Paint,
  x: number,
  y: number,
  size: number,
  colours: readonly [string, string, string],
  turn: number,
): void => {
  apart(paint, () => {
    paint.translate(x, y)
    paint.rotate(-0.24)
    paint.scale(1.25, turn)
    paint.beginPath()
    paint.moveTo(-size * 3.4, size * 0.9)
    paint.quadraticCurveTo(-size * 1.2, size * 1.02, 0, size)
    paint.arc(0, 0, size, Math.PI / 2, -Math.PI * 0.75, true)
    paint.quadraticCurveTo(-size * 1.3, size * 0.5, -size * 3.4, size * 0.9)
    paint.fillStyle = colours[0]
    paint.fill()
    paint.lineCap = 'round'
    for (let ring = 0; ring < 4; ring += 1) {
      paint.strokeStyle = colours[1 + (ring % 2)] ?? colours[0]
      paint.lineWidth = size * 0.11
      paint.beginPath()
      paint.moveTo(-size * (2.6 - ring * 0.3), size * (0.88 - ring * 0.03))
      for (let step = 0; step <= 40; step += 1) {
        const angle = Math.PI / 2 - (step / 40) * Math.PI * (1.3 + ring * 0.12)
        const away = size * (0.86 - ring * 0.21) * (1 - (step / 40) * 0.12)
        paint.lineTo(Math.cos(angle) * away, Math.sin(angle) * away)
      }
      paint.stroke()
    }
  })
}

const papers = [
  { colour: ['#fff3dc', '#fbe0bb'], wider: 6 },
  { colour: ['#ffd2a1', '#f9b98a'], wider: 44 },
  { colour: ['#f98e6b', '#ee7358'], wider: 92 },
  { colour: ['#d94a55', '#c23450'], wider: 152 },
  { colour: ['#8f2357', '#74194f'], wider: 228 },
  { colour: ['#471247', '#380d3e'], wider: 330 },
] as const

const drawPaper = (paint: Paint): void => {
  papers.forEach((paper, index) => {
    const sheet = layer(width, height, (cut) => {
      cut.fillStyle = linear(
        cut,
        [0, 0, width, height],
        [
          [0, paper.colour[0]],
          [1, paper.colour[1]],
        ],
      )
      cut.fillRect(0, 0, width, height)
      cut.globalCompositeOperation = 'destination-out'
      for (const [number, river] of rivers.entries())
        fillOutline(cut, bank(river, paper.wider, 500 + index * 17 + number * 5), '#000')
    })
    apart(paint, () => {
      paint.shadowColor = 'rgba(40, 4, 40, 0.6)'
      paint.shadowBlur = 26
      paint.shadowOffsetX = 8
      paint.shadowOffsetY = 14
      paint.drawImage(sheet, 0, 0)
    })
  })
}

const drawShips = (paint: Paint): void => {
  for (const [river, part, share, size, turn] of [
    [yangtze, 0.66, 0.25, 1.25, 0],
    [jialing, 0.76, -0.3, 0.9, Math.PI],
    [yangtze, 0.27, 0.1, 0.8, 0],
    [jialing, 0.33, -0.1, 0.62, Math.PI],
  ] as const) {
    const [x, y] = lateral(river, part, share)
    const [aheadX, aheadY] = lateral(river, part + 0.01, share)
    apart(paint, () => {
      paint.translate(x, y)
      paint.rotate(Math.atan2(aheadY - y, aheadX - x) + turn)
      paint.scale(size, size)
      drawShip(paint)
    })
  }
}

const drawShip = (paint: Paint): void => {
  for (const side of [-1, 1]) {
    paint.beginPath()
    paint.moveTo(56, 0)
    paint.quadraticCurveTo(-60, side * 16, -250, side * 74)
    paint.quadraticCurveTo(-90, side * 20, -50, 0)
    paint.fillStyle = linear(
      paint,
      [56, 0, -250, 0],
      [
        [0, 'rgba(255, 255, 255, 0.75)'],
        [1, 'rgba(255, 255, 255, 0)'],
      ],
    )
    paint.fill()
  }
  paint.shadowColor = 'rgba(20, 10, 40, 0.5)'
  paint.shadowBlur = 14
  paint.shadowOffsetY = 8
  paint.beginPath()
  paint.moveTo(74, 0)
  paint.quadraticCurveTo(46, -19, 10, -19)
  paint.lineTo(-58, -17)
  paint.quadraticCurveTo(-66, 0, -58, 17)
  paint.lineTo(10, 19)
  paint.quadraticCurveTo(46, 19, 74, 0)
  paint.fillStyle = '#fffaf0'
  paint.fill()
  paint.shadowColor = 'transparent'
  paint.fillStyle = '#e2493b'
  paint.beginPath()
  paint.roundRect(-46, -11, 74, 22, 5)
  paint.fill()
  paint.fillStyle = '#fffaf0'
  for (let deck = -38; deck < 20; deck += 14) paint.fillRect(deck, -5, 8, 10)
}

const drawBridges = (paint: Paint): void => {
  for (const [river, part] of [
    [jialing, 0.37],
    [yangtze, 0.38],
  ] as const) {
    const [from, until] = [lateral(river, part, -1.5), lateral(river, part, 1.5)]
    apart(paint, () => {
      paint.lineCap = 'butt'
      paint.shadowColor = 'rgba(30, 4, 40, 0.6)'
      paint.shadowBlur = 14
      paint.shadowOffsetX = 12
      paint.shadowOffsetY = 20
      for (const [colour, thickness] of [
        ['#fffaf0', 20],
        ['#e2493b', 4],
      ] as const) {
        paint.strokeStyle = colour
        paint.lineWidth = thickness
        paint.beginPath()
        paint.moveTo(...from)
        paint.lineTo(...until)
        paint.stroke()
        paint.shadowColor = 'transparent'
      }
    })
  }
}

const drawTitle = (paint: Paint): void => {
  apart(paint, () => {
    paint.shadowColor = 'rgba(50, 4, 40, 0.55)'
    paint.shadowBlur = 18
    paint.shadowOffsetX = 6
    paint.shadowOffsetY = 10
    setLine(paint, { text: '两江', x: 84, y: 520, size: 190, weight: 900, fill: '#fff3dc', tracking: 6 })
    setLine(paint, { text: '一城', x: 84, y: 722, size: 190, weight: 900, fill: '#fff3dc', tracking: 6 })
  })
  setLine(paint, { text: 'Two rivers,', x: 506, y: 560, size: 60, weight: 800, fill: '#fff3dc' })
  setLine(paint, { text: 'one city', x: 506, y: 632, size: 60, weight: 800, fill: '#fff3dc' })
}
