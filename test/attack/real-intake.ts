import { join } from 'node:path'
import { createCommandDesk } from '../../main/app/commands.ts'
import { createDocumentIntake, type Taken } from '../../main/app/document-intake.ts'
import { type Knowledge, readKnowledge } from '../../main/app/knowledge.ts'
import { createReporter } from '../../main/app/reporter.ts'
import { openDatabase, type WriteDb } from '../../main/sqlite/open.ts'
import { lastRefusals } from '../../main/sqlite/refusals.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import type { PublicJwk } from '../../shared/documents/jws.ts'
import { planLoop } from '../../shared/loop/loop-plan.ts'
import type { Crypto } from '../../shared/trust/crypto.ts'
import { prefix } from './world.ts'

/** The player's intake, knowledge and loop over a database in a folder, without anything around them. */
export type RealIntake = {
  readonly db: WriteDb
  take(topic: string, bytes: Uint8Array): Taken
  knowledge(): Knowledge
  /** What was read from the database is read anew the next time. */
  forget(): void
  /** Assets in the loop, if these are on disk. */
  lanes(held: readonly AssetName[]): Set<AssetName>
  /** Why the last document was refused. */
  lastRefusal(): string | undefined
  close(): void
}

export type RealIntakeOptions = {
  readonly folder: string
  readonly rootKeys: readonly PublicJwk[]
  readonly crypto: Crypto
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export function openIntake({ folder, rootKeys, crypto, now }: RealIntakeOptions): RealIntake {
  const { db, close } = openDatabase(join(folder, 'player.db'))
  const identity = { playerId: 'wall', rootKeys, crypto }
  const clock = { now, monotonicMs: () => 0, after: () => () => {} }
  const where = { topicPrefix: prefix, playerId: 'wall' }
  const reporter = createReporter(
    db,
    clock,
    () => {},
    where,
    () => {},
  )
  let known: Knowledge | undefined
  const knowledge = (): Knowledge => {
    known ??= readKnowledge(db, identity, 'Asia/Shanghai')
    return known
  }
  // Judged by the real desk, and carried out by nobody: a command that was admitted is in the table of those seen.
  const command = createCommandDesk({
    ...{ db, clock, reporter, topicPrefix: prefix, playerId: 'wall' },
    handlers: new Map(),
    publish: async () => {},
  })
  const outlets = { stored: () => {}, command, pointer: () => {} }
  const intake = createDocumentIntake(db, identity, prefix, knowledge, clock, reporter, outlets)
  return {
    db,
    take(topic, bytes) {
      const taken = intake(topic, bytes)
      if (taken !== 'refused' && taken !== 'known') known = undefined
      return taken
    },
    knowledge,
    forget() {
      known = undefined
    },
    lanes(held) {
      const { newest, former, ...rest } = knowledge()
      const plan = planLoop(newest, former, { ...rest, atMs: now(), held: new Set(held), late: new Set<AssetName>() })
      return new Set(plan.lanes.flatMap((lane) => lane.showings.map(({ asset }) => asset)))
    },
    lastRefusal: () => lastRefusals(db, 1)[0]?.code,
    close,
  }
}
