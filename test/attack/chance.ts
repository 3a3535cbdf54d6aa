/** Chance that a seed repeats: mulberry32, a 32-bit generator of Tommy Ettinger's. Good enough to choose, not to keep secrets. */
export type Chance = {
  /** A whole number from 0 up to, and without, the limit. */
  below(limit: number): number
  /** One of them; throws if there are none. */
  one<T>(of: readonly T[]): T
  bytes(count: number): Uint8Array
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number): number => next() % limit
  return {
    below,
    one: (of) => {
      const chosen = of[below(of.length)]
      if (chosen === undefined) throw new Error('nothing to choose from')
      return chosen
    },
    bytes: (count) => Uint8Array.from({ length: count }, () => below(256)),
  }
}
