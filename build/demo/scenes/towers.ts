import { between, type Chance, oneOf } from './chance.ts'
import { fillOutline, linear, type Paint } from './paint.ts'

/** How a high-rise ends at its top. */
export type Crown = 'flat' | 'step' | 'slant' | 'spire' | 'arc' | 'twin'

/** One high-rise: its left edge, the ground it stands on, its size, and its colours from top to bottom. */
export type Tower = {
  readonly x: number
  readonly ground: number
  readonly width: number
  readonly height: number
  readonly crown: Crown
  readonly colours: readonly [top: string, bottom: string]
}

const crowns: Record<Crown, (width: number) => readonly (readonly [number, number])[]> = {
  flat: (width) => [
    [0, 0],
    [width, 0],
  ],
  step: (width) => [
    [0, 10],
    [width * 0.18, 10],
    [width * 0.18, 4],
    [width * 0.34, 4],
    [width * 0.34, -6],
    [width * 0.66, -6],
    [width * 0.66, 4],
    [width * 0.82, 4],
    [width * 0.82, 10],
    [width, 10],
  ],
  slant: (width) => [
    [0, width * 0.5],
    [width, -width * 0.15],
  ],
  spire: (width) => [
    [0, 6],
    [width * 0.3, 0],
    [width * 0.44, -14],
    [width * 0.48, -46],
    [width * 0.52, -46],
    [width * 0.56, -14],
    [width * 0.7, 0],
    [width, 6],
  ],
  arc: (width) =>
    Array.from(
      { length: 9 },
      (_, step) => [(width * step) / 8, 8 - Math.sin((Math.PI * step) / 8) * width * 0.32] as const,
    ),
  twin: (width) => [
    [0, 0],
    [width * 0.42, -5],
    [width * 0.42, 16],
    [width * 0.58, 16],
    [width * 0.58, -5],
    [width, 0],
  ],
}

/** Draws the body of a high-rise, shaded from its crown to its foot. */
export const drawTower = (paint: Paint, tower: Tower): void => {
  const top = tower.ground - tower.height
  const crown = crowns[tower.crown](tower.width).map(([x, y]) => [tower.x + x, top + y] as const)
  const fill = linear(
    paint,
    [0, top - 20, 0, tower.ground],
    [
      [0, tower.colours[0]],
      [1, tower.colours[1]],
    ],
  )
  fillOutline(paint, [...crown, [tower.x + tower.width, tower.ground], [tower.x, tower.ground]], fill)
}

/** How the windows of a high-rise are lit: chances and colours. */
export type Windows = {
  readonly columns: number
  readonly rowHeight: number
  readonly lit: number
  readonly colours: readonly [string, ...string[]]
  readonly least: number
  readonly most: number
}

/** Lights windows of a high-rise, in short runs along each floor as offices and flats do. */
export const drawWindows = (paint: Paint, tower: Tower, windows: Windows, chance: Chance): void => {
  const top = tower.ground - tower.height
  const pitch = (tower.width - 4) / windows.columns
  const floorLit = () => (chance() < 0.12 ? 0.9 : windows.lit)
  for (let y = top + 18; y < tower.ground - 6; y += windows.rowHeight) {
    const lit = floorLit()
    for (let column = 0; column < windows.columns; column += 1) {
      if (chance() > lit) continue
      paint.globalAlpha = between(chance, windows.least, windows.most)
      paint.fillStyle = oneOf(chance, windows.colours)
      paint.fillRect(tower.x + 2 + column * pitch + pitch * 0.16, y, pitch * 0.68, windows.rowHeight * 0.5)
    }
  }
  paint.globalAlpha = 1
}
