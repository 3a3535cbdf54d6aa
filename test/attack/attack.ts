import { addressAttacks } from './attacks/address.ts'
import { approvalAttacks } from './attacks/approvals.ts'
import { authorityAttacks } from './attacks/authority.ts'
import { envelopeAttacks } from './attacks/envelope.ts'
import { headerAttacks } from './attacks/header.ts'
import { jsonAttacks } from './attacks/json.ts'
import { payloadAttacks } from './attacks/payload.ts'
import { wordAttacks } from './attacks/words.ts'
import { chanceOf } from './chance.ts'
import type { Move } from './move.ts'

/** One message of an attacker; the seed makes it again. */
export type Attack = Move & { readonly seed: number; readonly name: string }

/** Every kind of attack by its name. */
export const recipes = {
  ...envelopeAttacks,
  ...headerAttacks,
  ...jsonAttacks,
  ...payloadAttacks,
  ...authorityAttacks,
  ...approvalAttacks,
  ...wordAttacks,
  ...addressAttacks,
}
const named = Object.entries(recipes)

/** The attack of a seed: seeds in a row go through the kinds in turn. Throws for a kind that is not there. */
export function attackOf(seed: number, only?: string): Attack {
  const [name, recipe] = named.find(([one]) => one === only) ?? named[seed % named.length] ?? []
  if (!name || !recipe || (only !== undefined && name !== only)) throw new Error(`there is no attack ${only}`)
  return { seed, name, ...recipe(chanceOf(seed)) }
}
