import type { PartialFile } from './asset-store.ts'

/** Puts what comes into a half download, while more comes. */
export type Store = {
  /** Takes a chunk; waits only when the disk is behind. Throws what an earlier write or sync failed with. */
  add(chunk: Uint8Array): Promise<void>
  /** Everything that was taken, on disk or on its way there. */
  doneBytes(): number
  /** Waits until nothing is under way. `keep`: what is not the whole is synced and noted, so that it can be gone on with. */
  finish(keep: boolean): Promise<void>
}

/** What a power cut may take of a download. */
const checkpointBytes = 4 * 1024 * 1024
/** What may lie in memory while the disk is busy. */
const waitingBytes = 2 * 1024 * 1024

/**
 * Chunks are written in batches and synced every few MiB without holding up the connection. What `checkpoint` is told is on
 * disk for certain. A sync that failed is never tried again: what comes after it throws.
 */
export function storing(
  file: PartialFile,
  beganAt: number,
  sizeBytes: number,
  checkpoint: (doneBytes: number) => void,
): Store {
  let taken = beganAt
  let written = beganAt
  let safe = beganAt
  let queue: Uint8Array[] = []
  let writing: Promise<void> | undefined
  let syncing: Promise<void> | undefined
  let failed: { readonly error: unknown } | undefined

  async function writeAll(): Promise<void> {
    while (queue.length > 0 && !failed) {
      const batch = queue
      queue = []
      const bytes = batch.length === 1 && batch[0] ? batch[0] : Buffer.concat(batch)
      await file.write(bytes)
      written += bytes.byteLength
      if (!syncing && written - safe >= checkpointBytes) syncing = run(syncOften).finally(() => (syncing = undefined))
    }
  }

  async function syncOften(): Promise<void> {
    while (written - safe >= checkpointBytes && !failed) await makeSafe()
  }

  async function makeSafe(): Promise<void> {
    const upTo = written
    await file.sync()
    checkpoint(upTo)
    safe = upTo
  }

  /** A chunk that comes between the last look at the queue and the end of the writing begins it anew. */
  function write(): void {
    writing ??= run(writeAll).finally(() => {
      writing = undefined
      if (queue.length > 0 && !failed) write()
    })
  }

  /** The failure is kept, and thrown to whoever comes next. */
  const run = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => {
      failed ??= { error }
    })

  const check = (): void => {
    if (failed) throw failed.error
  }

  return {
    doneBytes: () => taken,
    async add(chunk) {
      queue.push(chunk)
      taken += chunk.byteLength
      write()
      while (taken - written > waitingBytes && !failed) await writing
      check()
    },
    async finish(keep) {
      while (writing) await writing
      while (syncing) await syncing
      if (!keep) return
      check()
      // The whole is synced when it gets its name.
      if (written > safe && written < sizeBytes) await makeSafe()
    },
  }
}
