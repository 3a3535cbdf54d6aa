// A process of its own for bench:cache: the player's downloads, database and files; prints the milliseconds until all is held.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAssetFiles } from '../../main/adapters/asset-files.ts'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { createDownloads } from '../../main/app/downloads.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'

const [dataDir = '', list = ''] = process.argv.slice(2)
const wanted: WantedAsset[] = JSON.parse(readFileSync(list, 'utf8'))
const { db, close } = openDatabase(join(dataDir, 'player.sqlite'))
const files = createAssetFiles({ dataDir, db, clock: systemClock, onDamaged: () => {} })
let left = wanted.length
const beganMs = performance.now()
const downloads = createDownloads({
  ...{ db, files, clock: systemClock, source: createHttpSource({ clock: systemClock }) },
  ...{ random: Math.random, reserveBytes: 0 },
  onTrouble: ({ message }) => console.error(message),
  onCached() {
    left -= 1
    if (left > 0) return
    console.log(performance.now() - beganMs)
    void downloads.stop().then(close)
  },
})
downloads.want(wanted)
