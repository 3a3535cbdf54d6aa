import { type Attack, attackOf } from './attack.ts'
import { createTarget, type Target } from './target.ts'

/** What was found: each attack that did something, and how many of each kind there were. */
export type Siege = {
  readonly broken: readonly { readonly attack: Attack; readonly why: string }[]
  readonly counts: ReadonlyMap<string, number>
  readonly mostChecks: number
}

/** So many attacks share a transaction, and so often it is asked whether the city is still served. */
const batch = 500

/** Sends the attacks of these seeds, one after another, to one player; an exception is a finding like any other. */
export function besiege(from: number, count: number, only?: string, progress = (_done: number): void => {}): Siege {
  const target = createTarget()
  const broken: { attack: Attack; why: string }[] = []
  const counts = new Map<string, number>()
  try {
    for (let begin = from; begin < from + count; begin += batch) {
      const seeds = Array.from({ length: Math.min(batch, from + count - begin) }, (_, index) => begin + index)
      target.batch(() => {
        for (const seed of seeds) {
          const attack = attackOf(seed, only)
          counts.set(attack.name, (counts.get(attack.name) ?? 0) + 1)
          const why = whatItBroke(target, attack)
          if (why !== undefined) broken.push({ attack, why })
        }
        const served = target.serves()
        if (!served.held) broken.push({ attack: attackOf(seeds.at(-1) ?? begin, only), why: `after it ${served.why}` })
      })
      progress(begin - from + seeds.length)
    }
    return { broken, counts, mostChecks: target.mostChecks() }
  } finally {
    target.stop()
  }
}

function whatItBroke(target: Target, attack: Attack): string | undefined {
  try {
    const verdict = target.hit(attack)
    return verdict.held ? undefined : verdict.why
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`
  }
}
