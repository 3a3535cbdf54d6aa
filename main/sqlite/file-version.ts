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
  const inHeader = reading(file, (read) => {
    const header = read(0, 100)
    if (header.length < 100 || header.toString('latin1', 0, 16) !== magic) return undefined
    return sensible(header.readUInt32BE(userVersionAt))
  })
  return inHeader === undefined ? 0 : Math.max(inHeader, reading(`${file}-wal`, versionInLog) ?? 0)
}

function versionInLog(read: Read): number {
  const header = read(0, walHeaderBytes)
  if (header.length < walHeaderBytes) return 0
  const pageBytes = header.readUInt32BE(8)
  if (pageBytes < 512 || pageBytes > 65_536) return 0
  let highest = 0
  for (let at = walHeaderBytes; ; at += frameHeaderBytes + pageBytes) {
    const frame = read(at, frameHeaderBytes + 100)
    if (frame.length < frameHeaderBytes + 100) return highest
    if (frame.readUInt32BE(0) !== 1 || frame.toString('latin1', frameHeaderBytes, frameHeaderBytes + 16) !== magic)
      continue
    highest = Math.max(highest, sensible(frame.readUInt32BE(frameHeaderBytes + userVersionAt)))
  }
}

const sensible = (version: number): number => (version <= highestVersion ? version : 0)

/** Bytes from a place on; fewer than asked for at the file's end. */
type Read = (at: number, length: number) => Buffer

/** Undefined where the file is not there or cannot be read: SQLite says what is wrong with it. */
function reading<Result>(file: string, use: (read: Read) => Result): Result | undefined {
  try {
    const handle = openSync(file, 'r')
    try {
      if (!fstatSync(handle).isFile()) return undefined
      return use((at, length) => {
        const bytes = Buffer.alloc(length)
        return bytes.subarray(0, readSync(handle, bytes, 0, length, at))
      })
    } finally {
      closeSync(handle)
    }
  } catch {
    return undefined // said above
  }
}
