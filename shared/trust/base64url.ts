import { base64url } from 'jose'

/** Base64url without padding (RFC 4648, 5) to bytes; undefined if it is not in its one canonical form. */
export function bytesOf(text: string): Uint8Array | undefined {
  try {
    const bytes = base64url.decode(text)
    return base64url.encode(bytes) === text ? bytes : undefined
  } catch {
    return undefined // not base64url at all: the caller refuses with its own sentence
  }
}

export const textOf = (bytes: Uint8Array): string => base64url.encode(bytes)
