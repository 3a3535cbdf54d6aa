import type { Lane, ShowingKey } from '../screen/programme.ts'
import type { CutIn } from './loop-plan.ts'

/** What main knows of the loop it sent last. */
export type SentLoop = { readonly lanes: readonly Lane[]; readonly mayFinish: readonly ShowingKey[] }

/**
 * Which showings that are no longer in the loop may stay until their end: those of the loop before it (and of those before
 * that, if one is still on) whose assets are still allowed.
 */
export function mayFinish(
  before: SentLoop,
  after: readonly Lane[],
  stillAllowed: (key: ShowingKey) => boolean,
  on: ShowingKey | undefined,
): ShowingKey[] {
  const kept = new Set(keysOf(after))
  const leaving = [...keysOf(before.lanes), ...before.mayFinish.filter((key) => key === on)]
  return [...new Set(leaving)].filter((key) => !kept.has(key) && stillAllowed(key))
}

const keysOf = (lanes: readonly Lane[]): ShowingKey[] =>
  lanes.flatMap((lane) => lane.showings.map((showing) => showing.key))

/** The lane that has just come to cut in, if any: the last of those that were not in the loop before in this revision. */
export const enteringLane = (before: readonly CutIn[], after: readonly CutIn[]): string | null =>
  after.findLast((one) => !before.some(({ key, revision }) => key === one.key && revision === one.revision))?.key ??
  null
