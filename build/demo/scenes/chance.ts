/** Repeatable chance: the same seed draws the same picture on every machine. Values are in [0, 1). */
export type Chance = () => number

/** A generator of repeatable numbers in [0, 1) (the public-domain mulberry32). */
export const chanceFrom = (seed: number): Chance => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A number between two bounds. */
export const between = (chance: Chance, least: number, most: number): number => least + (most - least) * chance()

/** One entry of a list that is not empty. */
export const oneOf = <T>(chance: Chance, choices: readonly [T, ...T[]]): T =>
  choices[Math.floor(chance() * choices.length)] ?? choices[0]

/** Smooth noise along a line, in [-1, 1]; one unit of `at` is one bump. */
export const noiseLine = (seed: number): ((at: number) => number) => {
  const chance = chanceFrom(seed)
  const knots = Array.from({ length: 256 }, () => chance() * 2 - 1)
  const knot = (index: number) => knots[((index % 256) + 256) % 256] ?? 0
  return (at) => {
    const index = Math.floor(at)
    const part = at - index
    const eased = part * part * (3 - 2 * part)
    return knot(index) * (1 - eased) + knot(index + 1) * eased
  }
}

/** Several octaves of smooth noise, in about [-1, 1]: the outline of hills. */
export const ridgeNoise = (seed: number, octaves = 4): ((at: number) => number) => {
  const lines = Array.from({ length: octaves }, (_, octave) => noiseLine(seed + octave * 101))
  return (at) => lines.reduce((sum, line, octave) => sum + line(at * 2 ** octave) / 2 ** (octave + 1), 0)
}

/** 0 before `from`, 1 after `until`, smooth in between. */
export const ease = (value: number, from: number, until: number): number => {
  const part = Math.min(1, Math.max(0, (value - from) / (until - from)))
  return part * part * (3 - 2 * part)
}
