import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { createHttpSource } from '../../main/adapters/http-source.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { createDownloads } from '../../main/app/downloads.ts'
import { createSpace, type SpaceRules } from '../../main/app/space.ts'
import { heldAssets } from '../../main/sqlite/assets.ts'
import { putDownload } from '../../main/sqlite/downloads.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import type { WantedAsset } from '../../shared/cache/wanted.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'
import { startAssetServer } from './asset-server.ts'
import { createRig, hurriedClock, nameOf, type Rig, someBytes, until, wantedOf } from './rig.ts'

type Told = { readonly code: string; readonly about: Record<string, unknown> }

/** Real files, downloads from a real server, and a disk that is as large as the test says. */
function roomFor(t: TestContext, rig: Rig, undo: readonly (() => unknown)[]) {
  const told: Told[] = []
  const disk = { freeBytes: 1e12, takesNothing: false }
  let current: readonly WantedAsset[] = []
  let stopped = false
  const space = createSpace({
    db: rig.db,
    files: { ...rig.files, volume: async () => ({ freeBytes: disk.freeBytes, totalBytes: 1e12 }) },
    clock: hurriedClock,
    reporter: {
      event: (code, _message, about = {}) => told.push({ code, about }),
      state: () => {},
      repeatState: () => {},
    },
    changed: () => setImmediate(() => want(current)), // as the player does
    roomAgain: () => downloads.retryNow(),
    reserveBytes: 1000,
  })
  const downloads = createDownloads({
    db: rig.db,
    files: {
      ...rig.files,
      async openPartial(asset, keepBytes) {
        const { file, sizeBytes } = await rig.files.openPartial(asset, keepBytes)
        const write = (chunk: Uint8Array) => (disk.takesNothing ? writeFile('/dev/full', chunk) : file.write(chunk))
        return { file: { ...file, write }, sizeBytes }
      },
    },
    source: createHttpSource({ clock: systemClock }),
    clock: hurriedClock,
    random: () => 0.5,
    onCached: () => {},
    onTrouble: ({ code, about }) => told.push({ code, about }),
    space,
  })
  t.after(async () => {
    stopped = true
    await downloads.stop()
    await space.stop()
    for (const one of undo) await one()
  })
  const rules = (more: Partial<SpaceRules>) =>
    space.rules({
      quotaBytes: undefined,
      keptPlaylists: new Set(['live']),
      keptAssets: [],
      on: () => undefined,
      ...more,
    })
  const want = (list: readonly WantedAsset[]) => {
    if (stopped) return
    current = list
    space.wanted(list)
    downloads.want(list)
  }
  return { told, disk, space, rules, want, codes: () => told.map(({ code }) => code) }
}

const held = (rig: Rig): Set<AssetName> => new Set(heldAssets(rig.db).map(({ asset }) => asset))

async function scene(t: TestContext) {
  const server = await startAssetServer(t)
  const undo: (() => unknown)[] = []
  const dataDir = temporaryFolder(t)
  const rig = createRig({ ...t, after: (one: () => unknown) => undo.push(one) } as unknown as TestContext, { dataDir })
  const room = roomFor(t, rig, undo)
  const made = (order: number, playlist: string, size = 1000) => {
    const bytes = someBytes(size)
    return { ...wantedOf(bytes, [server.answer(`/${nameOf(bytes)}`, { bytes })], order), playlists: [playlist] }
  }
  return { rig, room, made, server }
}

test('a quota that is lowered evicts what nothing wants, then what is wanted last, and never what is live or on', async (t) => {
  const { rig, room, made } = await scene(t)
  const [live, later, latest, former, on] = [0, 1, 2, 3, 4].map((order) => made(order, order === 0 ? 'live' : 'later'))
  assert.ok(live && later && latest && former && on)
  room.rules({})
  room.want([live, later, latest, former, on])
  await until('all are here', () => held(rig).size === 5)
  room.want([live, later, latest])
  const rest = { on: () => on.asset }
  room.rules({ ...rest, quotaBytes: 4000 })
  await until('what nothing wants is gone', () => held(rig).size === 4)
  assert.ok(!held(rig).has(former.asset))
  room.rules({ ...rest, quotaBytes: 3000 })
  await until('what is wanted last is gone', () => held(rig).size === 3)
  assert.ok(!held(rig).has(latest.asset))
  room.rules({ ...rest, quotaBytes: 1 })
  await until('only what must stay is left', () => held(rig).size === 2)
  assert.deepEqual(held(rig), new Set([live.asset, on.asset]))
})

