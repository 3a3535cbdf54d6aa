/** Ticks a second on a film's timeline; divisible by the usual frame rates, and the time scale of the init segments. */
export const ticksPerSecond = 57_600

/** One coded frame as the file has it, in the order in which it is decoded. */
export type CodedFrame = {
  readonly data: Uint8Array
  readonly isKey: boolean
  /** When it is shown, in seconds; a frame that ends at 0 or earlier is hidden by the file's edit list. */
  readonly atSeconds: number
  readonly seconds: number
}

/** One coded frame placed on a timeline, in ticks from the film's first shown frame. Hidden frames are before it. */
export type PlacedFrame = {
  readonly data: Uint8Array
  readonly isKey: boolean
  readonly shownAt: number
  readonly decodedAt: number
  /** Until the next frame is decoded. */
  readonly duration: number
}

/** What a film came to. */
export type Extent = {
  /** The end of the last shown frame, and its beginning, in ticks. */
  readonly end: number
  readonly lastShownAt: number
}

type Timed = { readonly frame: CodedFrame; shownAt: number }

/** No codec shows a frame more than 16 places away from where it is decoded (H.264, A.3.1: MaxDpbFrames). */
const reorderDepth = 20
/** A rest of this length at the end is filled by the last frame; starting the film again for it would be a flash. */
const heldRest = ticksPerSecond / 2

/**
 * Places a film's frames so that the first one shown is at 0, and ends it at `limitTicks` exactly, if that is sooner.
 *
 * What is coded but hidden by an edit list lies before 0: a seek to 0 decodes it and shows nothing of it. Decode times are the sorted times of showing, as ISO/IEC 14496-12 leaves them free, without a jump that Media Source
 * Extensions would take for a gap. Returns undefined in the end when no frame is shown at all.
 */
export async function* placeFrames(
  frames: AsyncIterable<CodedFrame>,
  limitTicks: number | undefined,
): AsyncGenerator<PlacedFrame, Extent | undefined> {
  const limit = limitTicks ?? Number.POSITIVE_INFINITY
  const waiting: Timed[] = []
  const times: number[] = []
  let extent: Extent | undefined
  let last: Timed | undefined
  let lastDecodedAt = Number.NEGATIVE_INFINITY
  const take = (timed: Timed) => {
    waiting.push(timed)
    insert(times, timed.shownAt)
    extent = extend(extent, timed, limit)
  }
  const place = (): PlacedFrame | undefined => {
    const timed = last
    last = waiting.shift()
    const decodedAt = lastDecodedAt
    if (last) lastDecodedAt = Math.max(times.shift() ?? 0, decodedAt + 1)
    if (!timed) return undefined
    const end = last ? lastDecodedAt : Math.max(extent?.end ?? 0, decodedAt + 1)
    const { data, isKey } = timed.frame
    return { data, isKey, shownAt: timed.shownAt, decodedAt, duration: end - decodedAt }
  }
  for await (const group of withinLimit(fromFirstShown(frames), limit)) {
    for (const timed of group) take(timed)
    while (waiting.length > reorderDepth) {
      const placed = place()
      if (placed) yield placed
    }
  }
  if (limit !== Number.POSITIVE_INFINITY) extent = fillRest(extent, limit)
  while (waiting.length > 0 || last) {
    const placed = place()
    if (placed) yield placed
  }
  return extent
}

/** Counts time from the first frame that is shown; what an edit list hides comes before it. */
async function* fromFirstShown(frames: AsyncIterable<CodedFrame>): AsyncGenerator<Timed[]> {
  let held: CodedFrame[] | undefined = []
  let sinceShown = 0
  let origin = 0
  let keyAtSeconds: number | undefined
  const timed = (frame: CodedFrame): Timed => ({ frame, shownAt: toTicks(frame.atSeconds - origin) })
  for await (const frame of frames) {
    if (frame.isKey) keyAtSeconds ??= frame.atSeconds
    // Frames before the first key frame, and those shown before it, lean on pictures that the file does not have.
    if (keyAtSeconds === undefined || frame.atSeconds < keyAtSeconds) continue
    if (!held) {
      yield [timed(frame)]
      continue
    }
    held.push(frame)
    if (isShown(frame) || sinceShown > 0) sinceShown += 1
    if (sinceShown <= reorderDepth) continue
    origin = originOf(held)
    yield held.map(timed)
    held = undefined
  }
  if (!held || sinceShown === 0) return
  origin = originOf(held)
  yield held.map(timed)
}

/**
 * Ends at the limit. Where frames are stored in another order than shown, the last ones before the limit may lean on one
 * beyond it: they are left out with it, and the frame before them stands until the limit.
 */
async function* withinLimit(groups: AsyncIterable<Timed[]>, limit: number): AsyncGenerator<Timed[]> {
  for await (const group of groups) {
    const beyond = group.findIndex((timed) => timed.shownAt >= limit)
    if (beyond < 0) yield group
    else return yield group.slice(0, beyond)
  }
}

function extend(extent: Extent | undefined, timed: Timed, limit: number): Extent | undefined {
  if (!isShown(timed.frame)) return extent
  const end = Math.min(limit, timed.shownAt + Math.max(1, toTicks(timed.frame.seconds)))
  return {
    end: Math.max(extent?.end ?? 0, end),
    lastShownAt: Math.max(extent?.lastShownAt ?? 0, timed.shownAt),
  }
}

function fillRest(extent: Extent | undefined, limit: number): Extent | undefined {
  return extent && limit - extent.end <= heldRest ? { ...extent, end: limit } : extent
}

function insert(sorted: number[], value: number): void {
  const at = sorted.findLastIndex((one) => one <= value)
  sorted.splice(at + 1, 0, value)
}

const roundingSeconds = 0.001
const isShown = (frame: CodedFrame) => frame.atSeconds + frame.seconds > roundingSeconds

const originOf = (frames: readonly CodedFrame[]) =>
  frames.filter(isShown).reduce((least, frame) => Math.min(least, frame.atSeconds), Number.POSITIVE_INFINITY)

const toTicks = (seconds: number) => Math.round(seconds * ticksPerSecond)
