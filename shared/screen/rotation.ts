import { z } from 'zod'
import {
  allowedFromMs,
  areApart,
  isConstrained,
  type Neighbour,
  neighbour,
  neighbourOf,
  shifted,
  starts,
  startsBy,
  withStart,
} from './limits.ts'
import { type Lane, lanesOf, type Programme, type Showing, type ShowingKey } from './programme.ts'
import { countTurn, laneWhoseTurnItIs, type Turns, turns, turnsOf, withDue } from './turns.ts'

/**
 * Where the loop stands, as a value that survives a restart: for every lane the item that comes next, and the
 * turns that each has had.
 */
export const position = z.strictObject({
  next: z.record(z.string(), z.string()),
  turns,
  /** The lane that takes the next turn whatever its share, because it cuts in. */
  first: z.string().optional(),
  /** What was on last. */
  last: neighbour.optional(),
  starts: starts.optional(),
})
export type Position = z.infer<typeof position>

export const startPosition: Position = { next: {}, turns: {} }

/**
 * One step of the loop: what is shown, and where the loop stands after it. Undefined when there is nothing to show, or
 * nothing that may be shown at `startsAtMs`, when the showing is to begin (milliseconds since 1970; it only matters to limits).
 */
export function nextShowing(
  programme: Programme,
  at: Position,
  startsAtMs: number = Number.POSITIVE_INFINITY,
): { showing: Showing; lane: Lane; after: Position } | undefined {
  const turn = takeTurn(programme.lanes, at, startsAtMs)
  if (!turn) return undefined
  const { lane, turns } = turn
  const index = indexOfNext(lane, at.next[lane.key])
  const showing = lane.showings[index]
  const following = lane.showings[(index + 1) % lane.showings.length]
  if (!showing || !following) return undefined
  const { first: _, ...rest } = at
  return {
    showing,
    lane,
    after: { ...rest, next: { ...at.next, [lane.key]: following.item }, turns, last: neighbourOf(lane) },
  }
}

/**
 * One step through the fallback, which takes turns with nobody: nobody's turn is counted, and what comes after it is beside
 * nothing. Undefined when there is no fallback.
 */
export function nextFallback({ fallback }: Programme, at: Position): { showing: Showing; after: Position } | undefined {
  if (!fallback) return undefined
  const index = indexOfNext(fallback, at.next[fallback.key])
  const showing = fallback.showings[index]
  const following = fallback.showings[(index + 1) % fallback.showings.length]
  if (!showing || !following) return undefined
  return { showing, after: afterSlate({ ...at, next: { ...at.next, [fallback.key]: following.item } }) }
}

/** Limits cost nothing where there are none. What was on last may ask for distance though its playlist is gone. */
const isConstrainedLoop = (lanes: readonly Lane[], at: Position): boolean =>
  at.last?.notBeside !== undefined || lanes.some(isConstrained)

type Turn = { readonly lane: Lane; readonly turns: Turns }

function takeTurn(lanes: readonly Lane[], at: Position, startsAtMs: number): Turn | undefined {
  const before = turnsOf(lanes, at.turns)
  const cuttingIn = lanes.find(({ key }) => key === at.first)
  if (!cuttingIn && isConstrainedLoop(lanes, at)) return takeTurnWithin(lanes, before, at, startsAtMs)
  const lane = cuttingIn ?? laneWhoseTurnItIs(lanes, before)
  return lane && { lane, turns: countTurn(before, lane.key, lanes) }
}

/** So many turns in a row are looked at for one that may be taken; then it goes to whoever may and is owed most. */
const mostPutOff = 64
/** So many turns a lane is owed before the slate comes between it and its competitor, when no other playlist can. */
const mostDueAlone = 4

/**
 * The turns are those of the loop without limits, but one that may not be taken is put off: it is taken as soon as it may,
 * beside the count. A lane at its limit is owed one turn at most: what comes due meanwhile is lost, the others go on.
 */
function takeTurnWithin(lanes: readonly Lane[], before: Turns, at: Position, startsAtMs: number): Turn | undefined {
  let turns = before
  const full = new Set(lanes.filter((lane) => !isOpen(lane, at, startsAtMs)))
  const apart = new Set(lanes.filter((lane) => at.last !== undefined && areApart(at.last, neighbourOf(lane))))
  const dueOf = (lane: Lane): number => turns[lane.key]?.due ?? 0
  const open = lanes.filter((lane) => !full.has(lane) && !apart.has(lane))
  const owed = open.filter((lane) => dueOf(lane) > 0).sort((a, b) => dueOf(b) - dueOf(a))[0]
  if (owed) return { lane: owed, turns: withDue(turns, owed.key, dueOf(owed) - 1) }
  if (open.length === 0 || needsPause(lanes, open, apart, full, at.last, dueOf)) return undefined
  for (let tries = 0; tries < mostPutOff; tries += 1) {
    const chosen = laneWhoseTurnItIs(lanes, turns)
    if (!chosen) return undefined
    turns = countTurn(turns, chosen.key, lanes)
    if (open.includes(chosen)) return { lane: chosen, turns }
    const due = full.has(chosen) ? Math.max(1, dueOf(chosen)) : Math.min(mostPutOff, dueOf(chosen) + 1)
    turns = withDue(turns, chosen.key, due)
  }
  const shareTaken = ({ key, weight }: Lane): number => ((turns[key]?.count ?? 0) + 1) / weight
  const lane = open.toSorted((a, b) => shareTaken(a) - shareTaken(b))[0]
  return lane && { lane, turns: countTurn(turns, lane.key, lanes) }
}

