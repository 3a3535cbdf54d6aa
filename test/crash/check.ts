import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { ownSigner } from '../../main/adapters/player-key.ts'
import { createSealFile } from '../../main/adapters/seal-file.ts'
import { readKnowledge } from '../../main/app/knowledge.ts'
import { openSeal } from '../../main/app/seal.ts'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'
import { rolledBack, unreported } from './check-documents.ts'
import { halves, unsound } from './check-files.ts'
import { playsLost, wrongLoop } from './check-plays.ts'
import type { CheckMemory, World } from './check-world.ts'
import { type Expected, keyOfDocument, type Published } from './expected.ts'

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
