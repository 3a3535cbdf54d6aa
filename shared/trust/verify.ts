import { parseJson } from '../documents/documents.ts'
import { type Jws, protectedHeader } from '../documents/jws.ts'
import { accepted, type Outcome, refused } from '../documents/refusal.ts'
import { bytesOf } from './base64url.ts'
import type { Crypto } from './crypto.ts'
import type { Keyring, TrustedKey } from './keyring.ts'

/** A payload whose signatures were checked, and the trusted keys that signed it, each once. At least one. */
export type Verified = { readonly payload: Uint8Array; readonly signers: readonly TrustedKey[] }

/**
 * Checks a JWS before anything of its payload is read (RFC 7515, 5.2; RFC 8037). Signatures of keys that nobody vouched
 * for do not count; a wrong signature under a trusted key's name refuses the whole.
 */
export function verifyJws(jws: Jws, typ: string, keyring: Keyring, crypto: Crypto): Outcome<Verified> {
  const payload = bytesOf(jws.payload)
  if (!payload) return refused('not-a-document', 'the payload is not base64url', 'payload')
  const signers = new Map<string, TrustedKey>()
  let outOfTime: string | undefined
  const named = new Set<string>()
  for (const [index, one] of jws.signatures.entries()) {
    const at = `signatures[${index}]`
    const header = headerOf(one.protected)
    if (!header) return refused('bad-signature', 'the protected header is not exactly {alg: EdDSA, kid, typ}', at)
    if (named.has(header.kid)) return refused('bad-signature', `key ${header.kid} is named twice`, at)
    named.add(header.kid)
    if (header.typ !== typ) return refused('wrong-type', `signed as ${header.typ}, expected ${typ}`, at)
    const key = keyring.keys.get(header.kid)
    if (keyring.outOfTime.has(header.kid)) outOfTime = header.kid
    if (!key) continue
    const signature = bytesOf(one.signature)
    const signed = new TextEncoder().encode(`${one.protected}.${jws.payload}`)
    if (!signature || !crypto.verifyEd25519(key.jwk, signed, signature)) {
      return refused('bad-signature', `the signature of key ${header.kid} does not match`, at)
    }
    signers.set(key.kid, key)
  }
  if (signers.size === 0 && outOfTime !== undefined)
    return refused('expired-key', `the time of key ${outOfTime} is over or has not begun`, 'signatures')
  if (signers.size === 0) return refused('unknown-key', 'no key that trust vouches for has signed this', 'signatures')
  return accepted({ payload, signers: [...signers.values()] })
}

function headerOf(text: string): ReturnType<typeof protectedHeader.parse> | undefined {
  const bytes = bytesOf(text)
  const json = bytes && parseJson(bytes)
  if (!json?.ok) return undefined
  const read = protectedHeader.safeParse(json.value)
  return read.success ? read.data : undefined
}

/** The signers that hold one of the roles. */
export const withRole = (
  signers: readonly TrustedKey[],
  ...roles: readonly (TrustedKey['roles'] extends ReadonlySet<infer R> ? R : never)[]
) => signers.filter((key) => roles.some((role) => key.roles.has(role)))
