import type { PublicJwk } from '../documents/jws.ts'
import type { Role, Trust } from '../documents/trust.ts'

/** A key as trust lists it, with its thumbprint. */
export type ListedKey = Trust['keys'][number] & { readonly kid: string }

/** One thing that is to be changed about trust. */
export type TrustEdit =
  /** Lists a key with a role. One that is listed gets the role on top, with the new label and time. */
  | {
      readonly kind: 'add'
      readonly jwk: PublicJwk
      readonly roles: readonly Role[]
      readonly label: string
      /** RFC 3339 instants. */
      readonly from?: string | undefined
      readonly until?: string | undefined
    }
  | { readonly kind: 'revoke'; readonly kid: string }
  | { readonly kind: 'need'; readonly approvals: number }
  | { readonly kind: 'separation'; readonly rule: 'strict' | 'none' }
  /** Whether captions, credits, hashtags and QR codes need approvals, too. */
  | { readonly kind: 'words'; readonly rule: 'approved' | 'free' }
  /** From then on these keys sign trust, and no others; `needed` of them. */
  | { readonly kind: 'roots'; readonly keys: readonly PublicJwk[]; readonly needed: number }

type KidOf = (jwk: PublicJwk) => string

/** The trust document after some changes, under its next revision. Nothing else of it changes. */
export function editedTrust(
  before: Trust | undefined,
  edits: readonly TrustEdit[],
  next: { readonly revision: number; readonly issuedAt: string },
  kidOf: KidOf,
): Trust {
  const empty: Trust = {
    kind: 'trust',
    id: 'trust',
    revision: 1,
    issuedAt: next.issuedAt,
    target: 'fleet',
    keys: [],
    approvals: { needed: 1 },
    separation: 'strict',
    revoked: [],
  }
  return edits.reduce((trust, edit) => afterEdit(trust, edit, kidOf), { ...(before ?? empty), ...next })
}

function afterEdit(trust: Trust, edit: TrustEdit, kidOf: KidOf): Trust {
  switch (edit.kind) {
    case 'add':
      return withKey(trust, edit, kidOf)
    case 'revoke': {
      const keys = trust.keys.filter(({ jwk }) => kidOf(jwk) !== edit.kid)
      return { ...trust, keys, revoked: [...new Set([...trust.revoked, edit.kid])] }
    }
    case 'need':
      return { ...trust, approvals: { needed: edit.approvals } }
    case 'separation':
      return { ...trust, separation: edit.rule }
    case 'words':
      return { ...trust, words: edit.rule }
    case 'roots':
      return { ...trust, rootKeys: [...edit.keys], roots: { needed: edit.needed } }
  }
}

function withKey(trust: Trust, edit: Extract<TrustEdit, { kind: 'add' }>, kidOf: KidOf): Trust {
  const kid = kidOf(edit.jwk)
  const listed = trust.keys.find(({ jwk }) => kidOf(jwk) === kid)
  const key = {
    jwk: edit.jwk,
    roles: [...new Set([...(listed?.roles ?? []), ...edit.roles])],
    label: edit.label,
    ...(edit.from !== undefined && { from: edit.from }),
    ...(edit.until !== undefined && { until: edit.until }),
  }
  if (!listed) return { ...trust, keys: [...trust.keys, key] }
  return { ...trust, keys: trust.keys.map((one) => (one === listed ? key : one)) }
}

/** The keys that are listed, with their thumbprints. */
export const listedKeys = (trust: Trust | undefined, kidOf: KidOf): ListedKey[] =>
  (trust?.keys ?? []).map((key) => ({ ...key, kid: kidOf(key.jwk) }))

/** The keys that somebody means by a label, a thumbprint, or the first eight or more characters of one. */
export const keysMeantBy = (text: string, keys: readonly ListedKey[]): ListedKey[] => {
  const plain = text.replace(/\s+/g, '')
  const exact = keys.filter(({ kid, label }) => kid === plain || label === text)
  return exact.length > 0 ? exact : keys.filter(({ kid }) => plain.length >= 8 && kid.startsWith(plain))
}
