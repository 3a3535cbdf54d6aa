/**
 * One question and its answer. `sentMs` and `backMs` by this side's monotonic clock, `heardMs` and `answeredMs` by the
 * fleet's, all in milliseconds (the four times of RFC 5905, section 8).
 */
export type Exchange = {
  readonly sentMs: number
  readonly heardMs: number
  readonly answeredMs: number
  readonly backMs: number
}

/** How far the fleet's clock is ahead of the monotonic one: `aheadMs` at `atMs`, and from there on `driftRate` more (1e-6 is 1 ppm). */
export type ClockLine = {
  readonly atMs: number
  readonly aheadMs: number
  readonly driftRate: number
  /** No longer than half of this is the estimate wrong, if the exchanges were honest, in milliseconds. */
  readonly halfWidthMs: number
}

/** What the filter remembers: the exchanges of its window, oldest first, and a line that was between all bounds of them. */
export type OffsetFilter = { readonly exchanges: readonly Exchange[]; readonly line: ClockLine | undefined }

export const emptyFilter: OffsetFilter = { exchanges: [], line: undefined }

/** Crystals of PCs differ by less than this from true time. */
const mostDriftRate = 500e-6
/** An answer that took longer tells little, and whoever holds messages back could shift the clock by half of it. */
export const longestRoundMs = 1_000
/** Long enough for a steady line, short enough that the temperature has not bent it. */
const windowMs = 60 * 60_000
const mostExchanges = 600

/** Takes an exchange in. Those that cannot be (an answer before its question), or that took too long, change nothing. */
export function withExchange(filter: OffsetFilter, one: Exchange): OffsetFilter {
  const roundMs = one.backMs - one.sentMs - (one.answeredMs - one.heardMs)
  const isSound = one.backMs >= one.sentMs && one.answeredMs >= one.heardMs && roundMs >= -1
  if (!isSound || roundMs > longestRoundMs) return filter
  const kept = filter.exchanges.filter(({ backMs }) => backMs > one.backMs - windowMs).slice(1 - mostExchanges)
  const exchanges = [...kept, one]
  if (filter.line && agrees(filter.line, one)) return { ...filter, exchanges }
  const fit = widest(exchanges)
  return fit.gapMs < -contradictionMs ? startedAnew(exchanges) : { exchanges, line: lineOf(exchanges, fit) }
}

/** A line that was between all bounds and is between the new ones: nothing has jumped. */
const agrees = (line: ClockLine, { sentMs, heardMs, answeredMs, backMs }: Exchange): boolean =>
  heardMs - sentMs >= aheadAt(line, sentMs) && answeredMs - backMs <= aheadAt(line, backMs)

/** No line fits: one of the clocks was set. What came last counts, with as much of what was before as agrees with it. */
function startedAnew(exchanges: readonly Exchange[]): OffsetFilter {
  const recent = exchanges.slice(-4)
  const kept = widest(recent).gapMs < -contradictionMs ? exchanges.slice(-1) : recent
  return { exchanges: kept, line: undefined }
}

/** Timers and clocks are read a little late on either side. */
const contradictionMs = 1

/**
 * The fleet's clock as a line over the monotonic one; undefined before any exchange.
 *
 * A question that was heard at `heard` was sent no later, so the clock cannot be further ahead than `heard - sent`; an
 * answer bounds it from below in the same way. Waiting on the way only ever loosens a bound. Of all lines between the two
 * sets of bounds, the one in the middle of the widest gap is taken: the convex-hull fit of delay measurements (S. B. Moon,
 * P. Skelly, D. Towsley, "Estimation and removal of clock skew from network delay measurements", INFOCOM 1999), for both
 * directions at once.
 */
export function clockLine({ exchanges }: OffsetFilter): ClockLine | undefined {
  return exchanges.length > 0 ? lineOf(exchanges, widest(exchanges)) : undefined
}

const lineOf = (exchanges: readonly Exchange[], { rate, gapMs, middleMs }: Gap): ClockLine => ({
  atMs: exchanges.at(-1)?.backMs ?? 0,
  aheadMs: middleMs,
  driftRate: rate,
  halfWidthMs: Math.max(0, gapMs / 2),
})

/** How far the fleet's clock is ahead at an instant of the monotonic clock, in milliseconds. */
export const aheadAt = (line: ClockLine, atMs: number): number => line.aheadMs + line.driftRate * (atMs - line.atMs)

type Gap = { readonly rate: number; readonly gapMs: number; readonly middleMs: number }

/** The gap between parallel lines is concave in their slope, so the widest is found by thirds. */
function widest(exchanges: readonly Exchange[]): Gap {
  const origin = exchanges.at(-1)?.backMs ?? 0
  const upper = lowerHull(exchanges.map(({ sentMs, heardMs }) => ({ x: sentMs - origin, y: heardMs - sentMs })))
  const lower = lowerHull(exchanges.map(({ answeredMs, backMs }) => ({ x: backMs - origin, y: backMs - answeredMs })))
  const gapAt = (rate: number): Gap => {
    const above = lowest(upper, rate)
    const below = -lowest(lower, -rate)
    return { rate, gapMs: above - below, middleMs: (above + below) / 2 }
  }
  const spanMs = origin - (exchanges[0]?.backMs ?? origin)
  if (spanMs < steadySpanMs) return gapAt(0)
  let [low, high] = [-mostDriftRate, mostDriftRate]
  while (high - low > rateToleranceOver / spanMs) {
    const third = (high - low) / 3
    if (gapAt(low + third).gapMs < gapAt(high - third).gapMs) low += third
    else high -= third
  }
  return gapAt((low + high) / 2)
}

/** Over less than this no drift is looked for: it would be the noise of two answers. */
const steadySpanMs = 60_000
/** The slope is found so well that it moves the line by less than this over the window, in milliseconds. */
const rateToleranceOver = 0.01

type Point = { readonly x: number; readonly y: number }

/** The points that some line touches from below (Andrew's monotone chain); the rest bound nothing. */
function lowerHull(points: readonly Point[]): Point[] {
  const hull: Point[] = []
  for (const point of points.toSorted((a, b) => a.x - b.x || a.y - b.y)) {
    while (hull.length > 1 && !turnsUp(hull, point)) hull.pop()
    hull.push(point)
  }
  return hull
}

function turnsUp(hull: readonly Point[], c: Point): boolean {
  const [a, b] = [hull.at(-2), hull.at(-1)]
  return !a || !b || (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0
}

const lowest = (hull: readonly Point[], rate: number): number =>
  hull.reduce((least, { x, y }) => Math.min(least, y - rate * x), Number.POSITIVE_INFINITY)
