import type { Clock, Undo } from './ports.ts'

/** A page that has said nothing for this long hangs: it speaks once a second. */
const silenceMs = 15_000

/**
 * Watches that the page goes on speaking, from its first word on. `spoke` is to be called with each word; `hangs` is called
 * after each silence.
 */
export function watchPage(clock: Clock, hangs: (silenceMs: number) => void): { spoke(): void; stop: Undo } {
  let cancel: Undo = () => {}
  const arm = () => {
    cancel()
    cancel = clock.after(silenceMs, () => {
      hangs(silenceMs)
      arm()
    })
  }
  return { spoke: arm, stop: () => cancel() }
}
