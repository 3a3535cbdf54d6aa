import { fillOutline, type Paint } from './paint.ts'

/** A place in the isometric world: x runs to the lower right, y to the lower left, z up; one unit is one cell. */
export type Place = readonly [x: number, y: number, z: number]
/** The three visible sides of a block, as CSS colours. */
export type Sides = { readonly top: string; readonly left: string; readonly right: string }
/** A block: its corner nearest to the horizon, and its extents. */
export type Block = { readonly at: Place; readonly size: Place }

/** Where the world stands in the picture, in pixels; `unit` is the length of a cell's edge. */
export type View = { readonly x: number; readonly y: number; readonly unit: number }

/** The point of the picture at which a place of the world appears. */
export const project = (view: View, [x, y, z]: Place): readonly [number, number] => [
  view.x + (x - y) * 0.866 * view.unit,
  view.y + (x + y) * 0.5 * view.unit - z * view.unit,
]

/** Draws the three sides of a block that can be seen. */
export const drawBlock = (
  paint: Paint,
  view: View,
  { at: [x, y, z], size: [dx, dy, dz] }: Block,
  sides: Sides,
): void => {
  const point = (px: number, py: number, pz: number) => project(view, [x + px, y + py, z + pz])
  fillOutline(paint, [point(0, dy, dz), point(dx, dy, dz), point(dx, dy, 0), point(0, dy, 0)], sides.left)
  fillOutline(paint, [point(dx, 0, dz), point(dx, dy, dz), point(dx, dy, 0), point(dx, 0, 0)], sides.right)
  fillOutline(paint, [point(0, 0, dz), point(dx, 0, dz), point(dx, dy, dz), point(0, dy, dz)], sides.top)
}

/** A flight of stairs in a cell that climbs away from the viewer, along x or along y. */
export const drawStairs = (paint: Paint, view: View, block: Block, along: 'x' | 'y', sides: Sides): void => {
  const steps = 7
  const {
    at: [x, y, z],
    size: [dx, dy, dz],
  } = block
  for (let step = 0; step < steps; step += 1) {
    const height = (dz * (steps - step)) / (steps + 1)
    const at: Place = along === 'x' ? [x + (dx * step) / steps, y, z] : [x, y + (dy * step) / steps, z]
    const size: Place = along === 'x' ? [dx / steps, dy, height] : [dx, dy / steps, height]
    drawBlock(paint, view, { at, size }, sides)
  }
}

/** Rows of windows on both visible sides of a block; `colour` is asked for each window and may leave it dark. */
export const drawRooms = (
  paint: Paint,
  view: View,
  { at: [x, y, z], size: [dx, dy, dz] }: Block,
  colour: () => string | undefined,
): void => {
  const pane = (corner: (along: number, up: number) => readonly [number, number], along: number, up: number) => {
    const fill = colour()
    if (fill !== undefined)
      fillOutline(
        paint,
        [corner(along, up), corner(along + 0.14, up), corner(along + 0.14, up + 0.2), corner(along, up + 0.2)],
        fill,
      )
  }
  for (let up = 0.22; up < dz - 0.25; up += 0.36) {
    for (let along = 0.14; along < dx - 0.15; along += 0.27)
      pane((a, u) => project(view, [x + a, y + dy, z + u]), along, up)
    for (let along = 0.14; along < dy - 0.15; along += 0.27)
      pane((a, u) => project(view, [x + dx, y + a, z + u]), along, up)
  }
}
