import type { Sample } from './grab.ts'

/** What is known of an item beforehand: a film's frames and rate, or how long a photo was asked to stay. */
export type ExpectedItem =
  | { readonly kind: 'film'; readonly item: number; readonly frames: number; readonly rate: number }
  | { readonly kind: 'photo'; readonly item: number; readonly seconds: number }

/** Samples that show neither what was to end nor what was to begin, by what they show instead. */
export type Foreign = {
  readonly black: number
  readonly unknown: number
  /** A frame of an item that is neither the old nor the new one, or of one of the two out of its turn. */
  readonly otherItem: number
  /** A frame of the right item that belongs later, such as the last frame of its play before. */
  readonly outOfOrder: number
}

/** One change from an item to the next as it was on the display. */
export type Cut = {
  readonly from: number
  readonly to: number
  /** When the new item was first seen, on the samples' clock. */
  readonly atMs: number
  /** How much longer than one frame (a photo: than its seconds) the last picture of the old item stood. Never negative. */
  readonly gapMs: number
  /** How much later the new item runs than if it had been spliced on; negative: earlier. Exact to a part of a sample. */
  readonly lateMs: number
  /** Frames never seen among the last five of the old item and the first five of the new. */
  readonly framesLost: number
  /** Foreign samples in all the time that is nearer to this cut than to another. */
  readonly foreign: Foreign
  /** False if the grab itself paused near the cut for longer than a frame may stand: then the figures mean nothing. */
  readonly judged: boolean
}

/** All cuts of a recording, and the frames that were never seen away from any cut: the machine's own share. */
export type Measured = { readonly cuts: readonly Cut[]; readonly framesLostElsewhere: number }

const edgeFrames = 5
const windowMs = 200
const settleMs = 100
const aftermathMs = 500
const trendFrames = 15

type Shot = { readonly atMs: number; readonly frame: number }
type Play = { readonly item: number; readonly shots: Shot[]; readonly strays: Stray[] }
type Stray = { readonly atMs: number; readonly why: keyof Foreign }

/**
 * Finds the cuts in a recording of the display and measures each one.
 *
 * The items next to each other in the loop must differ. Foreign samples are counted wherever they are, at the nearer
 * cut. The first half of the first play is left out, and so is a cut after which the recording ends within half a second.
 */
export function measureCuts(samples: readonly Sample[], expected: readonly ExpectedItem[]): Measured {
  const known = new Map(expected.map((item) => [item.item, item]))
  const plays = findPlays(samples, known).map(withoutOutOfOrder)
  const cuts: Cut[] = []
  for (let at = 1; at < plays.length; at++) {
    const [old, next] = [plays[at - 1], plays[at]]
    const [oldItem, nextItem] = [old && known.get(old.item), next && known.get(next.item)]
    if (old && next && oldItem && nextItem) cuts.push(measureCut(samples, { old, next, oldItem, nextItem }))
  }
  if ((samples.at(-1)?.atMs ?? 0) - (plays.at(-1)?.shots[0]?.atMs ?? 0) < aftermathMs) cuts.pop()
  const inner = plays.slice(1, -1)
  const lost = inner.map((play) => lostElsewhere(play, known.get(play.item)))
  return { cuts, framesLostElsewhere: lost.reduce((sum, count) => sum + count, 0) }
}

/** Cuts the recording into plays: a new one begins where, for the next tenth of a second, most samples are its item's. */
function findPlays(samples: readonly Sample[], known: ReadonlyMap<number, ExpectedItem>): Play[] {
  const plays: Play[] = []
  for (const [at, sample] of samples.entries()) {
    const { seen, atMs } = sample
    let play = plays.at(-1)
    const item = seen.kind === 'frame' && known.has(seen.item) ? seen.item : undefined
    if (item !== undefined && item !== play?.item && settles(samples, at, item)) {
      play = { item, shots: [], strays: [] }
      plays.push(play)
    }
    if (seen.kind === 'frame' && item === play?.item) play?.shots.push({ atMs, frame: seen.frame })
    else play?.strays.push({ atMs, why: seen.kind === 'frame' ? 'otherItem' : seen.kind })
  }
  return plays
}

function settles(samples: readonly Sample[], from: number, item: number): boolean {
  const start = samples[from]?.atMs ?? 0
  let [own, all] = [0, 0]
  for (let at = from; at < samples.length; at++) {
    const sample = samples[at]
    if (sample === undefined || sample.atMs > start + settleMs) break
    all++
    if (sample.seen.kind === 'frame' && sample.seen.item === item) own++
  }
  return own * 2 > all
}