/** A film joins its predecessor to the frame, but its end is known only so well beforehand. */
const marginMs = 50

function isOpen(lane: Lane, at: Position, startsAtMs: number): boolean {
  const transition = lane.showings[indexOfNext(lane, at.next[lane.key])]?.transition
  const fadeMs = transition?.kind === 'fade' ? transition.ms : 0 // it begins so much earlier
  return startsAtMs - fadeMs - marginMs >= allowedFromMs(lane, at.starts)
}

/** Whether a competitor has waited for long enough that nothing is to be seen for a moment, so that it can come. */
function needsPause(
  lanes: readonly Lane[],
  open: readonly Lane[],
  apart: ReadonlySet<Lane>,
  full: ReadonlySet<Lane>,
  last: Neighbour | undefined,
  dueOf: (lane: Lane) => number,
): boolean {
  const between = open.some((lane) => neighbourOf(lane).playlist !== last?.playlist)
  const most = between ? mostPutOff : mostDueAlone
  return lanes.some((lane) => apart.has(lane) && !full.has(lane) && dueOf(lane) >= most)
}

/** The same place, after a showing began: limits count it, however it ends. */
export function withShowingBegun(programme: Programme, at: Position, key: ShowingKey, atMs: number): Position {
  const lane = limitedLane(programme, key)
  const began = lane && withStart(at.starts, lane, atMs)
  return began ? { ...at, starts: began } : at
}

/** Whether a showing may begin now, by the limits of its playlist: what is on may have left before its time. */
export function mayBegin(programme: Programme, at: Position, key: ShowingKey, nowMs: number): boolean {
  const lane = limitedLane(programme, key)
  return lane === undefined || at.first === lane.key || allowedFromMs(lane, at.starts) <= nowMs
}

const limitedLane = ({ lanes }: Programme, key: ShowingKey): Lane | undefined =>
  lanes.find(({ limits, showings }) => limits !== undefined && showings.some((showing) => showing.key === key))

/** The same place after the slate was seen: whoever comes next is beside nobody. */
export function afterSlate(at: Position): Position {
  const { last: _, ...rest } = at
  return rest
}

/** When the first of the lanes that are at their limits may be shown again; undefined if none is. */
export function nextOpeningMs({ lanes }: Programme, at: Position, nowMs: number): number | undefined {
  const later = lanes.map((lane) => allowedFromMs(lane, at.starts) + marginMs).filter((ms) => ms > nowMs)
  return later.length > 0 ? Math.min(...later) : undefined
}

/** The same place, told by a clock that shows so much more: the pause since the last showing stays as long as it was. */
export const onAnotherClock = (at: Position, byMs: number): Position =>
  at.starts ? { ...at, starts: shifted(at.starts, byMs) } : at

/** A stored place, as it is to be understood when this clock's time is `nowMs`. */
export const resumedAt = (at: Position, nowMs: number): Position =>
  at.starts ? { ...at, starts: startsBy(at.starts, nowMs) } : at

/** An item that is gone hands its place to the lane's first. */
function indexOfNext(lane: Lane, item: string | undefined): number {
  const index = lane.showings.findIndex((showing) => showing.item === item)
  return Math.max(index, 0)
}

/**
 * The same place in an edited loop: where the item that came next is gone, the first one after it that is still there
 * comes next, so that an edit never sends a loop back to its start.
 */
export function carryOver(before: Programme, after: Programme, at: Position): Position {
  const next = { ...at.next }
  const earlier = lanesOf(before)
  for (const lane of lanesOf(after)) {
    const old = earlier.find((one) => one.key === lane.key)
    if (!old) continue
    const from = indexOfNext(old, at.next[lane.key])
    const inOrder = [...old.showings.slice(from), ...old.showings.slice(0, from)]
    const kept = inOrder.find((showing) => lane.showings.some((one) => one.item === showing.item))
    if (kept) next[lane.key] = kept.item
  }
  return { ...at, next }
}

/** The same place in the loop, but this lane comes next, from its first item on. */
export function cutInAt(programme: Programme, at: Position, lane: string): Position {
  const first = programme.lanes.find(({ key }) => key === lane)?.showings[0]
  return first ? { ...at, next: { ...at.next, [lane]: first.item }, first: lane } : at
}
