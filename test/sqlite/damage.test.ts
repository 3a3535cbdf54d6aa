import assert from 'node:assert/strict'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import { z } from 'zod'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { createSealFile } from '../../main/adapters/seal-file.ts'
import { readKnowledge } from '../../main/app/knowledge.ts'
import { openSeal } from '../../main/app/seal.ts'
import { isStorageFailure, type WriteDb } from '../../main/sqlite/connection.ts'
import { documents, putDocument } from '../../main/sqlite/documents.ts'
import { migrations } from '../../main/sqlite/migrate.ts'
import { DatabaseRefused, openDatabase } from '../../main/sqlite/open.ts'
import { enqueue, nextInOutbox } from '../../main/sqlite/outbox.ts'
import { lastPlays, startPlay } from '../../main/sqlite/plays.ts'
import { openOrRebuild, type Rebuilt } from '../../main/sqlite/rebuild.ts'
import { findSetting, putSetting } from '../../main/sqlite/settings.ts'
import { takeDown } from '../../main/sqlite/taken-down.ts'
import { chanceOf } from '../attack/chance.ts'
import { assetCalled, type City, makeCity, playlistOf, rootKeysOf, signed, trustOf } from '../support/documents.ts'
import { temporaryFolder } from './temporary.ts'

const playlists = 12
const down = assetCalled('taken down').asset
let city: City
let originals = new Set<string>()

before(async () => {
  city = await makeCity()
  const trust = (await signed('trust', trustOf(city), city.root)).toString()
  const lists = await Promise.all(
    Array.from({ length: playlists }, async (_, index) =>
      (
        await signed(
          'playlist',
          await playlistOf([assetCalled(`picture ${index}`)], [city.approver], { id: `list-${index}` }),
          city.publisher,
        )
      ).toString(),
    ),
  )
  originals = new Set([trust, ...lists])
})

/** A player's database as it is in the midst of its work, its log not yet written back; `close` leaves it so. */
function fill(folder: string): { db: WriteDb; close: () => void } {
  const { db, close } = openDatabase(join(folder, 'player.db'))
  const at = { receivedAt: Date.UTC(2026, 10, 22, 3), revision: 1 }
  db.transaction(() => {
    ;[...originals].forEach((jws, index) => {
      const place =
        index === 0
          ? ({ kind: 'trust', target: 'fleet', id: 'trust', topic: 'plazacast/v1/trust' } as const)
          : ({ kind: 'playlist', target: 'players/wall', id: `list-${index - 1}`, topic: 't' } as const)
      putDocument(db, { ...at, ...place, jws })
    })
  })
  takeDown(db, [down], 1)
  putSetting(db, 'known', 'value')
  for (let count = 0; count < 300; count++) {
    startPlay(db, { playlist: 'list-0', revision: 1, item: 'item-1', asset: down, startedAt: count })
    enqueue(db, { topic: 'p/events', payload: `event ${count} ${'x'.repeat(100)}`, qos: 1, retain: false })
  }
  return { db, close }
}

/** A copy as a power cut leaves it: with the log and its index. */
function pristine(t: TestContext): string {
  const folder = temporaryFolder(t)
  const { close } = fill(folder)
  const copy = temporaryFolder(t)
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(copy, name))
  openSealOf(copy, openDatabase(join(folder, 'player.db')).db)
  close()
  return copy
}

const openSealOf = (folder: string, db: WriteDb) =>
  openSeal(db, createSealFile(join(folder, 'seal')), rootKeysOf(city), nodeCrypto).write()

/** Opens what is there as a player does, and reads all that it would. */
function start(folder: string): { db: WriteDb; close: () => void; rebuilt: Rebuilt[] } {
  const rebuilt: Rebuilt[] = []
  const { db, close } = openOrRebuild(join(folder, 'player.db'), {
    now: () => Date.UTC(2026, 10, 22),
    onRebuilt: (one) => rebuilt.push(one),
  })
  openSeal(db, createSealFile(join(folder, 'seal')), rootKeysOf(city), nodeCrypto)
  return { db, close, rebuilt }
}

