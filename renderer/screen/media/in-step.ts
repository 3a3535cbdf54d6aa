import type { PlaySlot } from '../driver-state.ts'
import type { Filling } from './filling.ts'
import { type FleetMs, putRight, runInStep } from './synced-film.ts'

/** What a picture takes from being raised to being lit: one and a half frames of the display. */
export const litMs = 25
/** A clock that has jumped since is not waited for. */
const mostWaitMs = 700

/** A filling that is raised when the fleet's clock says so; a film runs by then, and is led by its rate from then on. */
export function inStep(filling: Filling, slot: PlaySlot, fleetMs: FleetMs, film?: HTMLVideoElement): Filling {
  const disposed = new AbortController()
  const { signal } = disposed
  return {
    begin: (raise) => {
      const begin = async () => {
        if (film) await putRight(film, slot, fleetMs, signal)
        if (film) void runInStep(film, slot, fleetMs, signal)
        await untilFleet(slot.showAtMs - litMs, fleetMs, signal)
        if (!signal.aborted) filling.begin(raise)
      }
      void begin()
    },
    dispose: () => {
      disposed.abort()
      if (film) film.playbackRate = 1 // elements are used again
      filling.dispose()
    },
  }
}

/** Looked at again as it comes nearer: the clock may be put right meanwhile. */
async function untilFleet(ms: number, fleetMs: FleetMs, signal: AbortSignal): Promise<void> {
  const giveUpMs = performance.now() + mostWaitMs
  while (!signal.aborted) {
    const nowMs = performance.now()
    const restMs = Math.min(ms - (fleetMs(nowMs) ?? ms), giveUpMs - nowMs)
    if (restMs < 0.5) return
    await new Promise((resolve) => setTimeout(resolve, restMs > 60 ? restMs - 30 : restMs))
  }
}

/** A clock that says that it has yet to be shown by more has gone back since. */
const mostAheadMs = 100

/**
 * When what is raised now was to begin to be drawn, by `performance.now()`: a function of the fleet's clock alone, so that what
 * comes late lies as far back as it should. Undefined where nobody knows the time, or where it lies ahead.
 */
export function sinceFleet(showAtMs: number, fleetMs: FleetMs, nowMs: number): number | undefined {
  const nowFleetMs = fleetMs(nowMs)
  if (nowFleetMs === undefined) return undefined
  const aheadMs = showAtMs - litMs - nowFleetMs
  return aheadMs < mostAheadMs ? nowMs + aheadMs : undefined
}
