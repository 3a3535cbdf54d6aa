import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'
import type { Clock } from './ports.ts'
import type { TrustedTime } from './trusted-time.ts'

/** Tells the page how far the fleet's clock is ahead of its own. */
export type PageClock = { heard(message: FromScreen): void }

/** So many beats are remembered: the one that came quickest is believed. */
const mostBeats = 60

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
  return {
    heard(message) {
      if (message.kind !== 'hello' && message.kind !== 'beat') return
      if (message.kind === 'hello') differences = []
      const monotonicMs = clock.monotonicMs()
      differences = [...differences, message.at - monotonicMs].slice(-mostBeats)
      if (!inStep() && !told) return
      told = inStep()
      const { trust, wallMs } = time.told()
      const pageMs = monotonicMs + Math.max(...differences)
      send({ kind: 'clock', aheadMs: told && trust !== 'unknown' ? wallMs - pageMs : null })
    },
  }
}
