import type { PublicJwk } from '../documents/jws.ts'
import type { Role, Trust } from '../documents/trust.ts'
import type { Crypto } from './crypto.ts'
import { installedRoots, type Roots, rootsAfter } from './roots.ts'
import { thumbprintOf } from './thumbprint.ts'

export { thumbprintOf } from './thumbprint.ts'

/** A key somebody vouched for, under its RFC 7638 thumbprint. */
export type TrustedKey = {
  readonly kid: string
  readonly jwk: PublicJwk
  readonly roles: ReadonlySet<Role | 'root'>
  readonly label: string | undefined
}

/** What trust says of a key, and within which time: `fromMs` inclusive, `untilMs` exclusive, milliseconds since 1970. */
type Grant = TrustedKey & { readonly fromMs: number; readonly untilMs: number }

/** Every key that counts, by thumbprint, and the rules for counting. */
export type Keyring = {
  readonly keys: ReadonlyMap<string, TrustedKey>
  /** Thumbprints of keys that would count at another time. Empty until `keyringAt` has looked. */
  readonly outOfTime: ReadonlySet<string>
  readonly grants: readonly Grant[]
  /** Who signs the next trust document. */
  readonly roots: Roots
  /** Revision of the trust document this comes from; 0 while there are only the installed root keys. */
  readonly revision: number
  /** When that was signed, in milliseconds since 1970: it cannot be earlier than this. 0 before any has come. */
  readonly issuedAtMs: number
  readonly approvalsNeeded: number
  readonly separation: 'strict' | 'none'
  /** Whether the words of an item need approvals as its asset does. */
  readonly words: 'approved' | 'free'
}

/**
 * The keyring of root keys and the trust document they signed, if one has come. Its own root keys are those that count
 * after that document. Revoked keys are not in it; keys with a time are, whatever the time is: `keyringAt` leaves them out.
 */
export function keyringOf(rootKeys: Roots | readonly PublicJwk[], trust: Trust | undefined, crypto: Crypto): Keyring {
  const before = 'needed' in rootKeys ? rootKeys : installedRoots(rootKeys)
  const roots = trust ? rootsAfter(before, trust, crypto) : before
  const revoked = new Set(trust?.revoked)
  const grants = [
    ...roots.keys.map((jwk) => grantOf({ jwk, roles: ['root'] }, crypto)),
    ...(trust?.keys ?? []).map((key) => grantOf(key, crypto)),
  ].filter(({ kid }) => !revoked.has(kid))
  return {
    keys: merged(grants),
    outOfTime: new Set(),
    grants,
    roots,
    revision: trust?.revision ?? 0,
    issuedAtMs: trust ? Date.parse(trust.issuedAt) : 0,
    approvalsNeeded: trust?.approvals.needed ?? 1,
    separation: trust?.separation ?? 'strict',
    words: trust?.words ?? 'free',
  }
}

/** The keyring with only those keys that count at an instant, in milliseconds since 1970. */
export function keyringAt(keyring: Keyring, atMs: number): Keyring {
  const inTime = keyring.grants.filter(({ fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs)
  if (inTime.length === keyring.grants.length) return keyring
  const keys = merged(inTime)
  return { ...keyring, keys, outOfTime: new Set(keyring.grants.map(({ kid }) => kid).filter((kid) => !keys.has(kid))) }
}

function grantOf(
  key: {
    jwk: PublicJwk
    roles: readonly (Role | 'root')[]
    label?: string | undefined
    from?: string | undefined
    until?: string | undefined
  },
  crypto: Crypto,
): Grant {
  return {
    kid: thumbprintOf(key.jwk, crypto),
    jwk: key.jwk,
    roles: new Set(key.roles),
    label: key.label,
    fromMs: key.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(key.from),
    untilMs: key.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(key.until),
  }
}

/** A key listed twice is one key with the roles of both. */
function merged(grants: readonly Grant[]): Map<string, TrustedKey> {
  const keys = new Map<string, TrustedKey>()
  for (const { kid, jwk, roles, label } of grants) {
    const known = keys.get(kid)
    keys.set(kid, { kid, jwk, roles: new Set([...(known?.roles ?? []), ...roles]), label: label ?? known?.label })
  }
  return keys
}
