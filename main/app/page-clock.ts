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
}

/** Less than this apart, the page's own times do where a wall keeps in step with nobody. */
const nearMs = 1_000

/** So many answers are remembered: the one that came quickest is believed. */
const mostAnswers = 120
/** A page that has just begun is asked so many times in a row: its first answers are slow. */
const asksAtFirst = 10

/**
 * The page and this process read the same monotonic clock from other beginnings, so their difference stays as it is while the
 * page lives. Messages take their time on the way and never arrive before they are sent: the greatest difference is right.
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
      const shiftMs = Math.round(time.told().wallMs - pageNowMs())
      return Math.abs(shiftMs) < nearMs && !inStep() ? pageMs : pageMs + shiftMs
    },
  }
}
