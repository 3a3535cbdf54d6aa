import { nextSlot } from '../../shared/clock/sync-loop.ts'
import type { Programme } from '../../shared/screen/programme.ts'
import type { DriverState, On, Play, PlaySlot, Step } from './driver-state.ts'

/** What an item needs to be made ready when nothing waits for it: so much later it is to be shown. An alert is a photo. */
const readyInMs = { photo: 150, film: 500 }
/** A clock that differs by more is another clock: what was to come next is chosen anew. */
const otherClockMs = 100
/** So much before its time an item is handed to the stage, which raises it to the millisecond: films begin out of sight. */
export const enterAheadMs = 350

/** What is next where walls keep in step; undefined where they do not, or nothing of the common loop is here. */
export function chooseInStep(
  state: DriverState,
  open: Programme,
  nowMs: number,
): { showing: Play['showing']; slot: PlaySlot } | undefined {
  const { fleetAheadMs, on } = state
  if (!open.synced || fleetAheadMs === undefined) return undefined
  const showings = new Map(open.lanes.flatMap((lane) => lane.showings.map((showing) => [showing.key, showing])))
  const { synced } = open
  const from = (readyMs: number) =>
    nextSlot(synced, fromMs(on, nowMs + readyMs, fleetAheadMs), (key) => showings.has(key))
  const soonest = from(readyInMs.photo)
  const isPhoto = soonest && showings.get(soonest.slot.key)?.mediaType.startsWith('image/')
  const found = isPhoto ? soonest : from(readyInMs.film)
  const showing = found && showings.get(found.slot.key)
  if (!found || !showing) return undefined
  const { startMs, endMs, fadeMs } = found.slot
  return { showing, slot: { beginsMs: startMs - fadeMs, showAtMs: found.showAtMs, endMs, fadeMs } }
}

/** From when on the wall is free, by the fleet's clock, but no sooner than this. What has to leave does not keep it. */
function fromMs(on: On | undefined, soonestPageMs: number, fleetAheadMs: number): number {
  const soonestMs = soonestPageMs + fleetAheadMs
  const stays = on && (on.fate === 'playing' || on.fate === 'complete') && on.wantsNextSinceMs === undefined
  if (!stays) return soonestMs
  const endMs = on.play.slot?.endMs ?? (on.endsAtMs === undefined ? soonestMs : on.endsAtMs + fleetAheadMs)
  return Math.max(endMs, soonestMs)
}

/** A film that is over before its time, or before the next item's, keeps its last picture on the wall. */
export function staysInStep(state: DriverState, nowMs: number): boolean {
  const nextMs = state.next && showsAtMs(state, state.next.play)
  const endMs = state.on?.play.slot && state.on.endsAtMs
  return nowMs < (nextMs ?? endMs ?? Number.NEGATIVE_INFINITY)
}

/** Whether a film that was made ready for one place in time will do for another. */
export const isSameSlot = (one: PlaySlot | undefined, other: PlaySlot | undefined): boolean =>
  one === other ||
  (one?.beginsMs === other?.beginsMs && one?.showAtMs === other?.showAtMs && one?.endMs === other?.endMs)

/** When a play is handed to the stage, by the page's clock; undefined if it follows no common clock. */
export function showsAtMs({ fleetAheadMs }: DriverState, { slot }: Play): number | undefined {
  return slot && fleetAheadMs !== undefined ? slot.showAtMs - fleetAheadMs - enterAheadMs : undefined
}

/** When its time is over, by the page's clock. */
export function endOfSlotMs({ fleetAheadMs }: DriverState, { slot }: Play): number | undefined {
  return slot && fleetAheadMs !== undefined ? slot.endMs - fleetAheadMs : undefined
}

/** Nothing is on, and what is ready waits for its time. */
export const waitsUntilMs = (state: DriverState): number | undefined =>
  !state.on && state.next?.stage === 'ready' ? showsAtMs(state, state.next.play) : undefined

/** Another word on the fleet's clock. What was chosen by none, or by quite another one, is chosen anew. */
export function takeClock(state: DriverState, fleetAheadMs: number | undefined): Step {
  const { next, programme } = state
  const before = state.fleetAheadMs
  const isOther =
    before === undefined || fleetAheadMs === undefined
      ? before !== fleetAheadMs
      : Math.abs(before - fleetAheadMs) > otherClockMs
  const told = { ...state, fleetAheadMs }
  if (!isOther || !programme?.synced || !next || next.stage === 'entering') return { state: told, effects: [] }
  return { state: { ...told, next: undefined }, effects: [{ kind: 'discard', play: next.play.id }] }
}
