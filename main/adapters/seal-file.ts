import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SealStore } from '../app/seal.ts'
import { makeKeptFolder, writeKeptFile } from './kept-folder.ts'

/** A seal is revisions and hashes: 100,000 take-downs are 7 MB. */
const mostBytes = 64 * 1024 * 1024

/** The seal as one small file in a folder of its own, as safe from a power cut as a file can be. */
export function createSealFile(folder: string): SealStore {
  const file = join(folder, 'seal.json')
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
    write: (text) => writeKeptFile(file, text),
  }
}
