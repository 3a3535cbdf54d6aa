import type { FilmAddress, FilmFacts } from './film-file.ts'

/** Page to worker. `film` names an open film; what was closed is no longer answered. */
export type ToRemux =
  | (FilmAddress & {
      readonly kind: 'open'
      readonly film: number
      /** The showing's length; undefined: the film once, whole. */
      readonly seconds: number | undefined
    })
  | { readonly kind: 'read'; readonly film: number }
  | { readonly kind: 'close'; readonly film: number }

/** A part of a film to append. Times are in seconds from the showing's first frame. */
export type Piece = {
  readonly bytes: ArrayBuffer
  /** To be set before it is appended, less the showing's own place on the timeline. */
  readonly offsetSeconds: number
  /** Key frames in it: where the buffer may be cut. */
  readonly keySeconds: readonly number[]
  readonly longestFrameSeconds: number
}

/** How long a showing really is. */
export type Ending = { readonly endSeconds: number; readonly lastFrameSeconds: number }

/** Worker to page: an answer to each `open` and `read`. */
export type FromRemux =
  | { readonly kind: 'opened'; readonly film: number; readonly facts: FilmFacts }
  | { readonly kind: 'piece'; readonly film: number; readonly piece: Piece }
  | { readonly kind: 'end'; readonly film: number; readonly ending: Ending }
  | { readonly kind: 'failed'; readonly film: number; readonly message: string }
