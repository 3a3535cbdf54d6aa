import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { defaultConfiguration } from '../../main/app/configuration.ts'
import { readKnowledge } from '../../main/app/knowledge.ts'
import { openPlayerDatabase } from '../../main/player-database.ts'
import { heldAssets, putAsset } from '../../main/sqlite/assets.ts'
import { isCommandSeen, noteCommand } from '../../main/sqlite/commands-seen.ts'
import { putDocument } from '../../main/sqlite/documents.ts'
import { migrations } from '../../main/sqlite/migrate.ts'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'
import { takeDown } from '../../main/sqlite/taken-down.ts'
import { assetCalled, type City, makeCity, playlistOf, rootKeysOf, signed, trustOf } from '../support/documents.ts'
import { temporaryFolder } from './temporary.ts'

const picture = assetCalled('picture')
const down = assetCalled('taken down')

test('a database of a newer version is played from, though nothing in it is changed', async (t) => {
  const city = await makeCity()
  const dataDir = temporaryFolder(t)
  // As a power cut leaves it: most of it is in the log only.
  written(await documentsOf(city), temporaryFolder(t), '', (folder) => {
    for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(dataDir, name))
  })
  const before = contentsOf(dataDir)
  const player = started(city, dataDir)
  const knowledge = readKnowledge(player.db, identityOf(city), 'UTC')
  assert.deepEqual(
    knowledge.newest.map(({ playlist }) => playlist.id),
    ['evening'],
  )
  assert.ok(knowledge.takenDown.has(down.asset), 'what was taken down stays down')
  assert.ok(isCommandSeen(player.db, 'done'), 'no command is carried out twice')
  assert.deepEqual(
    heldAssets(player.db).map(({ asset }) => asset),
    [picture.asset],
  )
  assert.match(player.problems.join(), /a newer Plazacast wrote it.* plays from memory/)
  takeDown(player.db, [picture.asset], 2)
  player.close()
  assert.deepEqual(contentsOf(dataDir), before)
})

test('nothing is played from a newer database that keeps what was taken down in another way', async (t) => {
  const city = await makeCity()
  for (const change of ['DROP TABLE taken_down', 'ALTER TABLE taken_down RENAME COLUMN asset TO name']) {
    const dataDir = temporaryFolder(t)
    written(await documentsOf(city), dataDir, change)
    const player = started(city, dataDir)
    t.after(player.close)
    assert.equal(readKnowledge(player.db, identityOf(city), 'UTC').newest.length, 0, change)
    assert.equal(heldAssets(player.db).length, 0, change)
  }
})

type Message = {
  readonly kind: 'trust' | 'playlist'
  readonly target: string
  readonly id: string
  readonly jws: string
}

async function documentsOf(city: City): Promise<Message[]> {
  const playlist = await playlistOf([picture], [city.approver], { id: 'evening' })
  const [trust, evening] = [
    await signed('trust', trustOf(city), city.root),
    await signed('playlist', playlist, city.publisher),
  ]
  return [
    { kind: 'trust', target: 'fleet', id: 'trust', jws: trust.toString() },
    { kind: 'playlist', target: 'players/wall', id: 'evening', jws: evening.toString() },
  ]
}

/** A data folder of a version that knows one step more. `whileOpen`: called before it is closed in order. */
function written(messages: readonly Message[], dataDir: string, change: string, whileOpen = (_dataDir: string) => {}) {
  const { db, close } = openDatabase(join(dataDir, 'player.db'), {
    migrations: [...migrations, (later: WriteDb) => later.exec(`CREATE TABLE later (x); ${change}`)],
  })
  for (const one of messages) putDocument(db, { ...one, revision: 1, topic: 't', receivedAt: Date.now() })
  if (change === '') takeDown(db, [down.asset], 1)
  noteCommand(db, 'done', Date.now() + 60_000, 0)
  const facts = { sizeBytes: 7, mediaType: 'image/png', pieces: new Uint8Array(32) } as const
  putAsset(db, { asset: picture.asset, ...facts, cachedAt: 1, lastVerifiedAt: 1, lastNeededAt: 1 })
  whileOpen(dataDir)
  close()
}

function started(city: City, dataDir: string) {
  const problems: string[] = []
  const configuration = { ...defaultConfiguration('wall', dataDir), rootKeys: rootKeysOf(city) }
  return { ...openPlayerDatabase(configuration, nodeCrypto, systemClock, problems), problems }
}

const identityOf = (city: City) => ({ playerId: 'wall', rootKeys: rootKeysOf(city), crypto: nodeCrypto })

/** All that outlives a power cut; the index of the log is made anew at every opening, and an empty log says nothing. */
const contentsOf = (dataDir: string) =>
  readdirSync(dataDir)
    .filter((name) => !name.endsWith('-shm'))
    .map((name) => [name, readFileSync(join(dataDir, name)).toString('base64')])
    .filter(([name, content]) => !(name?.endsWith('-wal') && content === ''))
