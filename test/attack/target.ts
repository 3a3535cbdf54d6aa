import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import type { Taken } from '../../main/app/document-intake.ts'
import type { WriteDb } from '../../main/sqlite/open.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import type { Attack } from './attack.ts'
import { openIntake } from './real-intake.ts'
import { accepted, coming, former, type Genuine, neverHere, nowMs, rootKeys, shown } from './world.ts'

/** What came of an attack: `held` if it did nothing that it should not. */
export type Verdict = { readonly held: true } | { readonly held: false; readonly why: string }

/** A player's real intake over its real database, which holds what the city has signed. */
export type Target = {
  /** Sends an attack, looks at what it has done, and takes that back. */
  hit(attack: Attack): Verdict
  /** Several attacks in one transaction: committing each refusal by itself would only measure the disk. */
  batch(run: () => void): void
  /** Assets in the loop. */
  lanes(): ReadonlySet<AssetName>
  /** Whether what the city signs next is still taken, and comes into the loop. Takes it back afterwards. */
  serves(): Verdict
  /** The most signatures that were checked for one message. */
  readonly mostChecks: () => number
  stop(): void
}

export function createTarget(): Target {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-attack-'))
  const { crypto, checks } = countingCrypto()
  const player = openIntake({ folder, rootKeys, crypto, now: () => nowMs })
  const { db } = player
  let mostChecks = 0
  const take = (topic: string, bytes: Uint8Array): Taken => {
    const before = checks()
    const taken = player.take(topic, bytes)
    mostChecks = Math.max(mostChecks, checks() - before)
    return taken
  }
  const lanes = () => player.lanes([...shown, ...neverHere].map(({ asset }) => asset))
  const feed = (documents: readonly Genuine[]): string | undefined =>
    documents.find(({ topic, kind, bytes }) => take(topic, bytes) !== kind)?.topic
  const first = feed(accepted)
  if (first !== undefined) throw new Error(`the document of the city on ${first} was not taken`)
  const held = fingerprint(db)

  const target: Target = {
    hit(attack) {
      let verdict: Verdict = { held: true }
      let changed = false
      takenBack(db, () => {
        const taken = take(attack.topic, attack.bytes)
        changed = fingerprint(db) !== held
        verdict = judge(attack, taken, changed)
        return changed
      })
      if (changed) player.forget()
      return verdict
    },
    batch: (run) => db.transaction(run),
    lanes,
    serves() {
      let verdict: Verdict = { held: true }
      takenBack(db, () => {
        const refused = feed(coming)
        if (refused !== undefined) verdict = { held: false, why: `what the city signed next on ${refused} is refused` }
        else if (lanes().size !== shown.length)
          verdict = { held: false, why: 'what the city signed is not in the loop' }
        return true
      })
      player.forget()
      return verdict
    },
    mostChecks: () => mostChecks,
    stop() {
      player.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }

  function judge(attack: Attack, taken: Taken, changed: boolean): Verdict {
    if (taken === 'known')
      return changed ? { held: false, why: 'known, and yet something was stored' } : sameBytes(attack)
    if (taken === 'refused')
      return changed ? { held: false, why: 'refused, and yet something was stored' } : { held: true }
    if (taken === 'command' && !changed) return { held: true } // handed to the desk, which did not admit it
    const strangers = [...lanes()].filter((asset) => !shown.some((one) => one.asset === asset))
    if (strangers.length > 0) return { held: false, why: `${strangers.join(', ')} came into the loop` }
    if (attack.expected === 'unshown' || (attack.expected === 'genuine' && isGenuine(attack))) return { held: true }
    return { held: false, why: `was taken as ${taken}` }
  }
  return target
}

/** Runs as a savepoint that is rolled back when it says so. */
function takenBack(db: WriteDb, run: () => boolean): void {
  const undo = new Error('taken back')
  try {
    db.transaction(() => {
      if (run()) throw undo
    })
  } catch (error) {
    if (error !== undo) throw error
  }
}

/** Only what was taken before is known. */
const sameBytes = ({ bytes }: Attack): Verdict =>
  bytes.length === 0 || accepted.some((one) => Buffer.compare(one.bytes, bytes) === 0)
    ? { held: true }
    : { held: false, why: 'is said to be known' }

/** Whether the payload is one that the city signed for this topic; bytes around it may be others. */
function isGenuine({ topic, bytes }: Attack): boolean {
  const { payload } = JSON.parse(Buffer.from(bytes).toString()) as { payload: string }
  return [...accepted, ...coming, ...former].some((one) => one.topic === topic && one.jws.payload === payload)
}

/** What refusals may change: the list of them, the reports of them, the last faults, and how many of these there are. */
const reports = ['refusals', 'faults', 'outbox', 'outbox_totals', 'sqlite_sequence']

/** A hash of every table that holds what the player believes. */
function fingerprint(db: WriteDb): string {
  const row = z.record(z.string(), z.unknown())
  const tables = db.all(
    z.object({ name: z.string() }),
    `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`,
  )
  const hash = createHash('sha256')
  for (const { name } of tables.filter((one) => !reports.includes(one.name))) {
    hash.update(JSON.stringify([name, db.all(row, `SELECT * FROM "${name}"`)]))
  }
  return hash.digest('hex')
}

/** The real primitives, counted: work is bounded in steps, which are the same on every machine. */
function countingCrypto(): { crypto: Crypto; checks: () => number } {
  let count = 0
  return {
    crypto: {
      sha256: nodeCrypto.sha256,
      verifyEd25519(key, data, signature) {
        count += 1
        return nodeCrypto.verifyEd25519(key, data, signature)
      },
    },
    checks: () => count,
  }
}
