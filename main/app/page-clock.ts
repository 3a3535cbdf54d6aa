import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'
import type { Clock } from './ports.ts'
import type { TrustedTime } from './trusted-time.ts'

/** Tells the page how far the fleet's clock is ahead of its own, and reads the page's times by the trusted one. */
export type PageClock = {
  heard(message: FromScreen): void
  /**
   * A time of the page by the trusted clock, in milliseconds since 1970: walls in step write down the same times, and a page
   * that began in 1970 makes no plays of 1970.
   */
  dated(pageMs: number): number
  /** The same by this process's monotonic clock; undefined before the page has said anything. */
  monotonicOf(pageMs: number): number | undefined
}

/** Less than this apart, the page's own times do where a wall keeps in step with nobody: two readings of one clock differ by as much. */
const nearMs = 3
/** What the quickest of some messages takes at the most; the first ones come while the browser is still busy with itself. */
const latencyMs = { first: 500, later: 25 }
const fewBeats = 5

/** So many answers are remembered: the one that came quickest is believed. */
const mostAnswers = 120
/** A page that has just begun is asked so many times in a row: its first answers are slow. */
const asksAtFirst = 10

/**
 * The page and this process read the same monotonic clock from other beginnings, so their difference stays as it is while the
 * page lives. Messages take their time on the way and never arrive before they are sent: the greatest difference is right. It is
 * exact where it may be the system's own: a page takes over the system's time when it begins, so only one that was set since
 * differs by more than a message takes. `clock` is the system's.
 */
export function createPageClock(
  clock: Clock,
  time: Pick<TrustedTime, 'told'>,
  inStep: () => boolean,
  send: (message: ToScreen) => void,
): PageClock {
  let differences: number[] = []
  let told = false
  const pageNowMs = () => clock.monotonicMs() + Math.max(...differences)
  /** How far the page's clock is ahead of the monotonic one. */
  const aheadMs = (): number => {
    const heardMs = Math.max(...differences)
    const systemMs = clock.now() - clock.monotonicMs()
    const tookMs = systemMs - heardMs
    const mostMs = differences.length < fewBeats ? latencyMs.first : latencyMs.later
    return tookMs > -nearMs && tookMs < mostMs ? systemMs : heardMs
  }
  return {
    heard(message) {
      if (message.kind !== 'hello' && message.kind !== 'beat' && message.kind !== 'clock-read') return
      if (message.kind === 'hello') differences = []
      differences = [...differences, message.at - clock.monotonicMs()].slice(-mostAnswers)
      if (!inStep() && !told) return
      if (message.kind === 'clock-read' && differences.length > asksAtFirst) return
      told = inStep()
      const { trust, wallMs } = time.told()
      send({ kind: 'clock', aheadMs: told && trust !== 'unknown' ? wallMs - pageNowMs() : null })
    },
    dated(pageMs) {
      if (differences.length === 0) return pageMs
      const shiftMs = Math.round(time.told().wallMs - clock.monotonicMs() - aheadMs())
      return Math.abs(shiftMs) < nearMs && !inStep() ? pageMs : pageMs + shiftMs
    },
    monotonicOf: (pageMs) => (differences.length === 0 ? undefined : pageMs - aheadMs()),
  }
}
