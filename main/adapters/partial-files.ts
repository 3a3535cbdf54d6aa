import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import type { AssetName } from '../../shared/asset-name.ts'
import type { PartialFile } from '../app/asset-store.ts'
import type { AssetFolders } from './asset-folders.ts'
import { type FollowingHash, followFile } from './following-hash.ts'
import { makeKeptFolder } from './kept-folder.ts'

/** Half downloads on disk, hashed while they grow. */
export type PartialFiles = {
  /** Opens one for writing and cuts it to `keepBytes`, or to what there is; `sizeBytes` is its length then. */
  open(asset: AssetName, keepBytes: number): Promise<{ readonly file: PartialFile; readonly sizeBytes: number }>
  remove(asset: AssetName): Promise<void>
  /** What was hashed of it while it grew; given once, for the file it was made of. */
  takeHash(asset: AssetName): FollowingHash
}

export function createPartialFiles({ partialDir, partialOf }: AssetFolders): PartialFiles {
  const followed = new Map<AssetName, FollowingHash>()
  makeKeptFolder(partialDir)

  async function openPartial(asset: AssetName, keepBytes: number): Promise<{ file: PartialFile; sizeBytes: number }> {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW
    const handle = await open(partialOf(asset), flags, 0o644).catch((error: unknown) => {
      if (!isMissing(error)) throw error
      makeKeptFolder(partialDir) // somebody has removed it while the player ran
      return open(partialOf(asset), flags, 0o644)
    })
    const found = (await handle.stat()).size
    const sizeBytes = Math.min(found, keepBytes)
    if (found > sizeBytes) await handle.truncate(sizeBytes)
    let written = sizeBytes
    const following = followFile(partialOf(asset))
    followed.set(asset, following)
    const write = async (chunk: Uint8Array) => {
      for (let from = 0; from < chunk.byteLength; ) {
        const { bytesWritten } = await handle.write(chunk, from, chunk.byteLength - from, written)
        from += bytesWritten
        written += bytesWritten
        following.grown(written)
      }
    }
    const close = async () => {
      await following.rest()
      await handle.close()
    }
    return { file: { write, sync: () => handle.sync(), close }, sizeBytes }
  }

  return {
    open: openPartial,
    async remove(asset) {
      followed.delete(asset)
      await rm(partialOf(asset), { force: true })
    },
    takeHash(asset) {
      const following = followed.get(asset) ?? followFile(partialOf(asset))
      followed.delete(asset)
      return following
    },
  }
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
