/** What a live stream's playlist said when it was read (RFC 8216, section 4.3.3). */
export type PlaylistSeen = {
  readonly live: boolean
  /** Media sequence number of the newest segment. */
  readonly endSequence: number
  readonly targetSeconds: number
}

/** A stream as its playlists tell of it: the newest, and when a segment was last added, in milliseconds. */
export type LiveState = PlaylistSeen & { readonly grewAtMs: number }

/** A network of caches may hand out the playlist before the newest one. */
const staleBySegments = 1

/**
 * Takes in a playlist; a text instead says, for an operator, why the stream cannot go on: it ended, or its numbers went back,
 * which only those of another stream do.
 */
export function seePlaylist(before: LiveState | undefined, seen: PlaylistSeen, nowMs: number): LiveState | string {
  if (!seen.live) return 'the stream has ended'
  if (!before || seen.endSequence > before.endSequence) return { ...seen, grewAtMs: nowMs }
  if (seen.endSequence < before.endSequence - staleBySegments) return 'the stream was replaced by another one'
  return before
}

/**
 * Whether a stream has stood still for longer than what is loaded of it lasts: three segments, at which streams are joined,
 * and a little.
 */
export function standsStill(state: LiveState, nowMs: number): boolean {
  return nowMs - state.grewAtMs > 3 * state.targetSeconds * 1000 + 1_500
}
