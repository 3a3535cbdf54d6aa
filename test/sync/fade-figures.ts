import { encodeBand } from '../oracle/band.ts'
import type { Glance, Look } from './eye.ts'
import type { LoopItem, Two } from './step-figures.ts'

/**
 * How far two walls were apart within a fade that both were in, look by look, in milliseconds, without a sign. A fade takes
 * `fadeMs`, but no more than half of the item that it ends.
 */
export function fadeDifferencesMs(
  glances: readonly Glance[],
  [one, other]: Two,
  loop: readonly LoopItem[],
  fadeMs: number,
): number[] {
  const progressOf = [fadeReader(loop), fadeReader(loop)]
  return glances.flatMap(({ looks }) => {
    const [a, b] = [looks[one], looks[other]].map((look, index) => look && progressOf[index]?.(look))
    if (!a || !b || a.to !== b.to) return []
    const before = loop.at(loop.findIndex(({ item }) => item === a.to) - 1)
    const lengthMs = Math.min(fadeMs, ((before?.frames ?? 0) * 1000) / 30 / 2)
    return [Math.abs(a.progress - b.progress) * lengthMs]
  })
}

/** Reads, look after look of one wall, which item a fade leads to and how much of its time is over, 0 to 1. */
function fadeReader(loop: readonly LoopItem[]) {
  const items = loop.map(({ item }) => item)
  let from: number | undefined
  return ({ seen, levels }: Look): { to: number; progress: number } | undefined => {
    if (seen.kind === 'frame') from = seen.item
    if (from === undefined || !levels) return undefined
    const to = items[(items.indexOf(from) + 1) % items.length]
    const opacity = to === undefined ? undefined : opacityOf(levels, from, to)
    if (to === undefined || opacity === undefined) return undefined
    return { to, progress: easedBack(opacity) }
  }
}

/** The blocks of the band that say which item it is. */
const itemCells = { from: 7, until: 15 }
const white = 255

/** How opaque the new item lies on the old one, by the blocks of their numbers in which they differ; undefined at its edges. */
export function opacityOf(levels: readonly number[], from: number, to: number): number | undefined {
  const [before, after] = [encodeBand(from, 0), encodeBand(to, 0)]
  const shares: number[] = []
  for (let cell = itemCells.from; cell < itemCells.until; cell++) {
    const [was = 0, will = 0, level = 0] = [before[cell], after[cell], levels[cell]]
    if (was !== will) shares.push(was < will ? level / white : 1 - level / white)
  }
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  const spread = Math.max(...shares) - Math.min(...shares)
  return spread < 0.1 && mean > 0.05 && mean < 0.95 ? mean : undefined
}

/** The share of the time after which CSS's `ease-in-out`, cubic-bezier(0.42, 0, 0.58, 1), has come so far. */
export function easedBack(value: number): number {
  const bezier = (at: number, one: number, two: number) =>
    3 * (1 - at) ** 2 * at * one + 3 * (1 - at) * at ** 2 * two + at ** 3
  let [low, high] = [0, 1]
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2
    if (bezier(middle, 0, 1) < value) low = middle
    else high = middle
  }
  return bezier(low, 0.42, 0.58)
}
