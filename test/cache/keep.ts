// Run as a process of its own: downloads what is asked for into a data folder, and ends when all is cached.
import { join } from 'node:path'
import { createAssetFiles } from '../../main/adapters/asset-files.ts'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { createDownloads } from '../../main/app/downloads.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { hurriedClock } from './rig.ts'

const [dataDir = '', list = '[]'] = process.argv.slice(2)
const wanted: WantedAsset[] = JSON.parse(list)
const { db, close } = openDatabase(join(dataDir, 'player.sqlite'))
const files = createAssetFiles({ dataDir, db, clock: systemClock, onDamaged: () => {} })
const downloads = createDownloads({
  db,
  files,
  source: createHttpSource({ clock: systemClock }),
  clock: hurriedClock,
  random: Math.random,
  reserveBytes: 0,
  onTrouble: (trouble) => process.stdout.write(`${trouble.code} ${trouble.about.reason}\n`),
  onCached: () => {
    if (downloads.progress().length === 0) void downloads.stop().then(close)
  },
})
downloads.want(wanted)
if (downloads.progress().length === 0) void downloads.stop().then(close)
