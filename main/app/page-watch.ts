import type { Clock, Undo } from './ports.ts'

/** A page that has drawn nothing for this long hangs: it sends a beat once a second, each after a drawn picture. */
const silenceMs = 8_000
/** How long a page that is loaded may take to its first beat; a slow disk or a busy machine takes some. */
const beginsMs = 30_000
/** A film may have frames that stand long, but none of this length: the page itself gives up a film that stalls far sooner. */
const frozenMs = 60_000

/** Watches that pictures go on coming, from the start on. */
export type PageWatch = {
  /** A beat came; `filmFrames`: how many frames of films were ever presented, while a film is on. False: they stand still. */
  beat(filmFrames: number | undefined): boolean
  /** A page begins: it has longer to its first beat. */
  begins(): void
  /** The page that begins was loaded long ago and stood by: it has no longer than any. */
  takesOver(): void
  stop: Undo
}

/** `hangs` is called with a sentence after each silence. */
export function watchPage(clock: Clock, hangs: (sentence: string) => void): PageWatch {
  let cancel: Undo = () => {}
  let frames: { readonly count: number; readonly sinceMs: number } | undefined
  const arm = (ms: number) => {
    cancel()
    cancel = clock.after(ms, () => {
      hangs(`it has drawn nothing for ${ms / 1000} s`)
      arm(silenceMs) // what is loaded for that begins anew
    })
  }
  arm(beginsMs)
  return {
    beat(filmFrames) {
      const nowMs = clock.monotonicMs()
      if (filmFrames === undefined) frames = undefined
      else if (frames?.count !== filmFrames) frames = { count: filmFrames, sinceMs: nowMs }
      if (frames && nowMs - frames.sinceMs > frozenMs) return false
      arm(silenceMs)
      return true
    },
    begins() {
      frames = undefined
      arm(beginsMs)
    },
    takesOver: () => arm(silenceMs),
    stop: () => cancel(),
  }
}
