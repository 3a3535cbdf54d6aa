import { createHash, createPublicKey, verify } from 'node:crypto'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'

/** The primitives of trust by Node's own crypto. */
export const nodeCrypto: Crypto = {
  verifyEd25519(key, data, signature) {
    try {
      return verify(null, data, keyObjectOf(key), signature)
    } catch {
      return false // a key that is no point of the curve: whatever it is said to have signed, it has not
    }
  },
  sha256: (data) => createHash('sha256').update(data).digest(),
}

const keyObjects = new Map<string, ReturnType<typeof createPublicKey>>()

/** Importing costs more than checking; a fleet has few keys. */
function keyObjectOf(jwk: PublicJwk): ReturnType<typeof createPublicKey> {
  const known = keyObjects.get(jwk.x)
  if (known) return known
  const imported = createPublicKey({ key: { ...jwk }, format: 'jwk' })
  if (keyObjects.size < 1024) keyObjects.set(jwk.x, imported)
  return imported
}
