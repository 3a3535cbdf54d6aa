import type { Lane, ShowingKey } from '../screen/programme.ts'

/** What main knows of the loop it sent last. */
export type SentLoop = { readonly lanes: readonly Lane[]; readonly mayFinish: readonly ShowingKey[] }

/**
 * Which showings that are no longer in the loop may stay until their end: those of the loop before it (and of those before
 * that, if one is still on) whose assets are still allowed. None when a lane that cuts in has just come.
 */
export function mayFinish(
  before: SentLoop,
  after: readonly Lane[],
  cutIn: readonly string[],
  stillAllowed: (key: ShowingKey) => boolean,
  on: ShowingKey | undefined,
): ShowingKey[] {
  const entering = cutIn.some((key) => !before.lanes.some((lane) => lane.key === key))
  if (entering) return []
  const kept = new Set(keysOf(after))
  const leaving = [...keysOf(before.lanes), ...before.mayFinish.filter((key) => key === on)]
  return [...new Set(leaving)].filter((key) => !kept.has(key) && stillAllowed(key))
}

const keysOf = (lanes: readonly Lane[]): ShowingKey[] =>
  lanes.flatMap((lane) => lane.showings.map((showing) => showing.key))
