import type { PlayRecord } from '../../shared/plays/record.ts'
import type { Sample } from '../oracle/grab.ts'

/**
 * A showing as the grabbed display had it; times in milliseconds since 1970. It began after `beforeMs`, the last look that
 * showed something else, and at `fromMs` at the latest; it ended after `throughMs` and before `untilMs`.
 */
export type SeenShowing = {
  readonly item: number
  readonly beforeMs: number
  readonly fromMs: number
  readonly throughMs: number
  readonly untilMs: number
  /** How many different frames were seen. */
  readonly frames: number
  /** Looks right before it that showed no item: dark ones, and others. */
  readonly after: { readonly black: number; readonly other: number }
}

/** A picture that is no clip's for longer than a swap takes parts two showings, as darkness does. */
const foreignMs = 60

/** Samples put together to showings; a dark display, or a film that begins again, parts two of the same item. */
export function createSeenShowings(epochMs: number) {
  const showings: SeenShowing[] = []
  let frame = -1
  let isOpen = false
  let lastMs = 0
  let foreign = { black: 0, other: 0 }
  const change = (by: Partial<SeenShowing>) => {
    const last = showings.at(-1)
    if (last) showings[showings.length - 1] = { ...last, ...by }
  }
  /** The first look that shows something else ends it. */
  const close = (at: number) => {
    if (isOpen) change({ untilMs: at })
    isOpen = false
  }
  return {
    showings: (): readonly SeenShowing[] => showings,
    take({ atMs, seen }: Sample): void {
      const at = epochMs + atMs
      const last = showings.at(-1)
      if (seen.kind === 'black') {
        foreign = { ...foreign, black: foreign.black + 1 }
        close(at)
      }
      if (seen.kind === 'unknown') {
        foreign = { ...foreign, other: foreign.other + 1 }
        if (at - (last?.throughMs ?? 0) > foreignMs) close(at)
      }
      if (seen.kind === 'frame') {
        const goesOn = isOpen && last?.item === seen.item && seen.frame >= frame
        if (goesOn && last) change({ throughMs: at, frames: last.frames + (seen.frame > frame ? 1 : 0) })
        else {
          close(at)
          const { item } = seen
          showings.push({ item, beforeMs: lastMs, fromMs: at, throughMs: at, untilMs: at, frames: 1, after: foreign })
        }
        foreign = { black: 0, other: 0 }
        isOpen = true
        frame = seen.frame
      }
      lastMs = at
    },
  }
}

/** How far a record is from what was seen, in milliseconds: positive is later or longer. `lookMs`: what the looks cannot tell. */
export type Off = { readonly item: number; readonly offMs: number; readonly lookMs: number; readonly how: string }

/** What the records say against what was seen. */
export type Comparison = {
  /** Seen and not recorded, or recorded and not seen, or recorded without frames. */
  readonly differences: readonly string[]
  /** As many that began right when the player or its page ended, and are no differences for that. */
  readonly excused: number
  readonly starts: readonly Off[]
  readonly durations: readonly Off[]
  /** Frames recorded as presented, less those that were seen. */
  readonly frames: readonly {
    readonly item: number
    readonly off: number
    readonly dropped: number
    readonly how: string
  }[]
}

/** Less than half of the shortest item: further away is another showing of the same item. */
const nearMs = 280

/** At this distance from the end of a player it is a matter of luck which of the two came first. */
const luckMs = 150

/** Looks further apart than this were not looks: the grab itself stood still. */
const blindMs = 50

const middle = (one: number, other: number): number => (one + other) / 2

/**
 * Pairs each showing with the record of its item that began nearest to it. `endsMs`: when the player or its page was ended;
 * what began within a blink of that may be on one side only.
 */
export function compareShowings(
  seen: readonly SeenShowing[],
  records: readonly PlayRecord[],
  itemOf: (record: PlayRecord) => number,
  isFilm: (item: number) => boolean,
  endsMs: readonly number[],
): Comparison {
  const differences: string[] = []
  let excused = 0
  const starts: Off[] = []
  const durations: Off[] = []
  const frames: Comparison['frames'][number][] = []
  const isLuck = (atMs: number) => endsMs.some((end) => Math.abs(end - atMs) < luckMs)
  const open = new Set(records)
  for (const [index, showing] of seen.entries()) {
    const { item, beforeMs, fromMs, throughMs, untilMs } = showing
    const beganMs = middle(beforeMs, fromMs)
    const offOf = (record: PlayRecord) => Date.parse(record.startedAt) - beganMs
    const record = [...open]
      .filter((one) => itemOf(one) === item && Math.abs(offOf(one)) < nearMs)
      .sort((one, other) => Math.abs(offOf(one)) - Math.abs(offOf(other)))[0]
    if (!record) {
      if (isLuck(fromMs)) excused += 1
      else
        differences.push(
          `item ${item}, seen as number ${index + 1} after ${showing.after.black} black looks and ${showing.after.other} of no item, is not recorded there`,
        )
      continue
    }
    open.delete(record)
    const how = record.outcome === 'interrupted' && record.ms === 0 ? 'end not seen' : record.outcome
    if (fromMs - beforeMs < blindMs) starts.push({ item, offMs: offOf(record), lookMs: (fromMs - beforeMs) / 2, how })
    if (how === 'end not seen' || index === seen.length - 1) continue
    const lookMs = (fromMs - beforeMs + untilMs - throughMs) / 2
    if (lookMs < blindMs)
      durations.push({ item, offMs: record.ms - (middle(throughMs, untilMs) - beganMs), lookMs, how })
    if (isFilm(item))
      frames.push({ item, off: record.presentedFrames - showing.frames, dropped: record.droppedFrames, how })
  }
  for (const record of open)
    if (isLuck(Date.parse(record.startedAt))) excused += 1
    else differences.push(`record ${record.seq} of item ${itemOf(record)} was not seen`)
  return { differences, excused, starts, durations, frames }
}
