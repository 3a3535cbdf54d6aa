import { closeSync, constants, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder, and those above it that are missing, so that they outlive a power cut: a name is safe only when the folder
 * it is in was synced (POSIX; ext4 does more). `mode`: of new folders.
 */
export function makeKeptFolder(path: string, mode?: number): void {
  const folder = resolve(path)
  const first = mkdirSync(folder, { recursive: true, ...(mode !== undefined && { mode }) })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made))
}

/**
 * Writes a small file of a kept folder, for its owner's eyes only. Power may go at any instant and leaves the former text or the
 * new one: the bytes are synced before they get their name, and the folder after. Throws what the disk says.
 */
export function writeKeptFile(file: string, text: string): void {
  const temporary = `${file}.new`
  const handle = openSync(temporary, 'w', 0o600)
  try {
    writeFileSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(temporary, file)
  syncFolder(dirname(file))
}

/** The names in a folder as they are now outlive a power cut. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
