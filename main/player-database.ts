import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Crypto } from '../shared/trust/crypto.ts'
import { createBallastFile } from './adapters/ballast-file.ts'
import { writeKeptFile } from './adapters/kept-folder.ts'
import { createSealFile } from './adapters/seal-file.ts'
import type { Configuration } from './app/configuration.ts'
import type { Clock, Undo } from './app/ports.ts'
import type { Reporter } from './app/reporter.ts'
import { openSeal, type Seal, type SealStore } from './app/seal.ts'
import type { Ballast } from './app/storage.ts'
import { startUpkeep } from './app/upkeep.ts'
import { documentsAsText, documentsMark } from './sqlite/documents-copy.ts'
import { type DatabaseHandle, DatabaseRefused, openInMemory, type WriteDb } from './sqlite/open.ts'
import { openOrRebuild } from './sqlite/rebuild.ts'
import { borrow } from './sqlite/salvage.ts'

/** Copies of damaged databases that are kept for whoever wants to know what happened. */
const mostAside = 3

/** A player's database with what belongs to it. `onRebuilt`: what was damaged before somebody listened is told as well. */
export type PlayerDatabase = {
  readonly db: WriteDb
  readonly seal: Seal
  readonly ballast: Ballast
  onRebuilt(rebuilt: (message: string) => void): Undo
  startUpkeep(reporter: Pick<Reporter, 'event'>): Undo
  close(): void
}

/**
 * A wall must not stay dark for its database: a damaged one is set aside and what can be read is brought over; one that a newer
 * version wrote is left alone, as is its seal, while this version plays what it can read of it and what the broker sends again.
 */
export function openPlayerDatabase(
  configuration: Configuration,
  crypto: Crypto,
  clock: Clock,
  problems: string[],
): PlayerDatabase {
  const { dataDir, rootKeys } = configuration
  const file = join(dataDir, 'player.db')
  const ballast = createBallastFile(dataDir)
  const store = sealStore(configuration, problems)
  const copies = documentsCopy(join(dataDir, 'documents.json'))
  const rebuilt = mailbox()
  const open = () =>
    openOrRebuild(file, {
      now: clock.now,
      giveRoom: ballast.release,
      copyOfDocuments: copies.read,
      onRebuilt({ message }, db) {
        openSeal(db, store, rootKeys, crypto) // what was seen at most is believed before anything is read
        rebuilt.put(message)
      },
    })
  const { handle, mayBeSealed } = openOrMemory(file, open, problems)
  const { db } = handle
  return {
    db,
    ballast,
    seal: openSeal(db, mayBeSealed ? store : { read: store.read, write: () => {} }, rootKeys, crypto),
    onRebuilt: rebuilt.listen,
    startUpkeep: (reporter) =>
      startUpkeep({
        db,
        clock,
        reporter,
        ballast,
        logBytes: () => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
        damaged: () => handle.distrust(),
        tidy() {
          removeOldest(dataDir)
          if (mayBeSealed) copies.keep(db)
        },
      }),
    close: handle.close,
  }
}

function openOrMemory(
  file: string,
  open: () => DatabaseHandle,
  problems: string[],
): { handle: DatabaseHandle; mayBeSealed: boolean } {
  try {
    return { handle: open(), mayBeSealed: true }
  } catch (error) {
    if (!(error instanceof DatabaseRefused)) throw error
    const handle = openInMemory()
    const isNewer = error.code === 'too-new'
    const rows = isNewer ? borrow(file, handle.db) : 0
    const meanwhile = rows > 0 ? `; what it says plays from memory (${rows} rows)` : '; what the broker sends plays'
    problems.push(`${error.message}${meanwhile}, and nothing survives a restart`)
    return { handle, mayBeSealed: !isNewer }
  }
}

/** Keeps what is put in until somebody listens. */
function mailbox(): { put(message: string): void; listen(listener: (message: string) => void): Undo } {
  const waiting: string[] = []
  let listener: ((message: string) => void) | undefined
  return {
    put(message) {
      waiting.push(message)
      // Not from within a use of the database: what is told reads it.
      setImmediate(() => {
        if (listener) for (const one of waiting.splice(0)) listener(one)
      })
    },
    listen(next) {
      listener = next
      for (const one of waiting.splice(0)) next(one)
      return () => {
        listener = undefined
      }
    },
  }
}

/** Accepted documents a second time, in a file of their own: written anew when they are others than before. */
function documentsCopy(file: string): { read(): string | undefined; keep(db: WriteDb): void } {
  let kept: string | undefined
  return {
    read: () => (statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file, 'utf8') : undefined),
    keep(db) {
      const mark = documentsMark(db)
      if (mark === kept) return
      const text = documentsAsText(db)
      try {
        if (text !== undefined) writeKeptFile(file, text)
        kept = mark
      } catch {
        // A disk that takes nothing is told by who must write; this is tried again in a minute.
      }
    },
  }
}

function removeOldest(dataDir: string): void {
  if (!existsSync(dataDir)) return // its disk is gone: what is open goes on being used
  const aside = readdirSync(dataDir).filter((name) => name.startsWith('player.db.damaged-'))
  const stamps = [...new Set(aside.map((name) => name.replace(/-wal$/, '')))].toSorted()
  for (const stamp of stamps.slice(0, -mostAside)) {
    for (const name of [stamp, `${stamp}-wal`]) rmSync(join(dataDir, name), { force: true, recursive: true })
  }
}

/** A second place, outside the data folder if that can be had. */
function sealStore({ sealDir, dataDir }: Configuration, problems: string[]): SealStore {
  try {
    return createSealFile(sealDir ?? `${dataDir}-seal`)
  } catch (error) {
    problems.push(`sealDir: ${(error as Error).message}; the seal is kept in the data folder itself`)
    return createSealFile(join(dataDir, 'seal'))
  }
}
