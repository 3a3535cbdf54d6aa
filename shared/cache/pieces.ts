/** Files are checked in pieces of this size as they are read: small enough to hold in memory, whole. */
export const pieceBytes = 1024 * 1024

/** One read that falls within a piece: hand out `from` to `until` (bytes within the piece) of piece `index`. */
export type PieceSlice = { readonly index: number; readonly from: number; readonly until: number }

/** The pieces that a range of bytes touches, in order; none for an empty range. */
export function* slicesOf(start: number, endExclusive: number): Generator<PieceSlice> {
  if (start >= endExclusive) return
  for (let index = Math.floor(start / pieceBytes); index * pieceBytes < endExclusive; index++) {
    const offset = index * pieceBytes
    yield { index, from: Math.max(start - offset, 0), until: Math.min(endExclusive - offset, pieceBytes) }
  }
}
