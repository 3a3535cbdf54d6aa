import type { Seen } from '../oracle/band.ts'
import type { Glance } from './eye.ts'

/** One item of the loop: its number in the band, how long it is in frames of a 30th of a second, and what it is. */
export type LoopItem = { readonly item: number; readonly frames: number; readonly kind: 'film' | 'photo' | 'stream' }

/** What two walls showed in one look. */
export type Pair = {
  readonly atMs: number
  /** How many frames of the loop one was ahead of the other, without a sign. */
  readonly frames: number
  /** What the wall that is ahead showed. */
  readonly kind: LoopItem['kind']
  /** How long ago the first of the two went to the item that it is on; undefined before any cut. */
  readonly sinceCutMs: number | undefined
}

/** Walls by their place in the glances. */
export type Two = readonly [number, number]

/**
 * The differences of two walls, look by look. On a photo every frame looks alike, so that two walls on the same photo are
 * in step, and one that is still on a film beside it is off by what that film has left to its edge.
 */
export function pairsOf(glances: readonly Glance[], [one, other]: Two, loop: readonly LoopItem[]): Pair[] {
  const lengthFrames = loop.reduce((sum, { frames }) => sum + frames, 0)
  const places = placesOf(loop)
  const pairs: Pair[] = []
  let cutMs: number | undefined
  let on = new Set<number>()
  for (const { atMs, looks } of glances) {
    const [a, b] = [rangeOf(looks[one]?.seen, places), rangeOf(looks[other]?.seen, places)]
    if (!a || !b) continue
    const items = new Set([a.item.item, b.item.item])
    if (on.size > 0 && [...items].some((item) => !on.has(item))) cutMs = atMs
    on = items
    const aAhead = mod(a.first - b.last, lengthFrames)
    const bAhead = mod(b.first - a.last, lengthFrames)
    const isSame = a.first <= b.last && b.first <= a.last
    const frames = isSame ? 0 : Math.min(aAhead, bAhead)
    const { kind } = (aAhead < bAhead ? a : b).item
    pairs.push({ atMs, frames, kind, sinceCutMs: cutMs === undefined ? undefined : atMs - cutMs })
  }
  return pairs
}

const mod = (value: number, length: number): number => ((value % length) + length) % length

type Place = { readonly item: LoopItem; readonly begins: number }

function placesOf(loop: readonly LoopItem[]): ReadonlyMap<number, Place> {
  let begins = 0
  return new Map(
    loop.map((item) => {
      const place = { item, begins }
      begins += item.frames
      return [item.item, place]
    }),
  )
}

/** The places in the loop that a look may be at: one for a film's frame, all of a photo's. */
function rangeOf(seen: Seen | undefined, places: ReadonlyMap<number, Place>) {
  const place = seen?.kind === 'frame' ? places.get(seen.item) : undefined
  if (seen?.kind !== 'frame' || !place) return undefined
  const { item, begins } = place
  if (item.kind === 'photo') return { item, first: begins, last: begins + item.frames - 1 }
  const first = begins + Math.min(seen.frame, item.frames - 1)
  return { item, first, last: first }
}

/** When a wall went to which item. */
export type Cut = { readonly atMs: number; readonly item: number }

export function cutsOf(glances: readonly Glance[], wall: number): Cut[] {
  const cuts: Cut[] = []
  let on: number | undefined
  for (const { atMs, looks } of glances) {
    const seen = looks[wall]?.seen
    if (seen?.kind !== 'frame') continue
    if (on !== undefined && on !== seen.item) cuts.push({ atMs, item: seen.item })
    on = seen.item
  }
  return cuts
}

/** How long after one wall the other one made the same cut, without a sign, in milliseconds; for cuts that both have made. */
export function cutDifferencesMs(one: readonly Cut[], other: readonly Cut[], withinMs = 1_000): number[] {
  return one.flatMap(({ atMs, item }) => {
    const apart = other.filter((cut) => cut.item === item).map((cut) => Math.abs(cut.atMs - atMs))
    const least = Math.min(...apart)
    return least <= withinMs ? [least] : []
  })
}

/** Looks at a wall that showed nothing of the loop. */
export const darkIn = (glances: readonly Glance[], wall: number): number =>
  glances.filter(({ looks }) => looks[wall]?.seen.kind === 'black').length

export type Figures = { readonly p50: number; readonly p99: number; readonly max: number; readonly count: number }

/** The middle, the 99th percentile and the greatest of some values. */
export function figuresOf(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: at(1), count: sorted.length }
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
