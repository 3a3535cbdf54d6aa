import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'
import { sealedPlays } from '../../main/sqlite/plays-chain.ts'
import { lineOf } from '../../shared/plays/chain.ts'
import { startMosquitto } from '../support/mosquitto.ts'

/** Each record a message of its own, and a row of its own in another database when it arrives. */
export async function rival(
  db: WriteDb,
  records: number,
  undo: (() => Promise<void> | void)[],
  ourPerSecond: number,
  print: (line: string) => void,
): Promise<void> {
  const broker = await startMosquitto()
  undo.push(() => broker.stop())
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-rival-'))
  undo.push(() => rmSync(folder, { recursive: true, force: true }))
  const { db: table, close } = openDatabase(join(folder, 'rival.db'), {
    migrations: [(fresh) => fresh.exec('CREATE TABLE plays (seq INTEGER, record TEXT) STRICT')],
  })
  undo.push(close)
  const [from, to] = await Promise.all([connectAsync(broker.url), connectAsync(broker.url)])
  undo.push(
    () => to.endAsync(true),
    () => from.endAsync(true),
  )
  let arrived = 0
  let bytes = 0
  let allArrived = () => {}
  const all = new Promise<void>((resolve) => {
    allArrived = resolve
  })
  to.on('message', (_topic, payload) => {
    table.run('INSERT INTO plays VALUES ($seq, $record)', { seq: arrived, record: payload.toString() })
    arrived += 1
    if (arrived === records) allArrived()
  })
  await to.subscribeAsync('plays', { qos: 1 })
  const beganMs = performance.now()
  for (let after = 0; after < records; after += 500) {
    for (const record of sealedPlays(db, after, Math.min(500, records - after))) {
      const line = lineOf(record)
      bytes += line.length
      await from.publishAsync('plays', line, { qos: 1 })
    }
  }
  await all
  const perSecond = Math.round((records / (performance.now() - beganMs)) * 1000)
  print(
    `rival, ${records} records, a message and an insert each, undisturbed: ${perSecond} a second, ${Math.round(bytes / records)} bytes a record, nothing checked`,
  )
  print(`  ours, disturbed as above: ${(ourPerSecond / perSecond).toFixed(1)} times as fast`)
}
