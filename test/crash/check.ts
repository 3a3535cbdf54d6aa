import { createHash } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAssetFiles } from '../../main/adapters/asset-files.ts'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { ownSigner } from '../../main/adapters/player-key.ts'
import { createSealFile } from '../../main/adapters/seal-file.ts'
import { systemClock } from '../../main/adapters/system-clock.ts'
import { type Knowledge, readKnowledge } from '../../main/app/knowledge.ts'
import { openSeal } from '../../main/app/seal.ts'
import { heldAssets } from '../../main/sqlite/assets.ts'
import { documents, seenRevisions } from '../../main/sqlite/documents.ts'
import { halfDownloads } from '../../main/sqlite/downloads.ts'
import { openDatabase, type ReadDb, type WriteDb } from '../../main/sqlite/open.ts'
import { nextInOutbox } from '../../main/sqlite/outbox.ts'
import { type Play, playsAfter } from '../../main/sqlite/plays.ts'
import { loadPosition } from '../../main/sqlite/position.ts'
import { takenDownAssets } from '../../main/sqlite/taken-down.ts'
import { type AssetName, hexOf } from '../../shared/asset-name.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import { planLoop } from '../../shared/loop/loop-plan.ts'
import { event } from '../../shared/reports/event.ts'
import { rememberingCrypto } from '../../shared/trust/remembered.ts'
import { type Expected, keyOfDocument, type Published, type ShownMark } from './expected.ts'

/** Everything about a recording that does not change from state to state. */
export type World = {
  readonly rootKeys: readonly PublicJwk[]
  readonly published: readonly Published[]
  /** What the page was ever handed, in order. */
  readonly programmes: readonly Loop[]
  readonly shown: readonly ShownMark[]
  /** The right bytes of an asset. */
  readonly bytesOf: (asset: AssetName) => Buffer
  /** Whether a half download may be gone whole: where a folder keeps no name that was not synced. */
  readonly halvesMayVanish: boolean
  /** Whether the loop and what is held are judged by what the page was handed last, call by call. */
  readonly judgesLoop: boolean
  /** How many plays may be recorded of which the page was not told so: the power goes in between. */
  readonly mostUnheard: number
}

/** Every showing of a loop, by its key, which names lane, item and asset. */
export type Loop = readonly string[]

/** What a check remembers from one state to the next. `sound`: whether a file, by its key, is what its row says. `verdicts`: what was found. */
export type CheckMemory = {
  readonly verdicts: Map<string, readonly string[]>
  readonly sound: Map<string, string | undefined>
  readonly crypto: ReturnType<typeof rememberingCrypto>
}
export const createMemory = (): CheckMemory => ({
  verdicts: new Map(),
  sound: new Map(),
  crypto: rememberingCrypto(nodeCrypto),
})

/** How a rig names contents, so that nothing is looked at twice. `of`: the content of a file below the data folder; `beside`: all but the database, and what was promised. */
export type Keys = { readonly of: (path: string) => string | undefined; readonly beside: string }

/**
 * Opens what a power cut has left with the player's own code, and says what of the promises does not hold; an empty list
 * if all do. Databases that SQLite has brought to the same content, beside the same files, are judged once.
 */
export async function checkDisk(
  dataDir: string,
  expected: Expected,
  world: World,
  memory: CheckMemory,
  keys?: Keys,
): Promise<readonly string[]> {
  let handle: ReturnType<typeof openDatabase>
  try {
    handle = openDatabase(join(dataDir, 'player.db'))
  } catch (error) {
    return [`the database does not open: ${String(error)}`]
  }
  try {
    const name = keys && `${keys.beside} ${createHash('sha1').update(handle.file().serialize()).digest('base64')}`
    const known = name === undefined ? undefined : memory.verdicts.get(name)
    if (known) return known
    const problems = await judge(handle.db, dataDir, expected, world, memory, keys?.of ?? (() => undefined))
    if (name !== undefined) memory.verdicts.set(name, problems)
    return problems
  } catch (error) {
    return [`the player does not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`]
  } finally {
    handle.close()
  }
}

async function judge(
  db: WriteDb,
  dataDir: string,
  expected: Expected,
  world: World,
  memory: CheckMemory,
  keyOf: Keys['of'],
): Promise<string[]> {
  const problems = unsealed(dataDir, expected)
  const seal = openSeal(db, createSealFile(`${dataDir}-seal`), world.rootKeys, memory.crypto)
  problems.push(
    ...seal.findings
      .filter((one) => !/newer than the seal$|that were not sealed$/.test(one))
      .map((one) => `seal: ${one}`),
  )
  const knowledge = readKnowledge(
    db,
    { playerId: 'wall', rootKeys: world.rootKeys, crypto: memory.crypto },
    'Asia/Shanghai',
  )
  problems.push(
    ...rolledBack(db, knowledge, expected, world),
    ...unreported(db, expected),
    ...playsLost(db, expected, world),
  )
  problems.push(
    ...(await unsound(dataDir, db, memory, keyOf)),
    ...halves(dataDir, db, world, memory, keyOf),
    ...wrongLoop(db, knowledge, expected, world),
  )
  if (expected.playerKey !== undefined && JSON.stringify(ownSigner(db, [])?.key) !== expected.playerKey)
    problems.push('the key of the player is another one')
  return problems
}