function believed(db: WriteDb): { lists: number; takenDown: boolean } {
  const identity = { playerId: 'wall', rootKeys: rootKeysOf(city), crypto: nodeCrypto }
  const knowledge = readKnowledge(db, identity, 'UTC')
  for (const { jws, kind } of documents(db))
    if (kind === 'playlist') assert.ok(originals.has(jws), 'nobody signed this')
  for (const { playlist, approvals } of knowledge.newest) {
    const [item] = playlist.items
    assert.ok(item && approvals.has(item.asset))
  }
  return { lists: knowledge.newest.length, takenDown: knowledge.takenDown.has(down) }
}

/** The records of plays are too long to be read at a start: damage in them is met later, and the use after that goes well. */
function patiently(use: () => void): void {
  try {
    use()
  } catch (error) {
    if (error instanceof z.ZodError) return // a bit that flipped within a record of a play: its reader is told
    if (!isStorageFailure(error)) throw error
    use()
  }
}

/** Hundreds of databases that need outlive no power cut. */
function memoryFolder(t: TestContext): string {
  if (!existsSync('/dev/shm')) return temporaryFolder(t)
  const folder = mkdtempSync('/dev/shm/plazacast-')
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

type Mutation = (bytes: Buffer, random: () => number) => Buffer
const pageBytes = 4096
const anyPage = (bytes: Buffer, random: () => number) => Math.floor((random() * bytes.length) / pageBytes) * pageBytes
const mutations: Record<string, Mutation> = {
  'a flipped bit': (bytes, random) => {
    const at = Math.floor(random() * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
    return bytes
  },
  'a page of noise': (bytes, random) => {
    const at = anyPage(bytes, random)
    for (let index = at; index < Math.min(at + pageBytes, bytes.length); index++) bytes[index] = random() * 256
    return bytes
  },
  'a zeroed page': (bytes, random) => {
    const at = anyPage(bytes, random)
    return bytes.fill(0, at, at + pageBytes)
  },
  'a page in the place of another': (bytes, random) => {
    const from = anyPage(bytes, random)
    bytes.copy(bytes, anyPage(bytes, random), from, from + pageBytes)
    return bytes
  },
  'cut short': (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'a ruined header': (bytes, random) => {
    for (let count = 0; count < 4; count++) bytes[Math.floor(random() * 100)] = random() * 256
    return bytes
  },
  'many flipped bits': (bytes, random) => {
    for (let count = 0; count < 200; count++) {
      const at = Math.floor(random() * bytes.length)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
    }
    return bytes
  },
  'all zeroes': (bytes) => bytes.fill(0),
}

test('a damaged database never keeps a player from starting, and nothing is believed that nobody signed', (t) => {
  const chance = chanceOf(20261122)
  const random = () => chance.below(2 ** 30) / 2 ** 30
  const source = pristine(t)
  const files = ['player.db', 'player.db-wal', 'player.db-shm'].filter((name) => existsSync(join(source, name)))
  assert.equal(files.length, 3)
  let [rebuilds, saved] = [0, 0]
  for (let round = 0; round < 240; round++) {
    const [what = '', mutate = (bytes: Buffer) => bytes] =
      Object.entries(mutations)[round % Object.keys(mutations).length] ?? []
    const folder = memoryFolder(t)
    // Half of them after everything was written back to the database file, as after an orderly end.
    for (const name of readdirSync(source)) {
      if (name === 'seal') mkdirSync(join(folder, name))
      copyFileSync(
        name === 'seal' ? join(source, name, 'seal.json') : join(source, name),
        name === 'seal' ? join(folder, name, 'seal.json') : join(folder, name),
      )
    }
    if (random() < 0.5) openDatabase(join(folder, 'player.db')).close()
    const there = files.filter((name) => existsSync(join(folder, name)))
    const name = there[Math.floor(random() * there.length)] ?? 'player.db'
    const path = join(folder, name)
    writeFileSync(path, mutate(readFileSync(path), random))
    try {
      const { db, close, rebuilt } = start(folder)
      const found = believed(db)
      assert.ok(found.takenDown, 'what was taken down stays down')
      assert.ok(found.lists <= playlists)
      patiently(() => nextInOutbox(db, 1000))
      patiently(() => lastPlays(db, 1000))
      patiently(() => believed(db))
      putSetting(db, 'after', 'written')
      close()
      const again = start(folder)
      assert.equal(findSetting(again.db, 'after'), 'written', JSON.stringify([rebuilt, again.rebuilt]))
      again.close()
      rebuilds += rebuilt.length
      saved += rebuilt.length > 0 && found.lists > 0 ? 1 : 0
    } catch (error) {
      throw new Error(`round ${round}: ${what} in ${name}`, { cause: error })
    }
    rmSync(folder, { recursive: true })
  }
  t.diagnostic(`${rebuilds} of 240 were rebuilt, ${saved} of them with playlists`)
  assert.ok(rebuilds > 60 && saved > 20, `${rebuilds} rebuilt, ${saved} with playlists`)
})

test('a folder, a link or garbage in the place of the database or its log is set aside, and kept', (t) => {
  for (const name of ['player.db', 'player.db-wal', 'player.db-shm']) {
    const folder = pristine(t)
    rmSync(join(folder, name), { force: true })
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'what is this'), '')
    const { db, close, rebuilt } = start(folder)
    assert.equal(rebuilt.length, 1, name)
    assert.equal(rebuilt[0]?.onDisk, true)
    believed(db)
    close()
  }
})

test('what can be read of a damaged database is there again, and the damaged file is kept beside it', (t) => {
  const folder = pristine(t)
  openDatabase(join(folder, 'player.db')).close()
  const file = join(folder, 'player.db')
  const bytes = readFileSync(file)
  const at = bytes.indexOf('event 150')
  bytes.fill(0xff, Math.floor(at / pageBytes) * pageBytes, (Math.floor(at / pageBytes) + 1) * pageBytes)
  writeFileSync(file, bytes)
  const { db, close, rebuilt } = start(folder)
  t.after(close)
  assert.match(rebuilt[0]?.message ?? '', /malformed; \d+ rows were saved, not all could be read/)
  assert.ok(readFileSync(rebuilt[0]?.aside ?? '').equals(bytes))
  assert.deepEqual(believed(db), { lists: playlists, takenDown: true })
  assert.equal(findSetting(db, 'known'), 'value')
  assert.equal(lastPlays(db, 1000).length, 300)
  assert.ok(nextInOutbox(db, 1000).length > 200, 'what lies on both sides of the ruined page')
})

test('damage that is met while the player runs is treated at once: the next use finds a sound database', (t) => {
  const folder = pristine(t)
  const { db, close, rebuilt } = start(folder)
  t.after(close)
  db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = 0')
  const file = join(folder, 'player.db')
  writeFileSync(file, Buffer.alloc(statSync(file).size, 0x5a))
  assert.throws(() => {
    for (let count = 0; count < 3; count++) documents(db)
    db.exec('VACUUM')
  })
  believed(db)
  putSetting(db, 'after', 'written')
  assert.equal(rebuilt.length, 1)
  assert.equal(rebuilt[0]?.onDisk, true)
  assert.equal(findSetting(db, 'after'), 'written')
})

test('a database of a newer version is left as it is, to the last byte, also when it is only in the log', (t) => {
  for (const written of ['back', 'to the log only']) {
    const folder = temporaryFolder(t)
    const file = join(folder, 'player.db')
    const newer = openDatabase(file, { migrations: [...migrations, (db) => db.exec('CREATE TABLE later (x) ')] })
    const copy = temporaryFolder(t)
    if (written === 'back') newer.close()
    for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(copy, name))
    if (written !== 'back') newer.close()
    const contents = () => readdirSync(copy).map((name) => [name, readFileSync(join(copy, name)).toString('base64')])
    const before = contents()
    for (let count = 0; count < 2; count++) {
      assert.throws(
        () => start(copy),
        (error) => error instanceof DatabaseRefused && error.code === 'too-new',
      )
    }
    assert.deepEqual(contents(), before, written)
  }
})

const unprivileged = { skip: process.getuid?.() === 0 ? 'root may write what is read-only' : false }
test('a read-only folder leaves what can be read, in memory', unprivileged, (t) => {
  const folder = pristine(t)
  chmodSync(folder, 0o500)
  t.after(() => chmodSync(folder, 0o700))
  const { db, close } = start(folder)
  t.after(close)
  assert.ok(believed(db).lists > 0)
})
