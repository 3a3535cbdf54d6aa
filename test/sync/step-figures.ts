import type { Sample } from '../oracle/grab.ts'

/** One item of the loop: its number in the band, how many frames it lasts, and whether its frames are told apart. */
export type LoopItem = { readonly item: number; readonly frames: number; readonly film: boolean }

/** What two walls showed at the same time: how many frames of the loop one was ahead of the other, without a sign. */
export type Pair = { readonly atMs: number; readonly frames: number }

/** Grabs of two displays that are at most this far apart count as one; half a grab at 60 a second, and a little. */
const togetherMs = 9

/**
 * The differences of two walls, sample by sample. On a photo every frame looks alike, so that two walls on the same photo are
 * in step, and one that is still on a film beside it is off by what that film has left to its edge.
 */
export function pairsOf(
  one: readonly Sample[],
  other: readonly Sample[],
  loop: readonly LoopItem[],
  withinMs = togetherMs,
): Pair[] {
  const pairs: Pair[] = []
  let at = 0
  for (const sample of one) {
    while (at + 1 < other.length && distance(other[at + 1], sample) <= distance(other[at], sample)) at += 1
    const beside = other[at]
    if (!beside || distance(beside, sample) > withinMs) continue
    const frames = differenceOf(sample, beside, loop)
    if (frames !== undefined) pairs.push({ atMs: sample.atMs, frames })
  }
  return pairs
}

const distance = (one: Sample | undefined, other: Sample): number =>
  one ? Math.abs(one.atMs - other.atMs) : Number.POSITIVE_INFINITY

function differenceOf(one: Sample, other: Sample, loop: readonly LoopItem[]): number | undefined {
  const [a, b] = [rangeOf(one, loop), rangeOf(other, loop)]
  if (!a || !b) return undefined
  const length = loop.reduce((sum, { frames }) => sum + frames, 0)
  const apart = (from: number, to: number) => Math.min(mod(from - to, length), mod(to - from, length))
  if (a.first <= b.last && b.first <= a.last) return 0
  return Math.min(apart(a.first, b.last), apart(b.first, a.last))
}

const mod = (value: number, length: number): number => ((value % length) + length) % length

/** The places in the loop that a sample may be: one for a film's frame, all of a photo's. */
function rangeOf({ seen }: Sample, loop: readonly LoopItem[]): { first: number; last: number } | undefined {
  if (seen.kind !== 'frame') return undefined
  let begins = 0
  for (const { item, frames, film } of loop) {
    if (item === seen.item) {
      const first = film ? begins + Math.min(seen.frame, frames - 1) : begins
      return { first, last: film ? first : begins + frames - 1 }
    }
    begins += frames
  }
  return undefined
}

/** How many times a wall went from one item to another. */
export const cutsIn = (samples: readonly Sample[]): number => {
  let cuts = 0
  let on: number | undefined
  for (const { seen } of samples) {
    if (seen.kind !== 'frame') continue
    if (on !== undefined && on !== seen.item) cuts += 1
    on = seen.item
  }
  return cuts
}

/** Samples that show nothing of the loop. */
export const darkIn = (samples: readonly Sample[]): number => samples.filter(({ seen }) => seen.kind === 'black').length

export type StepFigures = { readonly p50: number; readonly p99: number; readonly max: number; readonly pairs: number }

/** In frames. */
export function stepFigures(pairs: readonly Pair[]): StepFigures {
  const sorted = pairs.map(({ frames }) => frames).toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: at(1), pairs: sorted.length }
}

/** From when on two walls differ by at most one frame for a second; undefined if never. `pairs` are in order of time. */
export function lockedAtMs(pairs: readonly Pair[], fromMs: number): number | undefined {
  let sinceMs: number | undefined
  for (const { atMs, frames } of pairs) {
    if (atMs < fromMs) continue
    if (frames > 1) sinceMs = undefined
    else sinceMs ??= atMs
    if (sinceMs !== undefined && atMs - sinceMs >= 1000) return sinceMs
  }
  return undefined
}
