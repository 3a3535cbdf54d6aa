// Run as a process of its own: downloads one asset into a data folder, says when it has begun and when it is cached.
import { join } from 'node:path'
import { createAssetFiles } from '../../main/adapters/asset-files.ts'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { createDownloads } from '../../main/app/downloads.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { assetName } from '../../shared/asset-name.ts'

const [dataDir = '', asset, bytes, url = ''] = process.argv.slice(2)
const { db, close } = openDatabase(join(dataDir, 'player.sqlite'))
const files = createAssetFiles({ dataDir, db, clock: systemClock, onDamaged: () => {} })
const downloads = createDownloads({
  db,
  files,
  source: createHttpSource({ clock: systemClock }),
  clock: systemClock,
  random: Math.random,
  reserveBytes: 0,
  onTrouble: (trouble) => process.stderr.write(`${trouble.message}\n`),
  onCached: () => void downloads.stop().then(close),
})
downloads.want([{ asset: assetName.parse(asset), bytes: Number(bytes), mediaType: 'video/mp4', urls: [url], order: 0 }])
