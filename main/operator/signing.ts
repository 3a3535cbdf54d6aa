import {
  calculateJwkThumbprint,
  exportJWK,
  FlattenedEncrypt,
  type FlattenedJWE,
  flattenedDecrypt,
  GeneralSign,
  generateKeyPair,
  importJWK,
} from 'jose'
import { z } from 'zod'
import { type DocumentKind, typOf } from '../../shared/documents/documents.ts'
import { type Jws, type PublicJwk, publicJwk } from '../../shared/documents/jws.ts'

/** A private Ed25519 key (RFC 8037). Never printed, never sent. */
export const privateJwk = publicJwk.extend({ d: z.string().regex(/^[A-Za-z0-9_-]{43}$/) })
export type PrivateJwk = z.infer<typeof privateJwk>

/** A new key from the system's randomness. */
export async function makeKey(): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const { kty, crv, x, d } = await exportJWK(privateKey)
  return privateJwk.parse({ kty, crv, x, d })
}

/** The key without its private part. */
export const publicPart = ({ kty, crv, x }: PublicJwk): PublicJwk => ({ kty, crv, x })

/** The key's RFC 7638 thumbprint (SHA-256, base64url): its `kid`. */
export const thumbprintOf = (jwk: PublicJwk): Promise<string> => calculateJwkThumbprint(publicPart(jwk), 'sha256')

/**
 * Signs a payload with one or more keys: a JWS in General JSON Serialization (RFC 7515, 7.2.1), EdDSA with Ed25519, each
 * protected header with `alg`, `kid` and `typ`. What is signed are the UTF-8 bytes of the payload's JSON.
 */
export async function signDocument(
  kind: DocumentKind | 'approval' | 'clock',
  payload: unknown,
  keys: readonly PrivateJwk[],
): Promise<Jws> {
  return signBytes(kind, new TextEncoder().encode(JSON.stringify(payload)), keys)
}

/** Signs a payload that others have signed already: exactly the same bytes, so that the signatures stand side by side. */
export async function signBytes(
  kind: DocumentKind | 'approval' | 'clock',
  payload: Uint8Array,
  keys: readonly PrivateJwk[],
): Promise<Jws> {
  const signing = new GeneralSign(payload)
  for (const key of keys) {
    const header = { alg: 'EdDSA', kid: await thumbprintOf(key), typ: typOf(kind) }
    signing.addSignature(await importJWK(key, 'EdDSA')).setProtectedHeader(header)
  }
  const { payload: encoded, signatures } = await signing.sign()
  return {
    payload: encoded,
    signatures: signatures.map((one) => ({ protected: one.protected ?? '', signature: one.signature })),
  }
}

const passphraseAlgorithm = 'PBES2-HS512+A256KW'
/** OWASP's advice for PBKDF2 with SHA-512, of 2023. */
const passphraseRounds = 210_000

/** The key under a passphrase, as RFC 7517 (section 7) has it: a JWE with PBES2. */
export async function lockKey(key: PrivateJwk, passphrase: string): Promise<FlattenedJWE> {
  return new FlattenedEncrypt(new TextEncoder().encode(JSON.stringify(key)))
    .setProtectedHeader({ alg: passphraseAlgorithm, enc: 'A256GCM', cty: 'jwk+json' })
    .setKeyManagementParameters({ p2c: passphraseRounds })
    .encrypt(new TextEncoder().encode(passphrase))
}

/** The key from under its passphrase; undefined if the passphrase is another, or this is no locked key. */
export async function unlockKey(locked: unknown, passphrase: string): Promise<PrivateJwk | undefined> {
  try {
    const { plaintext } = await flattenedDecrypt(locked as FlattenedJWE, new TextEncoder().encode(passphrase), {
      keyManagementAlgorithms: [passphraseAlgorithm],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxPBES2Count: passphraseRounds,
    })
    return privateJwk.parse(JSON.parse(new TextDecoder().decode(plaintext)))
  } catch {
    return undefined // the reasons cannot be told apart, and should not
  }
}
