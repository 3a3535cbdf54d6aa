import { z } from 'zod'
import type { Lane } from './programme.ts'

/**
 * How many turns each lane has had since this set of lanes began to take turns. `due`: turns that came when the lane might not
 * be shown, because of its limits or of its neighbour.
 */
export const turns = z.record(z.string(), z.strictObject({ weight: z.int(), count: z.int(), due: z.int().optional() }))
export type Turns = z.infer<typeof turns>

/** Counts go on while the lanes and weights are the same, and start anew when they are not. */
export function turnsOf(lanes: readonly Lane[], before: Turns): Turns {
  const same =
    Object.keys(before).length === lanes.length && lanes.every((lane) => before[lane.key]?.weight === lane.weight)
  if (same) return before
  return Object.fromEntries(lanes.map((lane) => [lane.key, { weight: lane.weight, count: 0 }]))
}

/**
 * Tijdeman's chairman assignment (R. Tijdeman, "The chairman assignment problem", Discrete Mathematics 32, 1980): of the
 * lanes that may take the turn without getting ahead by too much, the one whose deadline is nearest. At every point each
 * lane's showings differ from its exact share by at most 1 - 1/(2(k-1)), so by less than one. In whole numbers: everything
 * is multiplied by 2(k-1) times the sum of the weights.
 */
export function laneWhoseTurnItIs(lanes: readonly Lane[], turns: Turns): Lane | undefined {
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
export function countTurn(turns: Turns, taken: string, lanes: readonly Lane[]): Turns {
  const counted = Object.fromEntries(
    Object.entries(turns).map(([key, turn]) => [key, key === taken ? { ...turn, count: turn.count + 1 } : turn]),
  )
  const wholePeriod = lanes.every((lane) => (counted[lane.key]?.count ?? 0) >= lane.weight)
  return wholePeriod
    ? Object.fromEntries(
        Object.entries(counted).map(([key, turn]) => [key, { ...turn, count: turn.count - turn.weight }]),
      )
    : counted
}

/** The same counts, but the lane is owed so many turns. */
export const withDue = (turns: Turns, key: string, due: number): Turns => {
  const { weight = 1, count = 0 } = turns[key] ?? {}
  return { ...turns, [key]: due > 0 ? { weight, count, due } : { weight, count } }
}
