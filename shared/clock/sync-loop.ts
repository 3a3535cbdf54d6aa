import type { AssetName } from '../asset-name.ts'
import type { Lane, ShowingKey } from '../screen/programme.ts'
import { nextShowing, type Position, startPosition, withShowingBegun } from '../screen/rotation.ts'
import type { SyncLoop } from './synced-slots.ts'

/** One turn of an item, in milliseconds of the fleet's clock. `fadeMs` before `startMs` it begins to be seen. */
export type SyncSlot = {
  readonly key: ShowingKey | undefined
  readonly startMs: number
  readonly endMs: number
  readonly fadeMs: number
}

/** A film whose length nobody has declared gets this long. */
const unknownSeconds = 10
const mostSlots = 2_000
/** Where playlists have limits nothing comes round by itself: the loop begins anew after about this long. */
const limitedLoopMs = 3_600_000
const pauseMs = 1_000

/** Lays the loop out: turns by weight until all have come round. Undefined when there is nothing to show. */
export function syncLoopOf(
  lanes: readonly Lane[],
  secondsOf: (film: AssetName) => number | undefined,
): SyncLoop | undefined {
  const programme = { id: '', lanes: [...lanes], slateReason: null }
  const isLimited = lanes.some(({ limits }) => limits)
  const turns: { key: ShowingKey | undefined; ms: number; fadeMs: number }[] = []
  let at: Position = startPosition
  let ms = 0
  const first = nextShowing(programme, at, isLimited ? 0 : undefined)
  if (!first) return undefined
  while (turns.length < mostSlots && !(isLimited && ms >= limitedLoopMs)) {
    const found = nextShowing(programme, at, isLimited ? ms : undefined)
    if (!found) turns.push({ key: undefined, ms: pauseMs, fadeMs: 0 })
    else {
      const { showing } = found
      at = isLimited ? withShowingBegun(programme, found.after, showing.key, ms) : found.after
      const seconds = showing.seconds ?? secondsOf(showing.asset) ?? unknownSeconds
      const fadeMs = showing.transition.kind === 'fade' ? showing.transition.ms : 0
      turns.push({ key: showing.key, ms: Math.max(1, Math.round(seconds * 1000)), fadeMs })
    }
    ms += turns.at(-1)?.ms ?? 0
    if (!isLimited && hasComeRound(lanes, at)) break
  }
  const keys = [...new Set(turns.flatMap(({ key }) => (key === undefined ? [] : [key])))]
  const index = new Map(keys.map((key, place) => [key, place]))
  return {
    keys,
    slots: turns.map(({ key, ms: length, fadeMs }, place): [number, number, number] => {
      const before = turns.at(place - 1)?.ms ?? 0
      return [key === undefined ? -1 : (index.get(key) ?? -1), length, Math.min(fadeMs, Math.floor(before / 2))]
    }),
  }
}

/** Every lane is at its first item again, and owes nobody a turn. */
const hasComeRound = (lanes: readonly Lane[], at: Position): boolean =>
  lanes.every(({ key, showings }) => {
    const turn = at.turns[key]
    return at.next[key] === showings[0]?.item && (lanes.length === 1 || (turn?.count === 0 && !turn.due))
  })

/** The slot of an instant of the fleet's clock. */
export function slotAt(loop: SyncLoop, fleetMs: number): SyncSlot {
  const lengthMs = loop.slots.reduce((sum, [, ms]) => sum + ms, 0)
  let startMs = fleetMs - (((fleetMs % lengthMs) + lengthMs) % lengthMs)
  for (const [key, ms, fadeMs] of loop.slots) {
    if (fleetMs < startMs + ms)
      return { key: loop.keys[key] as ShowingKey | undefined, startMs, endMs: startMs + ms, fadeMs }
    startMs += ms
  }
  return slotAt(loop, startMs) // the remainder was a hair short of the sum
}

/** Less than this of an item is not begun. */
const leastMs = 800

/**
 * What a wall shows from an instant on, and when it appears: the rest of the slot that it lies in, or the next slot whose item
 * is here. A slot whose item is missing on this wall is waited through, so that the wall is in step again after it. Undefined
 * if nothing of the loop is here.
 */
export function nextSlot(
  loop: SyncLoop,
  fromMs: number,
  isHere: (key: ShowingKey) => boolean,
): { readonly slot: SyncSlot & { readonly key: ShowingKey }; readonly showAtMs: number } | undefined {
  let slot = slotAt(loop, fromMs)
  for (let looked = 0; looked <= loop.slots.length; looked++) {
    const { key, startMs, endMs, fadeMs } = slot
    const inTime = startMs >= fromMs || endMs - fromMs >= Math.min(leastMs, (endMs - startMs) / 2)
    if (key !== undefined && inTime && isHere(key)) {
      return { slot: { ...slot, key }, showAtMs: startMs >= fromMs ? startMs - fadeMs : fromMs }
    }
    slot = slotAt(loop, endMs)
  }
  return undefined
}
