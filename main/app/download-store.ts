import type { PartialFile } from './asset-store.ts'
import type { Clock } from './ports.ts'

/** Puts what comes into a half download, while more comes. */
export type Store = {
  /** Takes a chunk; waits only when the disk is behind. Throws what an earlier write or sync failed with. */
  add(chunk: Uint8Array): Promise<void>
  /** Everything that was taken, on disk or on its way there. */
  doneBytes(): number
  /** Waits until nothing is under way. `keep`: what is not the whole is synced and noted, so that it can be gone on with. */
  finish(keep: boolean): Promise<void>
}

/** What a power cut may take of a download: this much, or on a fast line what comes in this time. */
const checkpointBytes = 4 * 1024 * 1024
const checkpointMs = 500
/** Chunks are gathered in one buffer while the other one is being written. */
const bufferBytes = 1024 * 1024

/**
 * Chunks are written in batches and synced now and then without holding up the connection. What `checkpoint` is told is on
 * disk for certain. A sync that failed is never tried again: what comes after it throws.
 */
export function storing(
  file: PartialFile,
  beganAt: number,
  sizeBytes: number,
  clock: Clock,
  checkpoint: (doneBytes: number) => void,
): Store {
  let taken = beganAt
  let written = beganAt
  let safe = beganAt
  let filling = Buffer.alloc(0)
  let spare = Buffer.alloc(0)
  let filledBytes = 0
  let writing: Promise<void> = Promise.resolve()
  let syncing: Promise<void> = Promise.resolve()
  let isWriting = false
  let isSyncing = false
  let failed: { readonly error: unknown } | undefined
  let ending = false
  let hurry = () => {}

  /** `isWriting` is true from its first to its very last step, so that no chunk is left behind it. */
  async function writeAll(): Promise<void> {
    isWriting = true
    while (filledBytes > 0 && !failed) {
      const batch = filling.subarray(0, filledBytes)
      const emptied = filling
      filling = spare
      spare = Buffer.alloc(0)
      filledBytes = 0
      await file.write(batch)
      spare = emptied
      written += batch.byteLength
      if (!isSyncing && written - safe >= checkpointBytes) syncing = run(syncOften)
    }
    isWriting = false
  }

  async function syncOften(): Promise<void> {
    isSyncing = true
    while (written - safe >= checkpointBytes && !failed && !ending) {
      await makeSafe()
      await pause()
    }
    isSyncing = false
  }

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      if (ending) return resolve()
      const disarm = clock.after(checkpointMs, resolve)
      hurry = () => {
        disarm()
        resolve()
      }
    })

  async function makeSafe(): Promise<void> {
    const upTo = written
    await file.sync()
    checkpoint(upTo)
    safe = upTo
  }

  /** The failure is kept, and thrown to whoever comes next. */
  const run = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => {
      failed ??= { error }
      isWriting = false
      isSyncing = false
    })

  const check = (): void => {
    if (failed) throw failed.error
  }

  const room = (): Buffer => {
    if (filling.byteLength === 0) filling = Buffer.allocUnsafeSlow(Math.min(bufferBytes, sizeBytes - beganAt))
    return filling
  }

  return {
    doneBytes: () => taken,
    async add(chunk) {
      for (let from = 0; from < chunk.byteLength; ) {
        while (filledBytes === filling.byteLength && filledBytes > 0 && !failed) await writing
        check()
        const part = chunk.subarray(from, from + room().byteLength - filledBytes)
        filling.set(part, filledBytes)
        filledBytes += part.byteLength
        from += part.byteLength
        taken += part.byteLength
        if (!isWriting) writing = run(writeAll)
      }
    },
    async finish(keep) {
      ending = true
      hurry()
      await writing
      await syncing
      if (!keep) return
      check()
      // The whole is synced when it gets its name.
      if (written > safe && written < sizeBytes) await makeSafe()
    },
  }
}
