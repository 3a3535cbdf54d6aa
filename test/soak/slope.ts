/** How something grows: the slope and the ends of its 95 % interval, in units of y for one of x. */
export type Slope = { readonly slope: number; readonly low: number; readonly high: number; readonly points: number }

export type Point = { readonly x: number; readonly y: number }

const resamples = 1_000
/** More points than this are put together: the pairs of all of them would take longer than they are worth. */
const mostPoints = 120

/**
 * The Theil–Sen slope (the median of the slopes between all pairs: a burst of garbage now and then does not move it), with
 * a 95 % interval by the moving block bootstrap (Künsch 1989): blocks of neighbours are drawn, since what memory a process
 * holds now depends on what it held a minute ago. Deterministic by `random`.
 */
export function theilSen(samples: readonly Point[], random: () => number): Slope {
  const points = putTogether(samples)
  const slope = medianSlope(points)
  const fitted = residualsOf(points, slope)
  const slopes = Array.from({ length: resamples }, () => {
    const noise = drawBlocks(fitted, random)
    return medianSlope(points.map(({ x }, at) => ({ x, y: slope * x + (noise[at] ?? 0) })))
  }).toSorted((one, other) => one - other)
  const at = (share: number) => slopes[Math.floor(share * (slopes.length - 1))] ?? Number.NaN
  return { slope, low: at(0.025), high: at(0.975), points: samples.length }
}

function putTogether(samples: readonly Point[]): readonly Point[] {
  const each = Math.ceil(samples.length / mostPoints)
  if (each <= 1) return samples
  return Array.from({ length: Math.floor(samples.length / each) }, (_, at) => {
    const group = samples.slice(at * each, (at + 1) * each)
    return { x: median(group.map(({ x }) => x)), y: median(group.map(({ y }) => y)) }
  })
}

function medianSlope(points: readonly Point[]): number {
  const slopes: number[] = []
  for (const [at, one] of points.entries()) {
    for (const other of points.slice(at + 1)) {
      if (other.x !== one.x) slopes.push((other.y - one.y) / (other.x - one.x))
    }
  }
  return median(slopes)
}

function residualsOf(points: readonly Point[], slope: number): number[] {
  const rest = points.map(({ x, y }) => y - slope * x)
  const middle = median(rest)
  return rest.map((one) => one - middle)
}

/** As many values as there were, in blocks of about the cube root of their number, which is the usual length. */
function drawBlocks(values: readonly number[], random: () => number): number[] {
  const length = Math.max(1, Math.round(1.5 * Math.cbrt(values.length)))
  const drawn: number[] = []
  while (drawn.length < values.length) {
    const from = Math.floor(random() * (values.length - length + 1))
    drawn.push(...values.slice(from, from + length))
  }
  return drawn.slice(0, values.length)
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return (low + high) / 2
}

/** A small generator with a seed (mulberry32), so that the same samples give the same interval. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
