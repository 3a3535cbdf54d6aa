import { mkdir, rename, rm, rmdir } from 'node:fs/promises'
import type { AssetName } from '../../shared/asset-name.ts'
import type { AssetFactsToKeep } from '../app/asset-store.ts'
import type { Clock } from '../app/ports.ts'
import { putAsset } from '../sqlite/assets.ts'
import { removeDownload } from '../sqlite/downloads.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import type { AssetFolders } from './asset-folders.ts'
import { syncPath } from './piece-hashes.ts'

/** A complete download, synced and hashed as it is on disk; `pieces`: the hashes of its pieces. */
export type CheckedDownload = {
  readonly asset: AssetName
  readonly facts: AssetFactsToKeep
  readonly pieces: Uint8Array<ArrayBuffer>
}

export type NamingOptions = AssetFolders & { readonly db: WriteDb; readonly clock: Clock }

type Job = CheckedDownload & { readonly resolve: () => void; readonly reject: (error: unknown) => void }

const mostAtOnce = 64

/**
 * Makes checked downloads assets. Each promise resolves when its file has its name, the folder was synced and the row is
 * committed, in this order, which no power cut can break. What is checked while others are named is named with the next:
 * thousands of small files share the syncs of folders and commits.
 */
export function createNaming(options: NamingOptions): (download: CheckedDownload) => Promise<void> {
  const { db, clock, assetsDir, folderOf, pathOf, partialOf } = options
  const made = new Set<string>()
  let waiting: Job[] = []
  let isWorking = false

  async function work(): Promise<void> {
    isWorking = true
    while (waiting.length > 0) {
      const group = waiting.slice(0, mostAtOnce)
      waiting = waiting.slice(mostAtOnce)
      commit(await synced(await named(group)))
    }
    isWorking = false
  }

  const named = (group: readonly Job[]): Promise<Job[]> => withoutFailed(group, ({ asset }) => giveName(asset))

  async function giveName(asset: AssetName): Promise<void> {
    const folder = folderOf(asset)
    if (!made.has(folder)) await makeFolder(folder)
    try {
      await rename(partialOf(asset), pathOf(asset))
    } catch (error) {
      if (!made.delete(folder)) throw error
      await makeFolder(folder) // somebody has removed it meanwhile
      await rename(partialOf(asset), pathOf(asset))
    }
  }

  async function makeFolder(folder: string): Promise<void> {
    const isNew = (await mkdir(folder, { recursive: true })) !== undefined
    if (isNew) await syncPath(assetsDir).catch((error: unknown) => undone(error, () => rmdir(folder)))
    made.add(folder)
  }

  function synced(group: readonly Job[]): Promise<Job[]> {
    const syncs = new Map<string, Promise<void>>()
    return withoutFailed(group, ({ asset }) => {
      const folder = folderOf(asset)
      const sync = syncs.get(folder) ?? syncPath(folder)
      syncs.set(folder, sync)
      return sync.catch((error: unknown) => undone(error, () => rm(pathOf(asset), { force: true })))
    })
  }

  function commit(group: readonly Job[]): void {
    if (group.length === 0) return
    const at = clock.now()
    try {
      transaction(db, () => {
        for (const { asset, facts, pieces } of group) {
          putAsset(db, { asset, ...facts, pieces, cachedAt: at, lastVerifiedAt: at, lastNeededAt: at })
          removeDownload(db, asset)
        }
      })
    } catch (error) {
      for (const { reject } of group) reject(error)
      return
    }
    for (const { resolve } of group) resolve()
  }

  return (download) =>
    new Promise((resolve, reject) => {
      waiting.push({ ...download, resolve, reject })
      if (!isWorking) void work()
    })
}

/** A sync that failed may seem to succeed the next time, with nothing on disk: what it was for is taken back instead. */
async function undone(error: unknown, undo: () => Promise<void>): Promise<never> {
  await undo().catch(() => {}) // what stays has no row, and is hashed before it gets one
  throw error
}

/** Those with which it went well; the others have been told. */
async function withoutFailed(group: readonly Job[], act: (job: Job) => Promise<void>): Promise<Job[]> {
  const results = await Promise.all(
    group.map((job) =>
      act(job).then(
        () => job,
        (error: unknown) => job.reject(error),
      ),
    ),
  )
  return results.filter((one) => one !== undefined)
}
