import assert from 'node:assert/strict'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import { readKnowledge } from '../../main/app/knowledge.ts'
import { openPlayerDatabase } from '../../main/player-database.ts'
import { putDocument } from '../../main/sqlite/documents.ts'
import { openDatabase } from '../../main/sqlite/open.ts'
import { hurriedClock } from '../cache/rig.ts'
import { assetCalled, type City, makeCity, playlistOf, rootKeysOf, signed, trustOf } from '../support/documents.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryFolder } from './temporary.ts'

test('what was accepted plays on when the page of the documents is ruined and no broker is there', async (t) => {
  const city = await makeCity()
  const dataDir = await livedIn(t, city, 1)
  ruinDocuments(dataDir)
  assert.deepEqual(playsFrom(t, city, dataDir), ['evening 1'])
})

test('a copy that somebody wrote, or that is older than the seal, brings nothing onto the wall', async (t) => {
  const city = await makeCity()
  const stranger = await makeCity()
  const dataDir = await livedIn(t, city, 1)
  const old = readFileSync(join(dataDir, 'documents.json'))
  const foreign = readFileSync(join(await livedIn(t, stranger, 3), 'documents.json'))
  const rewritten = old.toString().replaceAll('"revision":1', '"revision":9')
  for (const copy of [foreign, rewritten, old, 'garbage', '{"version":1,"documents":[{},7]}']) {
    const later = await livedIn(t, city, 2)
    writeFileSync(join(later, 'documents.json'), copy)
    ruinDocuments(later)
    assert.deepEqual(playsFrom(t, city, later), [], String(copy).slice(0, 40))
  }
})

test('a data folder that is gone, as when its disk is, does not end a player that runs', async (t) => {
  const city = await makeCity()
  const dataDir = await livedIn(t, city, 1)
  let turns = 0
  const after: typeof hurriedClock.after = (ms, run) => {
    turns += 1
    return hurriedClock.after(ms, run)
  }
  const player = opened(city, dataDir, { ...hurriedClock, after })
  t.after(player.close)
  rmSync(dataDir, { recursive: true })
  t.after(player.startUpkeep({ event: () => {} }))
  const before = turns
  await eventually('it is looked after again', () => turns > before + 2)
})

/** A data folder after a while, with a playlist in this revision. */
async function livedIn(t: TestContext, city: City, revision: number): Promise<string> {
  const dataDir = join(temporaryFolder(t), 'data')
  const player = opened(city, dataDir)
  const playlist = await playlistOf([assetCalled('picture')], [city.approver], { id: 'evening', revision })
  const facts = { topic: 't', receivedAt: Date.now() }
  const trust = await signed('trust', trustOf(city), city.root)
  const evening = await signed('playlist', playlist, city.publisher)
  putDocument(player.db, { kind: 'trust', target: 'fleet', id: 'trust', revision: 1, jws: trust.toString(), ...facts })
  const target = 'players/wall'
  putDocument(player.db, { kind: 'playlist', target, id: 'evening', revision, jws: evening.toString(), ...facts })
  assert.equal(player.seal.write(), undefined)
  const stop = player.startUpkeep({ event: () => {} })
  await eventually('the copy is there', () => existsSync(join(dataDir, 'documents.json')))
  stop()
  player.close()
  return dataDir
}

function playsFrom(t: TestContext, city: City, dataDir: string): string[] {
  const player = opened(city, dataDir)
  t.after(player.close)
  const { newest } = readKnowledge(
    player.db,
    { playerId: 'wall', rootKeys: rootKeysOf(city), crypto: nodeCrypto },
    'UTC',
  )
  return newest.map(({ playlist }) => `${playlist.id} ${playlist.revision}`)
}

const opened = (city: City, dataDir: string, clock = hurriedClock) =>
  openPlayerDatabase({ ...defaultConfiguration('wall', dataDir), rootKeys: rootKeysOf(city) }, nodeCrypto, clock, [])

/** Garbage over the first page of the table, as a worn out disk has it. */
function ruinDocuments(dataDir: string): void {
  const file = join(dataDir, 'player.db')
  const { db, close } = openDatabase(file)
  const row = z.object({ rootpage: z.int() })
  const page = db.get(row, `SELECT rootpage FROM sqlite_schema WHERE name = 'documents'`)?.rootpage ?? 0
  close()
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4096, 0x5a), 0, 4096, (page - 1) * 4096)
  closeSync(handle)
}
