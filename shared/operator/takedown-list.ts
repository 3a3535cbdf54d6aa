import type { Takedowns } from '../documents/takedowns.ts'

export type TakenDown = Takedowns['assets'][number]

/**
 * One list of all that was ever taken down, in the order it happened: a list never forgets, whichever copy of it was lost on
 * the way. What was taken down twice keeps its first reason.
 */
export function joinedTakedowns(...lists: readonly (readonly TakenDown[])[]): TakenDown[] {
  const byAsset = new Map<string, TakenDown>()
  for (const one of lists.flat().toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    if (!byAsset.has(one.asset)) byAsset.set(one.asset, one)
  }
  return [...byAsset.values()]
}
