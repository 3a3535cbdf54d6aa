import { watch } from 'node:fs'
import { basename, join } from 'node:path'
import { type AssetName, assetNameOf } from '../../shared/asset-name.ts'
import type { Undo } from '../app/ports.ts'

/**
 * Hears of every asset's file that somebody writes, moves or removes, by the system's own notices. Where the system gives
 * none, nothing is heard: pieces are compared as they are read all the same.
 */
export function watchAssetFiles(dataDir: string, touched: (asset: AssetName) => void): Undo {
  try {
    const watcher = watch(join(dataDir, 'assets'), { recursive: true, persistent: false }, (_event, path) => {
      const name = basename(String(path))
      if (/^[0-9a-f]{64}$/.test(name)) touched(assetNameOf(name))
    })
    watcher.on('error', () => watcher.close()) // no more notices to be had, as when the system has run out of them
    return () => watcher.close()
  } catch {
    return () => {} // a file system without notices
  }
}
