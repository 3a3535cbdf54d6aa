import type { Chance } from '../attack/chance.ts'

/** What a power cut leaves of one unsynced change of a file: `sectors` says which 512 or 4096 byte sectors of a write were written. */
export type Fate = 'kept' | 'dropped' | { readonly sectorBytes: 512 | 4096; readonly seed: number }

/** How a power cut chooses: the four corners, and four kinds of chance. */
export const styles = [
  'all-dropped',
  'all-kept',
  'data-kept',
  'names-kept',
  'any',
  'one-lost',
  'one-kept',
  'in-order',
] as const
export type Style = (typeof styles)[number]

const tornBy = (chance: Chance): Fate => ({
  sectorBytes: chance.below(2) === 0 ? 512 : 4096,
  seed: chance.below(2 ** 31),
})

/** What becomes of one change. `isOdd`: the one that chance has picked; `isPast`: it came after that one. */
export function fateOf(style: Style, isOdd: boolean, isPast: boolean, chance: Chance): Fate {
  switch (style) {
    case 'all-kept':
    case 'data-kept':
      return 'kept'
    case 'all-dropped':
    case 'names-kept':
      return 'dropped'
    case 'one-lost':
      return !isOdd ? 'kept' : chance.below(2) === 0 ? 'dropped' : tornBy(chance)
    case 'one-kept':
      return !isOdd ? 'dropped' : chance.below(2) === 0 ? 'kept' : tornBy(chance)
    case 'in-order':
      return isOdd ? tornBy(chance) : isPast ? 'dropped' : 'kept'
    case 'any': {
      const fates: readonly Fate[] = ['kept', 'dropped', tornBy(chance)]
      return chance.one(fates)
    }
  }
}

/** Which of the versions of a name that a cut may leave, the oldest first. */
export function versionOf<Version>(
  choices: readonly Version[],
  style: Style,
  isOdd: boolean,
  chance: Chance,
): Version | undefined {
  const [oldest, newest] = [choices[0], choices.at(-1)]
  switch (style) {
    case 'all-kept':
    case 'names-kept':
      return newest
    case 'all-dropped':
    case 'data-kept':
      return oldest
    case 'one-lost':
      return isOdd ? oldest : newest
    case 'one-kept':
      return isOdd ? newest : oldest
    default:
      return choices[chance.below(choices.length)]
  }
}
