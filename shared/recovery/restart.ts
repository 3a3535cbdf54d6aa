/** How a watched process has fared: starts in a row that brought no lasting pictures, and when it was started lately. */
export type Starts = {
  readonly unhelped: number
  /** Starts of the last two minutes, oldest first, in milliseconds. */
  readonly atMs: readonly number[]
}

export const noStarts: Starts = { unhelped: 0, atMs: [] }

/** Two starts are never closer to each other than this, in milliseconds. */
export const leastStartMs = 500
/** No start waits longer than this: a cap on attempts is a black wall for ever. */
export const longestStartMs = 12_500
/** Pictures for this long are a start that helped: the next is made at once. */
const helpedMs = 4_000
const memoryMs = 120_000
/** More starts than this within the memory are no accidents, even if each brought pictures. */
const oftenStarted = 15
const safeAfter = 3

/**
 * The process has ended: when it is to be started again, and whether in safe mode. `picturesMs`: for how long it had shown
 * pictures. Starts that did not help wait twice as long each, with up to a quarter more by chance (`random`, 0 to 1).
 */
export function nextStart(
  starts: Starts,
  picturesMs: number,
  nowMs: number,
  random: number,
): { readonly starts: Starts; readonly atMs: number; readonly isSafe: boolean } {
  const lately = starts.atMs.filter((startMs) => nowMs - startMs < memoryMs)
  const helped = picturesMs >= helpedMs && lately.length <= oftenStarted
  const unhelped = helped ? 0 : starts.unhelped + 1
  const backOffMs = unhelped <= 1 ? 0 : Math.min(10_000, leastStartMs * 2 ** (unhelped - 2)) * (1 + random / 4)
  const atMs = Math.max(nowMs + backOffMs, (lately.at(-1) ?? Number.NEGATIVE_INFINITY) + leastStartMs)
  // Every other start is a full one again: what was wrong may be over.
  return { starts: { unhelped, atMs: [...lately, atMs] }, atMs, isSafe: unhelped >= safeAfter && unhelped % 2 === 1 }
}

/**
 * Why a watched process is to be killed; undefined: it is well. Milliseconds since it was started, spoke and last drew, and since it
 * was last looked at: a watcher that was held up itself has not yet read what was said meanwhile.
 */
export function hangs(
  sinceStartMs: number,
  sinceWordMs: number | undefined,
  sincePictureMs: number | undefined,
  sinceLookMs = 0,
): string | undefined {
  if (sinceLookMs > heldUpMs) return undefined
  if (sinceWordMs === undefined || sincePictureMs === undefined)
    return sinceStartMs > startsMs ? `it showed nothing in ${startsMs / 1000} s` : undefined
  if (sinceWordMs > silentMs) return `it has said nothing for ${silentMs / 1000} s`
  // The player's own ladder has this long to bring the picture back.
  if (sincePictureMs > darkMs) return `it has shown nothing for ${darkMs / 1000} s`
  return undefined
}

const startsMs = 90_000
const silentMs = 6_000
/** Looks are half a second apart. */
const heldUpMs = 2_000
const darkMs = 60_000
