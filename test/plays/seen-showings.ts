import type { PlayRecord } from '../../shared/plays/record.ts'
import type { Sample } from '../oracle/grab.ts'

/** A showing as the grabbed display had it: which item, from which sample through which, in milliseconds since 1970. */
export type SeenShowing = { readonly item: number; readonly fromMs: number; readonly throughMs: number }

/** Samples put together to showings; a dark display, or a film that begins again, parts two of the same item. */
export function createSeenShowings(epochMs: number) {
  const showings: SeenShowing[] = []
  let frame = -1
  let isOpen = false
  return {
    showings: (): readonly SeenShowing[] => showings,
    take({ atMs, seen }: Sample): void {
      if (seen.kind === 'black') isOpen = false
      if (seen.kind !== 'frame') return
      const last = showings.at(-1)
      const at = epochMs + atMs
      const goesOn = isOpen && last?.item === seen.item && seen.frame >= frame
      frame = seen.frame
      isOpen = true
      if (goesOn && last) showings[showings.length - 1] = { ...last, throughMs: at }
      else showings.push({ item: seen.item, fromMs: at, throughMs: at })
    },
  }
}

/** What the records say against what was seen; times in milliseconds, positive: the record is later or longer. */
export type Comparison = {
  /** Seen and not recorded, or recorded and not seen. */
  readonly differences: readonly string[]
  readonly startsOffMs: readonly number[]
  readonly durationsOffMs: readonly number[]
}

/** Half of the shortest item: further away is another showing of the same item. */
const nearMs = 500

/** At this distance from the end of a power supply it is a matter of luck which of the two came first. */
const luckMs = 150

/**
 * Pairs each showing with the record of its item that began nearest to it. `endsMs`: when the player was ended; what began within a blink of that may be on
 * one side only. Durations are compared where the next showing followed and the record is complete.
 */
export function compareShowings(
  seen: readonly SeenShowing[],
  records: readonly PlayRecord[],
  itemOf: (record: PlayRecord) => number,
  endsMs: readonly number[],
): Comparison {
  const differences: string[] = []
  const startsOffMs: number[] = []
  const durationsOffMs: number[] = []
  const isLuck = (atMs: number) => endsMs.some((end) => Math.abs(end - atMs) < luckMs)
  const open = new Set(records)
  for (const [index, showing] of seen.entries()) {
    const offOf = (record: PlayRecord) => Date.parse(record.startedAt) - showing.fromMs
    const record = [...open]
      .filter((one) => itemOf(one) === showing.item && Math.abs(offOf(one)) < nearMs)
      .sort((one, other) => Math.abs(offOf(one)) - Math.abs(offOf(other)))[0]
    if (!record) {
      if (!isLuck(showing.fromMs))
        differences.push(`item ${showing.item}, seen as number ${index + 1}, is not recorded there`)
      continue
    }
    open.delete(record)
    startsOffMs.push(offOf(record))
    const next = seen[index + 1]
    const isCut = endsMs.some((end) => end > showing.fromMs && end < (next?.fromMs ?? 0))
    if (next && !isCut && record.outcome === 'complete') durationsOffMs.push(record.ms - (next.fromMs - showing.fromMs))
  }
  for (const record of open)
    if (!isLuck(Date.parse(record.startedAt)))
      differences.push(`record ${record.seq} of item ${itemOf(record)} was not seen`)
  return { differences, startsOffMs, durationsOffMs }
}
