import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterPause, afterSaying, noFlood } from '../../shared/logs/flood.ts'
import type { LogLine } from '../../shared/logs/line.ts'
import type { Log } from '../app/log.ts'
import type { Clock } from '../app/ports.ts'
import { lastLines } from './log-reader.ts'

/** Where the log is, and how much of it there is at most: `files` times `fileBytes`. */
export type LogFileOptions = {
  readonly folder: string
  readonly files: number
  readonly fileBytes: number
  readonly clock: Clock
}

/** The player's log on disk. */
export type LogFile = {
  readonly log: Log
  /** The last whole lines in so many bytes, with what was said up to now. */
  last(bytes: number): Promise<string>
  /** Writes what is left. */
  stop(): Promise<void>
}

/** The newest file is `player.log`, the one before it `player.log.1`. */
export const logFileName = 'player.log'

/** So much waits for a disk that takes nothing; the oldest lines give way. */
const mostWaitingBytes = 512 * 1024
/** How long a disk that failed is left in peace. */
const retryMs = 5_000
/** What was held back is written after so long without another line. */
const pauseMs = 5_000

/**
 * Lines of JSON, one file after the other. Nothing waits for the disk, nothing is synced, and no failure of the disk reaches
 * the caller: what could not be written is counted and said once the disk takes something again.
 */
export function createLogFile({ folder, files, fileBytes, clock }: LogFileOptions): LogFile {
  const path = (at: number) => join(folder, at === 0 ? logFileName : `${logFileName}.${at}`)
  let flood = noFlood
  let waiting: string[] = []
  let waitingBytes = 0
  let lost = 0
  let lostWhy = ''
  let file: { handle: FileHandle; bytes: number } | undefined
  let writing: Promise<void> | undefined
  let failedAtMs = Number.NEGATIVE_INFINITY
  let cancelRetry = () => {}
  let cancelPause = () => {}

  function put(lines: readonly Omit<LogLine, 'at'>[]): void {
    for (const line of lines) {
      const text = `${JSON.stringify({ at: new Date(clock.now()).toISOString(), ...line })}\n`
      waiting.push(text)
      waitingBytes += Buffer.byteLength(text)
    }
    while (waitingBytes > mostWaitingBytes) {
      waitingBytes -= Buffer.byteLength(waiting.shift() ?? '')
      lost += 1
    }
    if (waiting.length > 0) wake()
  }

  function wake(): void {
    if (writing) return
    const restMs = failedAtMs + retryMs - clock.monotonicMs()
    if (restMs > 0) {
      cancelRetry()
      cancelRetry = clock.after(restMs, wake)
      return
    }
    writing = drain().finally(() => {
      writing = undefined
      if (waiting.length > 0) wake()
    })
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = [...(lost > 0 ? [lostLine()] : []), ...waiting]
      const taken = waiting.length
      waiting = []
      waitingBytes = 0
      try {
        for (const chunk of chunksOf(batch, fileBytes)) await append(chunk)
        lost = 0
      } catch (error) {
        lost += taken
        lostWhy = error instanceof Error ? error.message : String(error)
        failedAtMs = clock.monotonicMs()
        await close()
        return
      }
    }
  }

  async function append(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text)
    if (file && file.bytes > 0 && file.bytes + bytes > fileBytes) await rotate()
    file ??= await opened()
    if (file.bytes > 0 && file.bytes + bytes > fileBytes) {
      await rotate()
      file = await opened()
    }
    // Counted before: what a full disk has taken of it is there all the same.
    file.bytes += bytes
    await file.handle.appendFile(text)
  }

  async function opened(): Promise<{ handle: FileHandle; bytes: number }> {
    await mkdir(folder, { recursive: true })
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
    const handle = await open(path(0), flags, 0o640)
    const { size } = await handle.stat()
    // A line that a power cut or a full disk broke off does not swallow the next one.
    if (size > 0) await handle.appendFile('\n').catch(() => {}) // met again with the line itself
    return { handle, bytes: size + 1 }
  }

  async function rotate(): Promise<void> {
    await close()
    await rm(path(files - 1), { force: true })
    for (let at = files - 2; at >= 0; at -= 1) {
      await rename(path(at), path(at + 1)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
    }
  }

  async function close(): Promise<void> {
    const { handle } = file ?? {}
    file = undefined
    await handle?.close().catch(() => {}) // there is nothing that could be done about it
  }

  const lostLine = () =>
    `${JSON.stringify({
      at: new Date(clock.now()).toISOString(),
      level: 'warning',
      message: `${lost} lines of the log were lost`,
      about: { reason: lostWhy },
    })}\n`

  function pause(): void {
    const after = afterPause(flood)
    flood = after.flood
    put(after.write)
  }

  async function settled(): Promise<void> {
    pause()
    await writing
  }

  return {
    log(level, message, about) {
      const said = { level, message, ...(about && Object.keys(about).length > 0 && { about }) }
      const after = afterSaying(flood, said, clock.monotonicMs())
      flood = after.flood
      put(after.write)
      cancelPause()
      cancelPause = clock.after(pauseMs, pause)
    },
    async last(bytes) {
      await settled()
      return lastLines(folder, bytes)
    },
    async stop() {
      cancelPause()
      await settled()
      cancelRetry()
      await close()
    },
  }
}

/** Texts of whole lines, none larger than a file, so that a flood goes through all files and not past their size. */
function* chunksOf(lines: readonly string[], most: number): Generator<string> {
  let chunk = ''
  let bytes = 0
  for (const line of lines) {
    const size = Buffer.byteLength(line)
    if (bytes > 0 && bytes + size > most) {
      yield chunk
      chunk = ''
      bytes = 0
    }
    chunk += line
    bytes += size
  }
  if (chunk !== '') yield chunk
}
