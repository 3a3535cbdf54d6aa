import type { Programme, Showing } from '../screen/programme.ts'
import {
  afterSlate,
  nextFallback,
  nextOpeningMs,
  nextShowing,
  startPosition,
  withShowingBegun,
} from '../screen/rotation.ts'

/** Work that one cycle may take: showings times lanes. */
const mostWork = 2_000_000
const mostShowings = 20_000

/**
 * The showings of a loop from its start until everything begins again: every lane has had its share, and is at its first item.
 * Where that would be longer than anybody reads, until every item has been on at least once.
 */
export function wholeCycle(programme: Programme): Showing[] {
  const smaller = withSmallestWeights(programme)
  const most = Math.min(mostShowings, Math.ceil(mostWork / Math.max(1, smaller.lanes.length)))
  const unseen = new Set(smaller.lanes.flatMap((lane) => lane.showings.map(({ key }) => key)))
  const shown: Showing[] = []
  let enough = most
  for (let at = startPosition; shown.length < most; ) {
    const step = nextShowing(smaller, at)
    if (!step) return shown
    shown.push(step.showing)
    at = step.after
    if (unseen.delete(step.showing.key) && unseen.size === 0) enough = shown.length
    const begun = smaller.lanes.every(
      ({ key, showings }) => at.turns[key]?.count === 0 && at.next[key] === showings[0]?.item,
    )
    if (begun) return shown
  }
  return shown.slice(0, enough)
}

/** 4 and 2 take turns as 2 and 1 do, in half the time. */
function withSmallestWeights(programme: Programme): Programme {
  const divisor = programme.lanes.reduce((sum, { weight }) => greatestDivisor(sum, weight), 0)
  if (divisor <= 1) return programme
  return { ...programme, lanes: programme.lanes.map((lane) => ({ ...lane, weight: lane.weight / divisor })) }
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b))

const hourMs = 3_600_000
/** A film whose length nobody knows is taken to last so long. */
const unknownSeconds = 10
const pauseMs = 2_000

/** Limits go by time, so a loop with limits never quite repeats: what comes within an hour, or before `untilMs`, if nothing was on before. */
export function comingShowings(
  programme: Programme,
  fromMs: number,
  untilMs: number | null,
  secondsOf: (showing: Showing) => number | null,
): Showing[] {
  const shown: Showing[] = []
  const endMs = Math.min(untilMs ?? Number.POSITIVE_INFINITY, fromMs + hourMs)
  let at = startPosition
  for (let ms = fromMs; ms < endMs && shown.length < mostShowings; ) {
    const step = nextShowing(programme, at, ms) ?? nextFallback(programme, at)
    if (!step) {
      ms = at.last ? ms + pauseMs : (nextOpeningMs(programme, at, ms) ?? endMs)
      at = afterSlate(at)
      continue
    }
    shown.push(step.showing)
    at = withShowingBegun(programme, step.after, step.showing.key, ms)
    ms += (secondsOf(step.showing) ?? unknownSeconds) * 1000
  }
  return shown
}