test('what comes pushes out only what is needed later; when nothing may go it waits, says so once, and comes when there is room', async (t) => {
  const { rig, room, made } = await scene(t)
  const [first, second, third, fourth] = [0, 1, 2, 3].map((order) => made(order, order === 1 ? 'live' : 'later'))
  assert.ok(first && second && third && fourth)
  room.rules({ quotaBytes: 2000 })
  room.want([second, third])
  await until('two are here', () => held(rig).size === 2)
  room.want([first, second, third, fourth])
  await until('the first has pushed out the third', () => held(rig).has(first.asset))
  assert.deepEqual(held(rig), new Set([first.asset, second.asset]))
  await until('it is said', () => room.codes().includes('quota-exceeded'))
  assert.equal(room.space.shortOf(), 'the quota of the cache is used up')
  const { lackingBytes, quotaBytes, freeBytes, reserveBytes } = room.told[0]?.about ?? {}
  assert.deepEqual([lackingBytes, quotaBytes, freeBytes, reserveBytes], [1000, 2000, 1e12, 1000])
  room.rules({ quotaBytes: 4000 })
  await until('all are here', () => held(rig).size === 4)
  assert.deepEqual(room.codes(), ['quota-exceeded', 'space-back'])
  assert.equal(room.space.shortOf(), undefined)
})

test('a disk that somebody fills stops downloads, said once for all of them, and frees what nothing wants; then it heals', async (t) => {
  const { rig, room, made } = await scene(t)
  const list = [0, 1, 2, 3, 4, 5].map((order) => made(order, 'live'))
  const unwanted = made(9, 'later')
  room.rules({})
  room.want([...list.slice(0, 2), unwanted])
  await until('three are here', () => held(rig).size === 3)
  room.disk.freeBytes = 500
  room.want(list)
  await until('it is said', () => room.codes().includes('disk-full'))
  await until('what nothing wants is gone', () => held(rig).size === 2)
  room.disk.freeBytes = 1e9
  await until('all are here', () => held(rig).size === 6)
  assert.deepEqual(room.codes(), ['disk-full', 'space-back'])
})

test('a file that is there already is taken up also when there is no room for another', async (t) => {
  const { rig, room } = await scene(t)
  const bytes = someBytes(1000)
  mkdirSync(dirname(rig.pathOf(nameOf(bytes))), { recursive: true })
  writeFileSync(rig.pathOf(nameOf(bytes)), bytes)
  room.rules({ quotaBytes: 1000 })
  room.want([{ ...wantedOf(bytes, ['http://127.0.0.1:1/']), playlists: ['live'] }])
  await until('it is held', () => held(rig).size === 1)
  assert.deepEqual(room.codes(), [])
})

test('half of a download that nothing has wanted for a day is removed', async (t) => {
  const { rig, room } = await scene(t)
  const row = { url: 'http://a/', validator: null, doneBytes: 4, attempts: 0, nextAttemptAt: 0 }
  const [old, fresh] = [nameOf(someBytes(5)), nameOf(someBytes(5))]
  for (const asset of [old, fresh]) writeFileSync(rig.partialOf(asset), 'half')
  putDownload(rig.db, { ...row, asset: old, touchedAt: 1 })
  putDownload(rig.db, { ...row, asset: fresh, touchedAt: Date.now() })
  room.rules({ quotaBytes: 1e6 })
  await until('it is gone', () => rig.db.get(z.object({ n: z.int() }), 'SELECT count(*) AS n FROM downloads')?.n === 1)
})

test('a disk that somebody else fills while an asset comes is a full disk: it is said, and the asset comes as soon as there is room', {
  skip: process.platform !== 'linux' && '/dev/full is Linux’s',
}, async (t) => {
  const { rig, room, made } = await scene(t)
  const asset = made(0, 'live')
  room.disk.takesNothing = true
  room.rules({})
  room.want([asset])
  await until('it is said', () => room.codes().includes('disk-full'))
  assert.equal(room.space.shortOf(), 'the disk is full')
  room.disk.takesNothing = false
  await until('it is here', () => held(rig).has(asset.asset))
  assert.deepEqual([...new Set(room.codes())], ['disk-full', 'space-back'])
})
