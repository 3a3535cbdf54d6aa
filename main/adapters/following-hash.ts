import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { pieceBytes } from '../../shared/cache/pieces.ts'
import { type FileHashes, hashOf, openRegular, readPiece } from './piece-hashes.ts'

/**
 * Reads a file back from disk and hashes it while it is still growing, piece by piece behind the writer, so that little is
 * left to do at its end. The last piece is read after the end, when everything has been synced.
 */
export type FollowingHash = {
  /** So many bytes are in the file; never fewer than before. */
  grown(sizeBytes: number): void
  /** Nothing more is written for now: lets go of the file. */
  rest(): Promise<void>
  /** Syncs the file and reads what is left. Throws what `hashFile` throws, and what the sync fails with. */
  finish(): Promise<FileHashes>
}

export function followFile(path: string): FollowingHash {
  const whole = createHash('sha256')
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  let handle: FileHandle | undefined
  let buffer: Buffer | undefined
  let work: Promise<void> | undefined
  let failed: { readonly error: unknown } | undefined

  async function take(index: number, endBytes: number): Promise<void> {
    handle ??= (await openRegular(path)).handle
    buffer ??= Buffer.allocUnsafeSlow(Math.min(pieceBytes, endBytes - index * pieceBytes))
    const piece = await readPiece(handle, index, endBytes, buffer)
    whole.update(piece)
    pieces.push(hashOf(piece))
  }

  /** A piece that may be the last one is left for the end. */
  async function follow(): Promise<void> {
    while ((pieces.length + 1) * pieceBytes < sizeBytes) await take(pieces.length, sizeBytes)
  }

  const rest = async (): Promise<void> => {
    await work
    await handle?.close()
    handle = undefined
  }

  return {
    grown(bytes) {
      sizeBytes = bytes
      if (work || failed || (pieces.length + 1) * pieceBytes >= bytes) return
      work = follow()
        .catch((error: unknown) => {
          failed = { error } // thrown at the end, where somebody waits for the hash
        })
        .finally(() => {
          work = undefined
        })
    },
    rest,
    async finish() {
      await work
      try {
        if (failed) throw failed.error
        const opened = await openRegular(path)
        await handle?.close()
        handle = opened.handle
        await handle.sync()
        while (pieces.length * pieceBytes < opened.sizeBytes) await take(pieces.length, opened.sizeBytes)
        return { sha256: whole.digest('hex'), pieces: Buffer.concat(pieces), sizeBytes: opened.sizeBytes }
      } finally {
        await rest()
      }
    },
  }
}