/** The second memory, as it is on disk: what was acknowledged is in it, whole. */
function unsealed(dataDir: string, { documents, takenDown }: Expected): string[] {
  const text = createSealFile(`${dataDir}-seal`).read()
  if (documents.size === 0) return []
  if (text === undefined || text === '') return ['the seal is gone']
  const sealed: {
    revisions: { kind: Published['kind']; target: string; id: string; revision: number }[]
    takenDown: string[]
  } = JSON.parse(text)
  const revisions = new Map(sealed.revisions.map((one) => [keyOfDocument(one), one.revision]))
  const old = [...documents].filter(([key, one]) => (revisions.get(key) ?? 0) < one.revision)
  const lost = [...takenDown].filter((asset) => !sealed.takenDown.includes(asset))
  return [
    ...old.map(([key]) => `${key} is behind in the seal`),
    ...lost.map((asset) => `the take-down of ${asset} is not sealed`),
  ]
}

/** Nothing acknowledged is older than it was, nothing is there that was never published, and today's keys vouch for all of it. */
function rolledBack(db: ReadDb, knowledge: Knowledge, expected: Expected, { published }: World): string[] {
  const stored = new Map(documents(db).map((one) => [keyOfDocument(one), one]))
  const seen = new Map(seenRevisions(db).map((one) => [keyOfDocument(one), one.revision]))
  const known = new Set(published.map(({ sha256 }) => sha256))
  const problems = [...stored.values()]
    .filter(({ sha256 }) => !known.has(sha256))
    .map((one) => `${one.kind} ${one.id} is one that nobody published`)
  for (const [key, { revision, kind, id, target }] of expected.documents) {
    if ((stored.get(key)?.revision ?? 0) < revision)
      problems.push(`${key} went back from ${revision} to ${stored.get(key)?.revision ?? 'nothing'}`)
    if ((seen.get(key) ?? 0) < revision)
      problems.push(`${key} is remembered as ${seen.get(key) ?? 'nothing'}, not ${revision}`)
    if (kind === 'trust' && knowledge.keyring.revision < revision) problems.push(`trust ${revision} is not believed`)
    const believed = knowledge.newest.some(({ playlist }) => playlist.id === id && playlist.target === target)
    if (kind === 'playlist' && !believed) problems.push(`${key} is not believed`)
  }
  const down = new Set(takenDownAssets(db))
  return [
    ...problems,
    ...[...expected.takenDown].filter((asset) => !down.has(asset)).map((asset) => `${asset} is no longer taken down`),
  ]
}

/** An acceptance was told to the broker, or waits to be. */
function unreported(db: ReadDb, expected: Expected): string[] {
  const waiting = new Set(
    nextInOutbox(db, 20_000)
      .filter(({ topic }) => topic.endsWith('/events'))
      .map(({ payload }) => event.parse(JSON.parse(payload)))
      .filter(({ code }) => code === 'document-accepted')
      .map(({ about }) => `${about.kind} ${about.target} ${about.id} ${about.revision}`),
  )
  return [...expected.documents.values()]
    .map((one) => `${keyOfDocument(one)} ${one.revision}`)
    .filter((one) => !waiting.has(one) && !expected.reported.has(one))
    .map((one) => `that ${one} was accepted will never be reported`)
}

/** Every showing that the page heard was recorded is there, in order, and the loop's position is that of the last one. */
function playsLost(db: ReadDb, { shown, ended }: Expected, world: World): string[] {
  const plays = playsAfter(db, 0, 100_000)
  const byStart = new Map(plays.map((play) => [play.startedAt, play]))
  const problems = shown.flatMap((mark) => {
    const play = byStart.get(mark.at)
    if (play?.asset !== mark.asset || play.item !== mark.item) return [`the play of ${mark.item} at ${mark.at} is lost`]
    const isEndLost = ended.has(mark.at) && (play.outcome !== 'complete' || play.ms !== ended.get(mark.at))
    return isEndLost ? [`the end of the play of ${mark.item} at ${mark.at} is lost`] : []
  })
  if (plays.length > shown.length + world.mostUnheard)
    problems.push(`${plays.length} plays, of which ${shown.length} happened`)
  return [...problems.slice(0, 3), ...wrongPosition(db, plays.at(-1), world)]
}

