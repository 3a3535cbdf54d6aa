import { z } from 'zod'
import type { Lane, Programme, Showing } from './programme.ts'

/**
 * Where the loop stands, as a value that survives a restart: for every lane the item that comes next, and how many
 * showings each lane has had since this set of lanes began to take turns.
 */
export const position = z.strictObject({
  next: z.record(z.string(), z.string()),
  turns: z.record(z.string(), z.strictObject({ weight: z.int(), count: z.int() })),
  /** The lane that takes the next turn whatever its share, because it cuts in. */
  first: z.string().optional(),
})
export type Position = z.infer<typeof position>

export const startPosition: Position = { next: {}, turns: {} }

/** One step of the loop: what is shown, and where the loop stands after it. Undefined when there is nothing to show. */
export function nextShowing(programme: Programme, at: Position): { showing: Showing; after: Position } | undefined {
  const turns = turnsOf(programme.lanes, at)
  const chosen = programme.lanes.find(({ key }) => key === at.first) ?? laneWhoseTurnItIs(programme.lanes, turns)
  if (!chosen) return undefined
  const index = indexOfNext(chosen, at.next[chosen.key])
  const showing = chosen.showings[index]
  const following = chosen.showings[(index + 1) % chosen.showings.length]
  if (!showing || !following) return undefined
  return {
    showing,
    after: {
      next: { ...at.next, [chosen.key]: following.item },
      turns: countTurn(turns, chosen.key, programme.lanes),
    },
  }
}

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
  for (const lane of after.lanes) {
    const old = before.lanes.find((one) => one.key === lane.key)
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

/** Counts go on while the lanes and weights are the same, and start anew when they are not. */
function turnsOf(lanes: readonly Lane[], at: Position): Position['turns'] {
  const same =
    Object.keys(at.turns).length === lanes.length && lanes.every((lane) => at.turns[lane.key]?.weight === lane.weight)
  if (same) return at.turns
  return Object.fromEntries(lanes.map((lane) => [lane.key, { weight: lane.weight, count: 0 }]))
}

/**
 * Tijdeman's chairman assignment (R. Tijdeman, "The chairman assignment problem", Discrete Mathematics 32, 1980): of the
 * lanes that may take the turn without getting ahead by too much, the one whose deadline is nearest. At every point each
 * lane's showings differ from its exact share by at most 1 - 1/(2(k-1)), so by less than one. In whole numbers: everything
 * is multiplied by 2(k-1) times the sum of the weights.
 */
function laneWhoseTurnItIs(lanes: readonly Lane[], turns: Position['turns']): Lane | undefined {
  if (lanes.length <= 1) return lanes[0]
  const scale = 2 * (lanes.length - 1)
  const weights = lanes.reduce((sum, lane) => sum + lane.weight, 0)
  const step = 1 + lanes.reduce((sum, lane) => sum + (turns[lane.key]?.count ?? 0), 0)
  let chosen: { lane: Lane; slack: number } | undefined
  for (const lane of lanes) {
    const owed = scale * (step * lane.weight - (turns[lane.key]?.count ?? 0) * weights)
    if (owed < weights) continue
    const slack = (scale * weights - weights - owed) / lane.weight
    if (!chosen || slack < chosen.slack) chosen = { lane, slack }
  }
  return chosen?.lane
}

/** After a whole period every lane has exactly its share, so the counts start again and stay small. */
function countTurn(turns: Position['turns'], taken: string, lanes: readonly Lane[]): Position['turns'] {
  const counted = Object.fromEntries(
    Object.entries(turns).map(([key, turn]) => [key, key === taken ? { ...turn, count: turn.count + 1 } : turn]),
  )
  const wholePeriod = lanes.every((lane) => counted[lane.key]?.count === lane.weight)
  return wholePeriod
    ? Object.fromEntries(Object.entries(counted).map(([key, turn]) => [key, { ...turn, count: 0 }]))
    : counted
}
