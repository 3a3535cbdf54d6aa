import { askEveryMs } from '../../shared/clock/clock-message.ts'
import {
  aheadAt,
  type ClockLine,
  clockLine,
  type Exchange,
  emptyFilter,
  withExchange,
} from '../../shared/clock/offset-filter.ts'

/** How long messages take: `even` 0 to 80 ms either way; `lopsided` 0 to 80 ms there and 0 to 10 ms back; `bursts` mostly quick, with queues of up to 80 ms. */
export const jitters = ['even', 'lopsided', 'bursts'] as const
export type Jitter = (typeof jitters)[number]

export type Simulation = {
  readonly hours: number
  readonly seed: number
  readonly jitter: Jitter
  /** Called now and then with the simulated hours that are over. */
  readonly progress?: (hours: number) => void
}

/** Errors of the offset at instants between two exchanges, in milliseconds. */
export type Errors = { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number; readonly count: number }
/** The filter, what simpler ones make of the same exchanges, and what the filter's line is worth when no more answers come. */
export type Found = Record<Method, Errors>
type Method = 'plazacast' | 'lastSample' | 'mean' | 'shortestRound' | 'minuteAlone' | 'hourAlone'

/** How long a player is left without answers before its clock is looked at once more; about that long. */
const aloneMs = { minuteAlone: 60_000, hourAlone: 3_600_000 }

/** The filter has seen half of its window; before that it knows less. */
const settlesMs = 30 * 60_000
const driftRate = 200e-6
/** A machine is warmer by day: the drift goes up and down by 3 ppm. */
const dayRate = 3e-6
const dayMs = 86_400_000

/** A player with a bad crystal asks the fleet's time server over a bad network; the errors of each method. */
export function simulateClock({ hours, seed, jitter, progress }: Simulation): Found {
  const random = mulberry32(seed)
  const delays = delaysOf(jitter, random)
  const errors: Record<Method, number[]> = {
    plazacast: [],
    lastSample: [],
    mean: [],
    shortestRound: [],
    minuteAlone: [],
    hourAlone: [],
  }
  let left: { line: ClockLine; dueMs: number; method: Method }[] = []
  let filter = emptyFilter
  let [monotonicMs, fleetMs] = [0, 1e9]
  const go = (ms: number) => {
    fleetMs += ms * (1 + driftRate + dayRate * Math.sin((monotonicMs / dayMs) * 2 * Math.PI))
    monotonicMs += ms
  }
  for (let round = 0; monotonicMs < hours * 3_600_000; round++) {
    const sentMs = monotonicMs
    go(0.5 + delays.there())
    const heardMs = fleetMs
    go(0.2)
    const answeredMs = fleetMs
    go(0.5 + delays.back())
    filter = withExchange(filter, { sentMs, heardMs, answeredMs, backMs: monotonicMs })
    const line = round % 7 === 0 && monotonicMs > settlesMs ? clockLine(filter) : undefined
    const laterMs = random() * askEveryMs
    go(laterMs)
    const truth = fleetMs - monotonicMs
    for (const { line: old, dueMs, method } of left)
      if (dueMs <= monotonicMs) errors[method].push(Math.abs(aheadAt(old, monotonicMs) - truth))
    left = left.filter(({ dueMs }) => dueMs > monotonicMs)
    if (line) {
      left.push({ line, dueMs: monotonicMs + aloneMs.minuteAlone, method: 'minuteAlone' })
      left.push({ line, dueMs: monotonicMs + aloneMs.hourAlone, method: 'hourAlone' })
      const recent = filter.exchanges.slice(-8)
      errors.plazacast.push(Math.abs(aheadAt(line, monotonicMs) - truth))
      errors.lastSample.push(Math.abs(middleOf(recent.slice(-1)) - truth))
      errors.mean.push(Math.abs(middleOf(recent) - truth))
      errors.shortestRound.push(Math.abs(middleOf([recent.reduce(shorter)]) - truth))
    }
    go(askEveryMs - laterMs)
    if (round % 45_000 === 0) progress?.(monotonicMs / 3_600_000)
  }
  return {
    plazacast: figures(errors.plazacast),
    lastSample: figures(errors.lastSample),
    mean: figures(errors.mean),
    shortestRound: figures(errors.shortestRound),
    minuteAlone: figures(errors.minuteAlone),
    hourAlone: figures(errors.hourAlone),
  }
}

/** How RFC 5905 reads one exchange: both ways took equally long. */
const middleOf = (exchanges: readonly Exchange[]): number =>
  exchanges.reduce((sum, one) => sum + (one.heardMs - one.sentMs + one.answeredMs - one.backMs) / 2, 0) /
  exchanges.length

const roundOf = (one: Exchange): number => one.backMs - one.sentMs - (one.answeredMs - one.heardMs)
const shorter = (a: Exchange, b: Exchange): Exchange => (roundOf(a) < roundOf(b) ? a : b)

function delaysOf(jitter: Jitter, random: () => number): { there: () => number; back: () => number } {
  const even = () => random() * 80
  if (jitter === 'even') return { there: even, back: even }
  if (jitter === 'lopsided') return { there: even, back: () => random() * 10 }
  const queue = () => Math.min(80, -Math.log(1 - random()) * 8) + (random() < 0.2 ? random() * 60 : 0)
  return { there: () => Math.min(80, queue()), back: even }
}

function figures(errors: number[]): Errors {
  const sorted = Float64Array.from(errors).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), count: sorted.length }
}

/** A small generator whose numbers are the same on every machine (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
