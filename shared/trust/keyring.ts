import type { PublicJwk } from '../documents/jws.ts'
import type { Role, Trust } from '../documents/trust.ts'
import { textOf } from './base64url.ts'
import type { Crypto } from './crypto.ts'

/** A key somebody vouched for, under its RFC 7638 thumbprint. */
export type TrustedKey = {
  readonly kid: string
  readonly jwk: PublicJwk
  readonly roles: ReadonlySet<Role | 'root'>
  readonly label: string | undefined
}

/** Every key that counts, by thumbprint, and the rules for counting. */
export type Keyring = {
  readonly keys: ReadonlyMap<string, TrustedKey>
  /** Revision of the trust document this comes from; 0 while there are only the installed root keys. */
  readonly revision: number
  readonly approvalsNeeded: number
  readonly separation: 'strict' | 'none'
}

/** The keyring of the installed root keys and the newest trust document, if one has come. Revoked keys are not in it. */
export function keyringOf(rootKeys: readonly PublicJwk[], trust: Trust | undefined, crypto: Crypto): Keyring {
  const keys = new Map<string, TrustedKey>()
  for (const jwk of rootKeys) addKey(keys, jwk, ['root'], undefined, crypto)
  for (const { jwk, roles, label } of trust?.keys ?? []) addKey(keys, jwk, roles, label, crypto)
  for (const kid of trust?.revoked ?? []) keys.delete(kid)
  return {
    keys,
    revision: trust?.revision ?? 0,
    approvalsNeeded: trust?.approvals.needed ?? 1,
    separation: trust?.separation ?? 'strict',
  }
}

/** A key listed twice is one key with the roles of both. */
function addKey(
  keys: Map<string, TrustedKey>,
  jwk: PublicJwk,
  roles: readonly (Role | 'root')[],
  label: string | undefined,
  crypto: Crypto,
): void {
  const kid = thumbprintOf(jwk, crypto)
  const known = keys.get(kid)
  keys.set(kid, { kid, jwk, roles: new Set([...(known?.roles ?? []), ...roles]), label: label ?? known?.label })
}

/** The RFC 7638 thumbprint of an Ed25519 key (members of RFC 8037, in lexicographic order). */
export function thumbprintOf(jwk: PublicJwk, crypto: Crypto): string {
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x })
  return textOf(crypto.sha256(new TextEncoder().encode(canonical)))
}
