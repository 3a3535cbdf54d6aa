import { textOf } from './base64url.ts'
import type { Crypto } from './crypto.ts'

/**
 * The same primitives, with good signatures remembered: a take-down re-reads everything that is stored, and checking hundreds
 * of approvals anew (150 µs each) would cost part of the second it has. What was not good is checked each time. `most`: how
 * many are remembered, the oldest forgotten first.
 */
export function rememberingCrypto(crypto: Crypto, most = 20_000): Crypto {
  const good = new Set<string>()
  return {
    sha256: (data) => crypto.sha256(data),
    verifyEd25519(key, data, signature) {
      const name = `${key.x}.${textOf(signature)}.${textOf(crypto.sha256(data))}`
      if (good.has(name)) return true
      if (!crypto.verifyEd25519(key, data, signature)) return false
      for (const oldest of good) {
        if (good.size < most) break
        good.delete(oldest)
      }
      good.add(name)
      return true
    },
  }
}
