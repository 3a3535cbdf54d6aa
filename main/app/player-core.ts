import { type Keyring, keyringAt } from '../../shared/trust/keyring.ts'
import { createHealth, type HealthWatch } from './health.ts'
import { type Knowledge, readKnowledge } from './knowledge.ts'
import type { PlayerParts } from './player-parts.ts'
import type { Clock, Undo } from './ports.ts'
import { createPutOff, type PutOff } from './put-off.ts'
import { createReporter, type Reporter } from './reporter.ts'
import { createStorage, type Storage } from './storage.ts'
import { createTrustedTime, type TrustedTime } from './trusted-time.ts'

/** What all of a player works with: its time, its disk, its voice, and what it knows. */
export type PlayerCore = {
  readonly time: TrustedTime
  /** The trusted clock. */
  readonly clock: Clock
  readonly storage: Storage
  /** What is written waits for a lost picture. */
  readonly putOff: PutOff
  /** What is said here is heard by health and by the technician's page as well. */
  readonly reporter: Reporter
  /** Who is to be called from now on when something waits in the outbox. */
  whenQueued(wake: () => void): void
  /** Undefined: nobody looks at how the wall does. */
  readonly health: HealthWatch | undefined
  readonly knowledge: () => Knowledge
  /** The database says something else than before. */
  forgetKnowledge(): void
  /** The keys that count at this instant. */
  readonly keyring: () => Keyring
  readonly stop: Undo
}

/** `changed`: what is to be shown may be something else than before. */
export function createPlayerCore(parts: PlayerParts, changed: () => void): PlayerCore {
  const { configuration, db, log, identity } = parts
  const time = createTrustedTime({ db, clock: parts.clock, system: parts.systemTime, changed })
  const { clock } = time
  const storage = createStorage({
    db,
    clock,
    log,
    ballast: parts.ballast,
    say: (message, about) => reporter.event('storage-failed', message, about),
    healed() {
      reporter.repeatState()
      changed()
    },
  })
  const putOff = createPutOff(parts.clock, db)
  const health =
    parts.health &&
    createHealth({
      ...parts.health,
      db,
      log,
      clock: parts.clock,
      told: time.told,
      where: configuration,
      attempt: (run) => storage.attempt('lookups', run, 1),
    })
  let wake = (): void => {}
  const saying = createReporter(db, clock, log, configuration, () => wake(), storage.attempt, putOff.run)
  const overheard = parts.technician?.overhear(saying) ?? saying
  const reporter = health?.overhear(overheard) ?? overheard

  let cached: Knowledge | undefined
  const knowledge = (): Knowledge => {
    if (cached) return cached
    cached = readKnowledge(db, identity, parts.systemTimeZone)
    time.documents(cached)
    return cached
  }
  return {
    time,
    clock,
    storage,
    putOff,
    reporter,
    whenQueued(next) {
      wake = next
    },
    health,
    knowledge,
    forgetKnowledge() {
      cached = undefined
    },
    keyring: () => keyringAt(knowledge().keyring, Math.max(clock.now(), knowledge().keyring.issuedAtMs)),
    stop() {
      putOff.stop()
      storage.stop()
      time.stop()
    },
  }
}
