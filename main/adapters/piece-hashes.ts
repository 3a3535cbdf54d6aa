import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pieceBytes } from '../../shared/cache/pieces.ts'

/** What a file on disk really holds: its SHA-256 in hex, and that of each MiB (32 bytes each, in order). */
export type FileHashes = {
  readonly sha256: string
  readonly pieces: Uint8Array<ArrayBuffer>
  readonly sizeBytes: number
}

/** Opens a regular file for reading and follows no link; throws with the system's code, or EINVAL for anything but a file. */
export async function openRegular(path: string): Promise<{ handle: FileHandle; sizeBytes: number }> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const found = await handle.stat()
  if (found.isFile()) return { handle, sizeBytes: found.size }
  await handle.close()
  throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' })
}

/** A file or folder as it is now outlives a power cut; a folder's entries are part of it. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Reads a file from its first to its last byte. `pause` is awaited after each piece. */
export async function hashFile(path: string, pause: () => Promise<void>): Promise<FileHashes> {
  const { handle, sizeBytes } = await openRegular(path)
  try {
    const whole = createHash('sha256')
    const pieces: Uint8Array[] = []
    for (let index = 0; index * pieceBytes < sizeBytes; index++) {
      const piece = await readPiece(handle, index, sizeBytes)
      whole.update(piece)
      pieces.push(hashOf(piece))
      await pause()
    }
    return { sha256: whole.digest('hex'), pieces: Buffer.concat(pieces), sizeBytes }
  } finally {
    await handle.close()
  }
}

export const hashOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest()

/** A whole piece in memory of its own, or in `into` if it has room for it; throws if the file ends before it. */
export async function readPiece(
  handle: FileHandle,
  index: number,
  sizeBytes: number,
  into?: Buffer,
): Promise<Uint8Array> {
  const offset = index * pieceBytes
  const length = Math.min(pieceBytes, sizeBytes - offset)
  const piece = into && into.length >= length ? into.subarray(0, length) : Buffer.allocUnsafeSlow(length)
  for (let filled = 0; filled < piece.length; ) {
    const { bytesRead } = await handle.read(piece, filled, piece.length - filled, offset + filled)
    if (bytesRead === 0) throw Object.assign(new Error('the file ends too early'), { code: 'EIO' })
    filled += bytesRead
  }
  return piece
}
