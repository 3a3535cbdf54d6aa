import { createHash } from 'node:crypto'
import { existsSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { heldAssets } from './assets.ts'
import { commandsForgottenThrough } from './commands-seen.ts'
import { isDamage, isStorageFailure, type ReadDb, type WriteDb } from './connection.ts'
import { documents, seenRevisions } from './documents.ts'
import { halfDownloads } from './downloads.ts'
import { formerPlaylists } from './in-force.ts'
import { type DatabaseHandle, DatabaseRefused, type OpenOptions, openDatabase, openInMemory } from './open.ts'
import { nextInOutbox, outboxTotals } from './outbox.ts'
import { interruptRunningPlays, lastPlays } from './plays.ts'
import { playsChain } from './plays-chain.ts'
import { type Salvaged, salvage, salvageCopy } from './salvage.ts'
import { takenDownAssets } from './taken-down.ts'
import { trustChain } from './trust-chain.ts'

/** What became of a database that could not be used as it was; `message` is for people. */
export type Rebuilt = {
  readonly message: string
  /** Where the damaged file is now; undefined if it is where it was. */
  readonly aside: string | undefined
  readonly rows: number
  readonly unreadable: number
  /** False: the new one lives in memory, until the disk takes one again. */
  readonly onDisk: boolean
}

export type RebuildOptions = OpenOptions & {
  /** Milliseconds since 1970, for the name of what is set aside. */
  readonly now: () => number
  /** A copy of the documents, for what cannot be read of them in the database. */
  readonly copyOfDocuments?: () => string | undefined
  /** Gives up what room is held back for a full disk; false if there is none, or no longer. */
  readonly giveRoom?: () => boolean
  /**
   * Called with the new database before anybody else reads it, so that what was seen at most is believed from the first look on.
   */
  readonly onRebuilt: (rebuilt: Rebuilt, db: WriteDb) => void
}

/**
 * Opens the player's database, whatever has become of it. A damaged one is set aside, and what can be read of it is brought
 * over into a new one; also later, when damage is met while the player runs. A newer version's is not touched: DatabaseRefused.
 */
export function openOrRebuild(file: string, options: RebuildOptions, tries = 3): DatabaseHandle {
  const open = () => openDatabase(file, repairing(file, options))
  try {
    refuseWhatIsNoFile(file)
    const handle = open()
    try {
      refuseUnreadableRows(handle.db, file)
      return handle
    } catch (error) {
      handle.close()
      throw error
    }
  } catch (error) {
    if (isDamage(error) || (error instanceof DatabaseRefused && error.code === 'damaged')) {
      return rebuild(file, options, error)
    }
    if (error instanceof DatabaseRefused || !isStorageFailure(error)) throw error
    // A disk that stumbles is asked again, each time through a file that is opened anew.
    if (options.giveRoom?.() || tries > 1) return openOrRebuild(file, options, tries - 1)
    return inMemory(file, options, error)
  }
}

/** The disk takes nothing, or cannot be read: the database may be sound and is left where it is. What can be read of it plays. */
function inMemory(file: string, options: RebuildOptions, why: unknown): DatabaseHandle {
  const handle = openInMemory(options)
  const found = saved(file, handle.db, options)
  const message = `${file} cannot be used (${why instanceof Error ? why.message : String(why)}); ${found.rows} rows were read of it, and nothing survives a restart`
  options.onRebuilt({ message, aside: undefined, ...found, onDisk: false }, handle.db)
  return handle
}

const saved = (from: string, into: WriteDb, { copyOfDocuments }: RebuildOptions): Salvaged =>
  into.transaction(() => {
    const found = salvage(from, into)
    return { ...found, rows: found.rows + salvageCopy(copyOfDocuments?.(), into) }
  })

const repairing = (file: string, options: RebuildOptions): OpenOptions => ({
  ...options,
  judgeRows: refuseUnreadableRows,
  recover: (why) => rebuild(file, options, why),
})

function rebuild(file: string, options: RebuildOptions, why: unknown): DatabaseHandle {
  const reason = why instanceof Error ? why.message : String(why)
  const aside = setAside(file, options.now())
  const { handle, onDisk } = freshAt(file, options, aside !== undefined)
  const source = aside ?? file
  const found = saved(source, handle.db, options)
  const message = `${reason}; ${found.rows} rows were saved${found.unreadable > 0 ? ', not all could be read' : ''}${
    aside === undefined ? '' : `; the damaged file is ${aside}`
  }${onDisk ? '' : '; the new one is kept in memory: nothing survives a restart'}`
  options.onRebuilt({ message, aside, ...found, onDisk }, handle.db)
  return handle
}

/** On the disk if it takes one; else in memory, for the sake of the wall. */
function freshAt(
  file: string,
  options: RebuildOptions,
  isPlaceFree: boolean,
): { handle: DatabaseHandle; onDisk: boolean } {
  if (isPlaceFree) {
    try {
      const handle = openDatabase(file, repairing(file, options))
      interruptRunningPlays(handle.db)
      return { handle, onDisk: true }
    } catch (error) {
      if (!isStorageFailure(error)) throw error
    }
  }
  return { handle: openInMemory(options), onDisk: false }
}

/** Renames the database and its log; undefined if that cannot be. Nothing is there when there was nothing. */
function setAside(file: string, atMs: number): string | undefined {
  const stamp = new Date(atMs).toISOString().replace(/[:.]/g, '-')
  let aside = `${file}.damaged-${stamp}`
  for (let count = 2; existsSync(aside); count++) aside = `${file}.damaged-${stamp}-${count}`
  try {
    for (const suffix of ['-wal', '']) {
      if (lstatSync(`${file}${suffix}`, { throwIfNoEntry: false })) renameSync(`${file}${suffix}`, `${aside}${suffix}`)
    }
    rmSync(`${file}-shm`, { force: true, recursive: true })
    return aside
  } catch {
    return undefined // the folder cannot be written: the file stays, and is only read
  }
}

function refuseWhatIsNoFile(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    const found = lstatSync(`${file}${suffix}`, { throwIfNoEntry: false })
    if (found && !found.isFile()) throw new DatabaseRefused('damaged', `${file}${suffix} is not a file`)
  }
}

/** Reads every row that the player lives by. A bit that flipped within one is not seen by SQLite's own check. */
export function refuseUnreadableRows(db: ReadDb, file: string): void {
  try {
    const unsound = documents(db).find(({ jws, sha256 }) => sha256Of(jws) !== sha256)
    if (unsound) throw new DatabaseRefused('damaged', `${file} is damaged in ${unsound.kind} ${unsound.id}`)
    for (const read of [seenRevisions, formerPlaylists, heldAssets, halfDownloads, takenDownAssets, trustChain])
      read(db)
    commandsForgottenThrough(db)
    outboxTotals(db)
    nextInOutbox(db, 20)
    lastPlays(db, 20)
    playsChain(db)
  } catch (error) {
    if (!isUnreadableRow(error)) throw error
    throw new DatabaseRefused('damaged', `${file} has a row that cannot be read`)
  }
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

const isUnreadableRow = (error: unknown): boolean => error instanceof Error && error.name.includes('ZodError')
