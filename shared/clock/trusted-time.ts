import type { ClockLine } from './offset-filter.ts'

/** How well the time is known. The contract's words, in `state` and in play records. */
export type ClockTrust = 'trusted' | 'holdover' | 'unknown'
/** What a time rests on: the fleet's time server, the system's synchronized clock, what was saved before a restart, or a signed document's date. */
export const clockSources = ['fleet', 'system', 'saved', 'document', 'none'] as const
export type ClockSource = (typeof clockSources)[number]

/** A time that a trusted source vouched for, and the monotonic instant it belongs to; milliseconds. */
export type Anchor = {
  readonly source: 'fleet' | 'system' | 'saved'
  readonly wallMs: number
  readonly monotonicMs: number
  /** How much faster true time runs than the monotonic clock (1e-6 is 1 ppm); 0 when nobody knows. */
  readonly driftRate: number
}

type Floor = { readonly wallMs: number; readonly monotonicMs: number }

/** What is known of the time. */
export type TimeKnowledge = {
  readonly anchor: Anchor | undefined
  /** The newest signed document was issued then, and that was learnt at this monotonic instant: it cannot be earlier. */
  readonly floor: Floor | undefined
  /** The same of trust and site documents alone: a publisher whose clock is wrong takes nobody's time away. */
  readonly operatorsFloor: Floor | undefined
}

export const nothingKnown: TimeKnowledge = { anchor: undefined, floor: undefined, operatorsFloor: undefined }

/** What a look at the system's clock gave. */
export type SystemReading = { readonly wallMs: number; readonly monotonicMs: number; readonly synchronized: boolean }

/** The time at an instant, how far it can be believed, and since when nobody has confirmed it. */
export type Told = {
  readonly wallMs: number
  readonly trust: ClockTrust
  readonly source: ClockSource
  /** Seconds since the source last confirmed it; null if none ever has. */
  readonly ageSeconds: number | null
}

/** Without a word from its source for this long, a time is held over. Three missed looks. */
export const freshMs = 120_000
/** A server's own clock and a publisher's differ by this much without anybody being wrong. */
const toleranceMs = 5 * 60_000

/**
 * The fleet's answers are signed, the system's word is not: they go before it, and a system clock that says it is synchronized
 * but stands before what operators have signed is not believed.
 */
export function withSystem(time: TimeKnowledge, reading: SystemReading): TimeKnowledge {
  const { anchor, operatorsFloor } = time
  if (!reading.synchronized) return time
  if (anchor?.source === 'fleet' && isFresh(anchor, reading.monotonicMs)) return time
  if (operatorsFloor && reading.wallMs < operatorsFloor.wallMs - toleranceMs) return time
  const { wallMs, monotonicMs } = reading
  return { ...time, anchor: { source: 'system', wallMs, monotonicMs, driftRate: 0 } }
}

/** What the offset filter has found. */
export const withFleet = (time: TimeKnowledge, anchor: Omit<Anchor, 'source'>): TimeKnowledge => ({
  ...time,
  anchor: { ...anchor, source: 'fleet' },
})

/** A line of the offset filter, as an anchor. */
export const anchorOf = (line: ClockLine): Omit<Anchor, 'source'> => ({
  wallMs: line.atMs + line.aheadMs,
  monotonicMs: line.atMs,
  driftRate: line.driftRate,
})

/** What `state` says of the time. The age is in whole minutes, so that it does not change the state all the time. */
export const clockReport = ({ trust, source, ageSeconds }: Told) => ({
  clock: trust,
  clockSource: source,
  clockAgeSeconds: ageSeconds === null ? null : trust === 'trusted' ? 0 : Math.floor(ageSeconds / 60) * 60,
})

/** Signed documents were issued at these times, in milliseconds since 1970. */
export const withDocuments = (
  time: TimeKnowledge,
  issuedAt: { readonly anyMs: number; readonly operatorsMs: number },
  monotonicMs: number,
): TimeKnowledge => ({
  ...time,
  floor: raised(time.floor, issuedAt.anyMs, monotonicMs),
  operatorsFloor: raised(time.operatorsFloor, issuedAt.operatorsMs, monotonicMs),
})

const raised = (floor: Floor | undefined, wallMs: number, monotonicMs: number): Floor =>
  floor && floorAt(floor, monotonicMs) >= wallMs ? floor : { wallMs, monotonicMs }

/** What was written down before a restart. */
export type SavedTime = {
  readonly wallMs: number
  /** Which run of the machine it was, and milliseconds since that began. */
  readonly boot: string
  readonly bootMs: number
}
/** What the machine says of itself after it. `keepsTime`: its clock goes on, on a battery, while it is off. */
export type Machine = { readonly boot: string | undefined; readonly bootMs: number; readonly keepsTime: boolean }

/** A clock on a battery is wrong by less than this, or it has been set by hand. */
const longestOffMs = 5 * 365 * 86_400_000

/**
 * After a restart the time is held over if the machine has run on since it was trusted, or if a clock on a battery has kept
 * it; one that has lost its battery shows a time before the last one that was trusted, and is not believed.
 */
export function withSaved(
  time: TimeKnowledge,
  saved: SavedTime,
  machine: Machine,
  system: { readonly wallMs: number; readonly monotonicMs: number },
): TimeKnowledge {
  const sinceMs =
    saved.boot === machine.boot ? machine.bootMs - saved.bootMs : machine.keepsTime ? system.wallMs - saved.wallMs : -1
  if (time.anchor || sinceMs < 0 || sinceMs > longestOffMs) return time
  const { wallMs } = saved
  return {
    ...time,
    anchor: { source: 'saved', wallMs, monotonicMs: system.monotonicMs - sinceMs, driftRate: 0 },
  }
}

/**
 * What time it is: by the last source that was trusted and the monotonic clock since; if there never was one, by the system's
 * clock, but never before the newest signed document.
 */
export function timeAt({ anchor, floor }: TimeKnowledge, system: { wallMs: number; monotonicMs: number }): Told {
  const { monotonicMs } = system
  if (anchor) {
    const elapsedMs = monotonicMs - anchor.monotonicMs
    const trust = isFresh(anchor, monotonicMs) ? 'trusted' : 'holdover'
    const wallMs = anchor.wallMs + elapsedMs * (1 + anchor.driftRate)
    return { wallMs, trust, source: anchor.source, ageSeconds: Math.max(0, elapsedMs) / 1000 }
  }
  const floorMs = floor ? floorAt(floor, monotonicMs) : Number.NEGATIVE_INFINITY
  const isFloor = floorMs > system.wallMs
  return {
    wallMs: Math.max(system.wallMs, floorMs),
    trust: 'unknown',
    source: isFloor ? 'document' : 'none',
    ageSeconds: null,
  }
}

const isFresh = (anchor: Anchor, monotonicMs: number): boolean =>
  anchor.source !== 'saved' && monotonicMs - anchor.monotonicMs <= freshMs

const floorAt = (floor: Floor, monotonicMs: number): number =>
  floor.wallMs + Math.max(0, monotonicMs - floor.monotonicMs)
