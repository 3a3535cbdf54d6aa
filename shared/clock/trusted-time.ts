/** How well the time is known. The contract's words, in `state` and in play records. */
export type ClockTrust = 'trusted' | 'holdover' | 'unknown'
/** What a time rests on: the fleet's time server, the system's synchronized clock, or a signed document's date. */
export type ClockSource = 'fleet' | 'system' | 'document' | 'none'

/** A time that a trusted source vouched for, and the monotonic instant it belongs to; milliseconds. */
export type Anchor = {
  readonly source: 'fleet' | 'system'
  readonly wallMs: number
  readonly monotonicMs: number
  /** How much faster true time runs than the monotonic clock (1e-6 is 1 ppm); 0 when nobody knows. */
  readonly driftRate: number
}

/** What is known of the time. */
export type TimeKnowledge = {
  readonly anchor: Anchor | undefined
  /** The newest signed document was issued then, and that was learnt at this monotonic instant: it cannot be earlier. */
  readonly floor: { readonly wallMs: number; readonly monotonicMs: number } | undefined
}

export const nothingKnown: TimeKnowledge = { anchor: undefined, floor: undefined }

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
  const { anchor, floor } = time
  if (!reading.synchronized) return time
  if (anchor?.source === 'fleet' && isFresh(anchor, reading.monotonicMs)) return time
  if (floor && reading.wallMs < floor.wallMs - toleranceMs) return time
  const { wallMs, monotonicMs } = reading
  return { ...time, anchor: { source: 'system', wallMs, monotonicMs, driftRate: 0 } }
}

/** What the offset filter has found. */
export const withFleet = (time: TimeKnowledge, anchor: Omit<Anchor, 'source'>): TimeKnowledge => ({
  ...time,
  anchor: { ...anchor, source: 'fleet' },
})

/** A signed document was issued at this time. */
export function withDocument(time: TimeKnowledge, issuedAtMs: number, monotonicMs: number): TimeKnowledge {
  const { floor } = time
  if (floor && floorAt(floor, monotonicMs) >= issuedAtMs) return time
  return { ...time, floor: { wallMs: issuedAtMs, monotonicMs } }
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

const isFresh = (anchor: Anchor, monotonicMs: number): boolean => monotonicMs - anchor.monotonicMs <= freshMs

const floorAt = (floor: { wallMs: number; monotonicMs: number }, monotonicMs: number): number =>
  floor.wallMs + Math.max(0, monotonicMs - floor.monotonicMs)
