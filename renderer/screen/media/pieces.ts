import type { FilmFile } from './film-file.ts'
import { fragmentBaseTicks, makeFragment } from './fragment.ts'
import { type Extent, type PlacedFrame, placeFrames, ticksPerSecond } from './frame-order.ts'
import type { Ending, Piece } from './remux-wire.ts'

/** Small enough that the first frame comes soon and a film of any length passes through little memory. */
const pieceTicks = ticksPerSecond / 2
const pieceBytes = 4 * 1024 ** 2
/** No film is started again that often within one showing, unless its length is a mistake. */
const mostRounds = 100_000

/** A film as pieces to append, one after the other: from its start again until the showing's length is reached. */
export async function* piecesOf(film: FilmFile, seconds: number | undefined): AsyncGenerator<Piece, Ending> {
  const limit = seconds === undefined ? undefined : Math.round(seconds * ticksPerSecond)
  let done = 0
  for (let round = 0; round < mostRounds; round++) {
    const rest = limit === undefined ? undefined : limit - done
    const extent = yield* roundOf(film, done, rest)
    if (!extent || extent.end <= 0) throw new Error('the film shows no frame')
    refuseBrokenOff(film, extent, rest)
    const lastShownAt = done + extent.lastShownAt
    done += extent.end
    if (limit === undefined || done >= limit) {
      return { endSeconds: done / ticksPerSecond, lastFrameSeconds: lastShownAt / ticksPerSecond }
    }
  }
  throw new Error('the film is too short for its showing')
}

/** A file that was cut off still has a header that tells how long it was; what there is of it has been shown by then. */
function refuseBrokenOff(film: FilmFile, extent: Extent, limit: number | undefined): void {
  const told = film.facts.seconds
  if (told === undefined) return
  const expected = Math.min(told, (limit ?? Number.POSITIVE_INFINITY) / ticksPerSecond)
  const seconds = extent.end / ticksPerSecond
  if (seconds < expected * 0.9 - 0.5)
    throw new Error(`it breaks off after ${seconds.toFixed(1)} of ${told.toFixed(1)} s`)
}

async function* roundOf(
  film: FilmFile,
  from: number,
  limit: number | undefined,
): AsyncGenerator<Piece, Extent | undefined> {
  const frames = placeFrames(film.frames(), limit)
  let gathered: PlacedFrame[] = []
  let gatheredBytes = 0
  let sequence = 0
  const pack = (): Piece => {
    sequence += 1
    const fragment = makeFragment(sequence, gathered)
    const piece = toPiece(sequence === 1 ? film.init : undefined, fragment, gathered, from)
    gathered = []
    gatheredBytes = 0
    return piece
  }
  while (true) {
    const next = await frames.next()
    if (next.done) {
      if (gathered.length > 0) yield pack()
      return next.value
    }
    gathered.push(next.value)
    gatheredBytes += next.value.data.byteLength
    // Frames hidden by an edit list do not count: without one to show, the element would show the last of them.
    const span = next.value.decodedAt - Math.max(0, gathered[0]?.decodedAt ?? 0)
    if (span >= pieceTicks || gatheredBytes >= pieceBytes) yield pack()
  }
}

function toPiece(
  init: Uint8Array | undefined,
  fragment: Uint8Array<ArrayBuffer>,
  frames: readonly PlacedFrame[],
  from: number,
): Piece {
  const keys = frames.filter((frame) => frame.isKey)
  const longest = frames.reduce((most, frame) => Math.max(most, frame.duration), 0)
  return {
    bytes: init ? joined(init, fragment) : fragment.buffer,
    offsetSeconds: (from - fragmentBaseTicks) / ticksPerSecond,
    keySeconds: keys.map((frame) => (from + frame.shownAt) / ticksPerSecond),
    longestFrameSeconds: longest / ticksPerSecond,
  }
}

function joined(one: Uint8Array, other: Uint8Array): ArrayBuffer {
  const bytes = new Uint8Array(one.byteLength + other.byteLength)
  bytes.set(one)
  bytes.set(other, one.byteLength)
  return bytes.buffer
}
