import { z } from 'zod'

/** What a player leaves on its own echo: which run of it this is, by chance, and how often that has connected. */
export const echo = z.object({ run: z.string().min(1).max(64), connection: z.int().min(1) })
export type Echo = z.infer<typeof echo>

/** The echoes of other runs under the same id, each with the highest number of a connection that was seen. */
export type OthersSeen = ReadonlyMap<string, number>

const mostOthers = 8

/**
 * Takes in what was left on the echo. A run that was seen before and has connected again since is another player that lives. One
 * that is seen for the first time may be this player's own of before a restart, as may one that a broker brought back from its disk.
 */
export function seeEcho(
  before: OthersSeen,
  { run, connection }: Echo,
  ownRun: string,
): { readonly others: OthersSeen; readonly isAnotherAlive: boolean } {
  if (run === ownRun) return { others: before, isAnotherAlive: false }
  const highest = before.get(run)
  const others = new Map(before)
  others.delete(run)
  others.set(run, Math.max(connection, highest ?? 0))
  const kept = new Map([...others].slice(-mostOthers))
  return { others: kept, isAnotherAlive: highest !== undefined && connection > highest }
}
