import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Ballast } from '../app/storage.ts'

const mostBytes = 4 * 1024 * 1024
const block = Buffer.alloc(64 * 1024, 0x2e)

/** One file of 4 MiB (a sixty-fourth of a small disk), written in full so that its room is really taken. Not kept: asked for again. */
export function createBallastFile(dataDir: string): Ballast {
  const file = join(dataDir, 'ballast')
  return {
    release() {
      if (statSync(file, { throwIfNoEntry: false }) === undefined) return false
      rmSync(file, { force: true, recursive: true })
      return true
    },
    restore() {
      try {
        restore(file, dataDir)
      } catch {
        rmSync(file, { force: true, recursive: true }) // no room after all, or no right to it: there is none then
      }
    },
  }
}

/** Only where ten times as much is free: what is short of room must not lose more to this. */
function restore(file: string, dataDir: string): void {
  const { bavail, blocks, bsize } = statfsSync(dataDir)
  const bytes = Math.min(mostBytes, Math.floor((blocks * bsize) / 64))
  if (statSync(file, { throwIfNoEntry: false })?.size === bytes || bavail * bsize < bytes * 10) return
  const handle = openSync(file, 'w', 0o600)
  try {
    for (let left = bytes; left > 0; ) left -= writeSync(handle, block, 0, Math.min(left, block.length))
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
