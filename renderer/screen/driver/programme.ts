import { lanesOf, type Programme, type Showing } from '../../../shared/screen/programme.ts'
import { carryOver, cutInAt, type Position, resumedAt, startPosition } from '../../../shared/screen/rotation.ts'
import type { ToScreen } from '../../../shared/screen/wire.ts'
import { isSameSlot } from '../driver-in-step.ts'
import { type DriverState, type Effect, type Play, type Step, unchanged } from '../driver-state.ts'
import { keepOnly } from '../left-out.ts'
import { choose } from './choose.ts'
import { leave, leaveWithinMs } from './leave.ts'

type ProgrammeMessage = Extract<ToScreen, { kind: 'programme' }>

/** Another loop: what may no longer be on leaves, and what was ready stays if it is still wanted. */
export function takeProgramme(before: DriverState, message: ProgrammeMessage, nowMs: number): Step {
  const { programme } = message
  const allowed = allowedBy(message)
  const reason = programme.lanes.length > 0 ? before.slateReason : undefined
  const state: DriverState = {
    ...before,
    programme,
    slateReason: reason,
    at:
      message.cutIn === null
        ? positionIn(before, message, nowMs)
        : cutInAt(programme, positionIn(before, message, nowMs), message.cutIn),
    leftOut: keepOnly(before.leftOut, programme),
    emptySinceMs: before.programme ? before.emptySinceMs : nowMs,
  }
  const isAllowed = (play: Play) => allowed.has(play.showing.key)
  const fading: Effect[] = state.previous && !isAllowed(state.previous) ? [{ kind: 'finish-fade' }] : []
  const kept = keepNext(state, before.programme, isAllowed, nowMs)
  const on = kept.state.on
  const left =
    on && !isAllowed(on.play)
      ? leave(kept.state, on, 'interrupted', nowMs + leaveWithinMs, nowMs)
      : unchanged(kept.state)
  return { state: left.state, effects: [...fading, ...kept.effects, ...left.effects] }
}

/** What may be on from now on. Only its own first item may go on when a lane cuts in. */
function allowedBy({ programme, mayFinish, cutIn }: ProgrammeMessage): ReadonlySet<string> {
  const first = programme.lanes.find(({ key }) => key === cutIn)?.showings[0]
  return new Set(first ? [first.key] : [...keysOf(programme), ...mayFinish])
}

function positionIn(state: DriverState, message: ProgrammeMessage, nowMs: number): Position {
  const untouched = !state.on && !state.previous
  if (untouched && message.resume) return resumedAt(message.resume, nowMs)
  return state.programme ? carryOver(state.programme, message.programme, state.at) : startPosition
}

/** What has been made ready stays if the new loop would choose it too; what is just coming on stays if it is allowed. */
function keepNext(
  state: DriverState,
  before: Programme | undefined,
  isAllowed: (play: Play) => boolean,
  nowMs: number,
): Step {
  const { next, programme } = state
  if (!next || !programme || !before) return unchanged(state)
  if (next.stage === 'entering' && isAllowed(next.play)) {
    const after = carryOver(before, programme, next.play.after)
    return unchanged({ ...state, next: { ...next, play: { ...next.play, after } } })
  }
  const chosen = choose(state, programme, nowMs)
  if (chosen && isSame(chosen.showing, next.play.showing) && isSameSlot(chosen.slot, next.play.slot)) {
    return unchanged({ ...state, next: { ...next, play: { ...next.play, ...chosen } } })
  }
  return { state: { ...state, next: undefined }, effects: [{ kind: 'discard', play: next.play.id }] }
}

function keysOf(programme: Programme): Set<string> {
  return new Set(lanesOf(programme).flatMap((lane) => lane.showings.map((showing) => showing.key)))
}

/** Both have been read by the same schema, which fixes the order of the fields. */
function isSame(one: Showing, other: Showing): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
