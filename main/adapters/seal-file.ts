import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SealStore } from '../app/seal.ts'
import { makeKeptFolder, syncFolder } from './kept-folder.ts'

/** A seal is revisions and hashes: 100,000 take-downs are 7 MB. */
const mostBytes = 64 * 1024 * 1024

/**
 * The seal as one small file in a folder of its own. Power may go at any instant and leave the former text or the new one: the
 * bytes are synced before they get their name, and the folder after.
 */
export function createSealFile(folder: string): SealStore {
  const file = join(folder, 'seal.json')
  const temporary = join(folder, 'seal.json.new')
  makeKeptFolder(folder, 0o700)
  return {
    read() {
      try {
        const text = readFileSync(file)
        return text.length > mostBytes ? '' : text.toString('utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        return '' // there, but unreadable: that is a finding, not a first start
      }
    },
    write(text) {
      const handle = openSync(temporary, 'w', 0o600)
      try {
        writeFileSync(handle, text)
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
      renameSync(temporary, file)
      syncFolder(folder)
    },
  }
}
