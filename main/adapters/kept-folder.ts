import { closeSync, constants, fsyncSync, mkdirSync, openSync } from 'node:fs'
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

/** The names in a folder as they are now outlive a power cut. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
