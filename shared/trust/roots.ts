import type { PublicJwk } from '../documents/jws.ts'
import { type Refused, refused } from '../documents/refusal.ts'
import type { Trust } from '../documents/trust.ts'
import type { Crypto } from './crypto.ts'
import { thumbprintOf } from './thumbprint.ts'

/** Who signs trust: these keys, and how many of them a trust document needs. */
export type Roots = { readonly keys: readonly PublicJwk[]; readonly needed: number }

/** The roots a player is installed with: any one of them signs, until trust says otherwise. */
export const installedRoots = (keys: readonly PublicJwk[]): Roots => ({ keys, needed: 1 })

/** The roots that count after a trust document: its own if it names any, without revoked ones, each once. */
export function rootsAfter(before: Roots, trust: Trust, crypto: Crypto): Roots {
  const revoked = new Set(trust.revoked)
  const keys = new Map((trust.rootKeys ?? before.keys).map((jwk) => [thumbprintOf(jwk, crypto), jwk]))
  for (const kid of revoked) keys.delete(kid)
  return { keys: [...keys.values()], needed: trust.roots?.needed ?? 1 }
}

/** Whether a trust document changes who may sign the next one. */
export const sameRoots = (a: Roots, b: Roots): boolean =>
  a.needed === b.needed && a.keys.length === b.keys.length && a.keys.every((key) => b.keys.some(({ x }) => x === key.x))

/** After a trust document that leaves too few roots nobody could ever sign the next one: it is refused. */
export function unusableRoots(before: Roots, trust: Trust, crypto: Crypto): Refused | undefined {
  const after = rootsAfter(before, trust, crypto)
  if (after.keys.length >= after.needed) return undefined
  return refused(
    'bad-field',
    `asks for ${after.needed} root keys, but leaves ${after.keys.length} that are not revoked: nobody could sign the next trust document`,
    trust.roots ? 'roots.needed' : trust.rootKeys ? 'rootKeys' : 'revoked',
  )
}
