import type { FaultKind } from '../left-out.ts'

/** What is in a deck: one photo, one film, or a run of films on one media timeline. */
export type Filling = {
  /** Lets time run. `raise` brings the deck to the front and is called once, when the first frame can be seen at once. */
  begin(raise: () => void): void
  /** Ends it and gives back everything it held; the deck's elements are as new. */
  dispose(): void
}

/** What a filling reports about its plays. */
export type FillingListener = {
  /**
   * The first frame is on the wall. `lengthMs` is undefined while the end is not known. `frameMs` is the time of the page's frame
   * that brings it, on the clock of performance.now(); now, unless told. `isDrawn`: false for a photo that has its time though the
   * page draws nothing; a film has its frames to show for it.
   */
  presented(play: number, lengthMs: number | undefined, endIsTimed: boolean, frameMs?: number, isDrawn?: boolean): void
  /** The last frame is on the wall and has had its time, but for what a swap takes. */
  over(play: number): void
  failed(play: number, fault: MediaFault, certain: boolean): void
  /** The film stands still: it was nudged, or has to be opened anew at this place. What helps neither way, fails. */
  stalled(play: number, rung: 'nudge' | 'rebuild', place: FilmPlace): void
}

/** How far a showing has come, and where that is in its film, which may be shorter and begin again; both in seconds. */
export type FilmPlace = {
  readonly shownSeconds: number
  readonly filmSeconds: number
  /** It is opened anew because it stood still. */
  readonly isRebuilt?: boolean
}

export const filmStart: FilmPlace = { shownSeconds: 0, filmSeconds: 0 }

/** A film that no rung has helped. */
export const stoodStill = (): MediaFault => new MediaFault('stalled', 'it stands still, nudged and opened anew')

/** A picture that cannot be shown, and why, for an operator to read. */
export class MediaFault extends Error {
  readonly kind: FaultKind

  constructor(kind: FaultKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** What was thrown, as a fault. */
export function faultOf(thrown: unknown): MediaFault {
  if (thrown instanceof MediaFault) return thrown
  return new MediaFault('failed', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}
