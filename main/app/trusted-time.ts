import { z } from 'zod'
import {
  type Anchor,
  type Machine,
  nothingKnown,
  type SavedTime,
  type Told,
  timeAt,
  withDocuments,
  withFleet,
  withSaved,
  withSystem,
} from '../../shared/clock/trusted-time.ts'
import type { WriteDb } from '../sqlite/open.ts'
import { findSetting, putSetting } from '../sqlite/settings.ts'
import type { Knowledge } from './knowledge.ts'
import type { Clock, Undo } from './ports.ts'

/** What the system says of its clock. */
export type SystemTime = {
  /** Whether NTP or PTP kept it right at the start. */
  readonly synchronizedAtStart: boolean
  readonly isSynchronized: () => Promise<boolean>
  readonly machine: () => Machine
}

export type TrustedTimeOptions = {
  readonly db: WriteDb
  /** The system's clocks. */
  readonly clock: Clock
  /** Undefined: whoever gave the clock vouches for it. */
  readonly system: SystemTime | undefined
  /** How far the time can be believed has changed, or it has jumped. */
  readonly changed: () => void
}

/** The time that schedules run on. */
export type TrustedTime = {
  /** `now` never steps with the system's clock once the time was trusted. */
  readonly clock: Clock
  readonly told: () => Told
  /** The offset filter's newest word. */
  fleet(anchor: Omit<Anchor, 'source'>): void
  /** The newest documents that are believed. */
  documents(knowledge: Knowledge): void
  stop: Undo
}

const lookEveryMs = 30_000
const saveEveryMs = 5 * 60_000
const settingName = 'trusted-time'
/** What differs by more than this is a jump, and the schedule is looked at again. */
const jumpMs = 1_000

/** Keeps what is known of the time, and writes it down for the next start. */
export function createTrustedTime({ db, clock, system, changed }: TrustedTimeOptions): TrustedTime {
  if (!system) return vouchedFor(clock)
  const reading = () => ({ wallMs: clock.now(), monotonicMs: clock.monotonicMs() })
  const saved = savedTime(db)
  let known = saved ? withSaved(nothingKnown, saved, system.machine(), reading()) : nothingKnown
  known = withSystem(known, { ...reading(), synchronized: system.synchronizedAtStart })
  let savedAtMs = Number.NEGATIVE_INFINITY
  let stopped = false
  let cancelLook: Undo = () => {}
  const told = (): Told => timeAt(known, reading())

  function learn(next: typeof known): void {
    const before = told()
    known = next
    const after = told()
    save(after)
    if (before.trust !== after.trust || Math.abs(before.wallMs - after.wallMs) > jumpMs) changed()
  }

  function save({ trust, wallMs }: Told): void {
    const monotonicMs = clock.monotonicMs()
    if (trust !== 'trusted' || monotonicMs - savedAtMs < saveEveryMs) return
    savedAtMs = monotonicMs
    const { boot = '', bootMs } = system?.machine() ?? { bootMs: 0 }
    putSetting(db, settingName, JSON.stringify({ wallMs, boot, bootMs } satisfies SavedTime))
  }

  async function look(isSynchronized: () => Promise<boolean>): Promise<void> {
    const before = told().trust
    const synchronized = await isSynchronized()
    if (stopped) return
    learn(withSystem(known, { ...reading(), synchronized }))
    if (told().trust !== before) changed()
  }

  let trustSaid = told().trust
  const turn = () => {
    cancelLook = clock.after(lookEveryMs, () => {
      void look(system.isSynchronized).finally(() => {
        if (stopped) return
        if (told().trust !== trustSaid) changed() // it has become old by itself
        trustSaid = told().trust
        turn()
      })
    })
  }
  turn()
  save(told())

  return {
    clock: { ...clock, now: () => Math.floor(told().wallMs) },
    told,
    fleet: (anchor) => learn(withFleet(known, anchor)),
    documents(knowledge) {
      known = withDocuments(known, issuedAtOf(knowledge), clock.monotonicMs())
    },
    stop() {
      stopped = true
      cancelLook()
    },
  }
}

const vouchedFor = (clock: Clock): TrustedTime => ({
  clock,
  told: () => ({ wallMs: clock.now(), trust: 'trusted', source: 'system', ageSeconds: 0 }),
  fleet: () => {},
  documents: () => {},
  stop: () => {},
})

function issuedAtOf({ keyring, site, newest }: Knowledge): { anyMs: number; operatorsMs: number } {
  const operatorsMs = Math.max(keyring.issuedAtMs, site ? Date.parse(site.issuedAt) : 0)
  return { operatorsMs, anyMs: Math.max(operatorsMs, ...newest.map(({ playlist }) => Date.parse(playlist.issuedAt))) }
}

const savedSchema = z.object({ wallMs: z.number(), boot: z.string().min(1), bootMs: z.number() })

function savedTime(db: WriteDb): SavedTime | undefined {
  try {
    return savedSchema.safeParse(JSON.parse(findSetting(db, settingName) ?? 'null')).data
  } catch {
    return undefined // garbage in the table: the time is learnt anew
  }
}
