import type { MediaFault } from './filling.ts'

/** What went wrong while a film was being made ready: `promise` rejects with it. Nobody need listen once the film is on. */
export function firstFailure(): { readonly promise: Promise<never>; readonly tell: (fault: MediaFault) => void } {
  let tell: (fault: MediaFault) => void = () => {}
  const promise = new Promise<never>((_, reject) => {
    tell = reject
  })
  promise.catch(() => {}) // once the first frame is there, failures go to the listener
  return { promise, tell }
}