function wrongPosition(db: ReadDb, last: Play | undefined, world: World): string[] {
  if (!last) return []
  const saved = loadPosition(db)
  const mark = world.shown.find(({ at }) => at === last.startedAt)
  if (!saved) return ['the position of the loop is lost']
  return !mark || mark.key === saved.showingKey
    ? []
    : [`the position is at ${saved.showingKey}, the last play was ${mark.key}`]
}

/** What counts as held is there and right, to the last byte, before anything was repaired. */
async function unsound(
  dataDir: string,
  db: WriteDb,
  { sound }: CheckMemory,
  keyOf: (path: string) => string | undefined,
): Promise<string[]> {
  const files = createAssetFiles({ dataDir, db, clock: systemClock, onDamaged: () => {} })
  const problems: string[] = []
  for (const { asset } of heldAssets(db)) {
    const hex = hexOf(asset)
    const key = keyOf(`assets/${hex.slice(0, 2)}/${hex}`)
    const known = key === undefined ? undefined : `${asset} ${key}`
    if (known === undefined || !sound.has(known)) {
      const problem = await wrongBytes(files, asset)
      if (known === undefined) {
        if (problem) problems.push(problem)
        continue
      }
      sound.set(known, problem)
    }
    const problem = sound.get(known)
    if (problem) problems.push(problem)
  }
  return problems
}

async function wrongBytes(files: ReturnType<typeof createAssetFiles>, asset: AssetName): Promise<string | undefined> {
  try {
    const opened = await files.openAsset(asset)
    if (!opened) return `${asset} counts as held and is not there`
    const hash = createHash('sha256')
    for await (const bytes of opened.read(0, opened.sizeBytes)) hash.update(bytes)
    const found = hash.digest('hex')
    return found === hexOf(asset) ? undefined : `${asset} counts as held and its bytes are those of ${found}`
  } catch (error) {
    return `${asset} counts as held and cannot be read: ${String(error)}`
  }
}

/** What is noted as done of a half download is on disk and right. */
function halves(
  dataDir: string,
  db: ReadDb,
  { bytesOf, halvesMayVanish }: World,
  { sound }: CheckMemory,
  keyOf: (path: string) => string | undefined,
): string[] {
  return halfDownloads(db).flatMap(({ asset, doneBytes }) => {
    if (doneBytes === 0) return []
    const file = join(dataDir, 'partial', hexOf(asset))
    if (!lstatSync(file, { throwIfNoEntry: false })) {
      const isWhole =
        lstatSync(join(dataDir, 'assets', hexOf(asset).slice(0, 2), hexOf(asset)), { throwIfNoEntry: false }) !==
        undefined
      return isWhole || halvesMayVanish ? [] : [`the half download of ${asset} is gone, ${doneBytes} bytes`]
    }
    const known = `${asset} ${doneBytes} ${keyOf(`partial/${hexOf(asset)}`)}`
    if (keyOf(`partial/${hexOf(asset)}`) !== undefined && sound.has(known)) return []
    const right = readFileSync(file).subarray(0, doneBytes).equals(bytesOf(asset).subarray(0, doneBytes))
    if (right) sound.set(known, undefined)
    return right ? [] : [`of the half download of ${asset}, ${doneBytes} bytes are not all right`]
  })
}

/** What would play is what was playing, or what was just about to; nothing that was taken down. */
function wrongLoop(db: ReadDb, knowledge: Knowledge, expected: Expected, { programmes, judgesLoop }: World): string[] {
  const held = new Set(heldAssets(db).map(({ asset }) => asset))
  const { lanes } = planLoop(knowledge.newest, knowledge.former, {
    ...knowledge,
    atMs: Date.now(),
    held,
    late: new Set(),
  })
  const showings = lanes.flatMap((lane) => lane.showings)
  const down = showings
    .filter(({ asset }) => expected.takenDown.has(asset))
    .map(({ item }) => `${item} is in the loop and was taken down`)
  if (!judgesLoop) return down
  const loop = showings.map((one): string => one.key)
  // What is not on disk for certain may be there or not: several downloads end together, and the page hears of the last.
  const near =
    expected.programmes === 0
      ? [[], ...programmes.slice(0, 2)]
      : programmes.slice(expected.programmes - 1, expected.programmes + 2)
  const inAll = (near[0] ?? []).filter((key) => near.every((one) => one.includes(key)))
  // A newest revision that is here plays as soon as somebody looks; what is former plays only where it did.
  const newest = new Map(knowledge.newest.map(({ playlist }) => [playlist.id, playlist.revision]))
  const odd = showings
    .filter((one) => newest.get(one.playlist) !== one.revision && !near.some((keys) => keys.includes(one.key)))
    .map(({ key }) => `${key} would play and did not`)
  const gone = inAll.filter((key) => !loop.includes(key)).map((key) => `${key} played and would not`)
  const lost = [...expected.cached]
    .filter((asset) => !held.has(asset))
    .map((asset) => `${asset} was reported to be on disk and is not held`)
  return [...down, ...lost, ...odd, ...gone]
}