/** A shot whose frame number is greater than a later one's is out of order, and moves to the strays. */
function withoutOutOfOrder(play: Play): Play {
  let lowestLater = Number.POSITIVE_INFINITY
  const shots: Shot[] = []
  const strays = [...play.strays]
  for (const shot of play.shots.toReversed()) {
    if (shot.frame > lowestLater) strays.push({ atMs: shot.atMs, why: 'outOfOrder' })
    else shots.push(shot)
    lowestLater = Math.min(lowestLater, shot.frame)
  }
  return { item: play.item, shots: shots.toReversed(), strays }
}

type Sides = {
  readonly old: Play
  readonly next: Play
  readonly oldItem: ExpectedItem
  readonly nextItem: ExpectedItem
}

function measureCut(samples: readonly Sample[], sides: Sides): Cut {
  const { old, next, oldItem, nextItem } = sides
  const atMs = next.shots[0]?.atMs ?? 0
  const lastFrame = old.shots.at(-1)?.frame
  const lastFrameAtMs = old.shots.find((shot) => shot.frame === lastFrame)?.atMs ?? 0
  return {
    from: old.item,
    to: next.item,
    atMs,
    gapMs: Math.max(0, atMs - lastFrameAtMs - pictureMs(oldItem)),
    lateMs: startOf(next, nextItem, 'first') - startOf(old, oldItem, 'last') - wholeMs(oldItem),
    framesLost: lostAtEnd(old, oldItem) + lostAtStart(next, nextItem),
    foreign: countForeign(sides),
    judged: wasWatched(samples, atMs),
  }
}

/** Strays of the old play after its middle, and those of the new one before its middle. */
function countForeign({ old, next }: Sides): Foreign {
  const after = old.strays.filter((stray) => stray.atMs >= middleOf(old))
  const before = next.strays.filter((stray) => stray.atMs < middleOf(next))
  const count = (why: keyof Foreign) => [...after, ...before].filter((stray) => stray.why === why).length
  return {
    black: count('black'),
    unknown: count('unknown'),
    otherItem: count('otherItem'),
    outOfOrder: count('outOfOrder'),
  }
}

function middleOf(play: Play): number {
  return ((play.shots[0]?.atMs ?? 0) + (play.shots.at(-1)?.atMs ?? 0)) / 2
}

function lostAtEnd(play: Play, item: ExpectedItem): number {
  return item.kind === 'film' ? unseen(play, item.frames - edgeFrames, item.frames) : 0
}

function lostAtStart(play: Play, item: ExpectedItem): number {
  return item.kind === 'film' ? unseen(play, 0, edgeFrames) : 0
}

function lostElsewhere(play: Play, item: ExpectedItem | undefined): number {
  return item?.kind === 'film' ? unseen(play, edgeFrames, item.frames - edgeFrames) : 0
}

function unseen(play: Play, from: number, until: number): number {
  const seen = new Set(play.shots.map((shot) => shot.frame).filter((frame) => frame >= from && frame < until))
  return until - from - seen.size
}

/** When frame 0 was due, judged by the first showings of the frames at one end of the play: their median. */
function startOf(play: Play, item: ExpectedItem, end: 'first' | 'last'): number {
  if (item.kind === 'photo') return play.shots[0]?.atMs ?? 0
  const firsts = play.shots.filter((shot, at) => shot.frame !== play.shots[at - 1]?.frame)
  const near = end === 'first' ? firsts.slice(0, trendFrames) : firsts.slice(-trendFrames)
  return percentile(
    near.map((shot) => shot.atMs - shot.frame * pictureMs(item)),
    0.5,
  )
}

function wasWatched(samples: readonly Sample[], atMs: number): boolean {
  const near = samples.filter((sample) => Math.abs(sample.atMs - atMs) <= windowMs)
  return near.every((sample, at) => sample.atMs - (near[at - 1]?.atMs ?? sample.atMs) < 25)
}

/** How long the last picture of an item is due to stand. */
function pictureMs(item: ExpectedItem): number {
  return item.kind === 'film' ? 1000 / item.rate : item.seconds * 1000
}

function wholeMs(item: ExpectedItem): number {
  return item.kind === 'film' ? (item.frames * 1000) / item.rate : item.seconds * 1000
}

/** The nearest-rank percentile (0 to 1) of the values; 0 for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
