import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const magic = 'SQLite format 3\0'
const userVersionAt = 60
/** A number beyond this is no version but a flipped bit. */
const highestVersion = 9_999
const walHeaderBytes = 32
const frameHeaderBytes = 24

/**
 * The version that a database file says it has, read without SQLite and so without changing a byte: 0 when it says nothing
 * sensible. A later one may still be in its log (https://sqlite.org/fileformat2.html, 1.3 and 4.2: the first page's copies).
 */
export function versionOnDisk(file: string): number {
  const header = readAt(file, 0, 100)
  if (header === undefined || header.length < 100 || header.toString('latin1', 0, 16) !== magic) return 0
  return Math.max(sensible(header.readUInt32BE(userVersionAt)), versionInLog(`${file}-wal`))
}

function versionInLog(wal: string): number {
  const header = readAt(wal, 0, walHeaderBytes)
  if (header === undefined || header.length < walHeaderBytes) return 0
  const pageBytes = header.readUInt32BE(8)
  if (pageBytes < 512 || pageBytes > 65_536) return 0
  let highest = 0
  for (let at = walHeaderBytes; ; at += frameHeaderBytes + pageBytes) {
    const frame = readAt(wal, at, frameHeaderBytes + 100)
    if (frame === undefined || frame.length < frameHeaderBytes + 100) return highest
    if (frame.readUInt32BE(0) !== 1 || frame.toString('latin1', frameHeaderBytes, frameHeaderBytes + 16) !== magic)
      continue
    highest = Math.max(highest, sensible(frame.readUInt32BE(frameHeaderBytes + userVersionAt)))
  }
}

const sensible = (version: number): number => (version <= highestVersion ? version : 0)

function readAt(file: string, at: number, length: number): Buffer | undefined {
  try {
    const handle = openSync(file, 'r')
    try {
      if (!fstatSync(handle).isFile()) return undefined
      const bytes = Buffer.alloc(length)
      return bytes.subarray(0, readSync(handle, bytes, 0, length, at))
    } finally {
      closeSync(handle)
    }
  } catch {
    return undefined // not there, or unreadable: SQLite says what is wrong with it
  }
}
