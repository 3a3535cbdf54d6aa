import { type Position, withShowingBegun } from '../../../shared/screen/rotation.ts'
import type { FromScreen } from '../../../shared/screen/wire.ts'
import { endOfSlotMs } from '../driver-in-step.ts'
import {
  type DriverEvent,
  type DriverState,
  type Effect,
  type Next,
  type On,
  type Play,
  type Step,
  unchanged,
} from '../driver-state.ts'
import { forgive } from '../left-out.ts'
import { plan } from './choose.ts'

/** What comes next is ready to be shown, or follows by itself. */
export function prepared(
  state: DriverState,
  event: Extract<DriverEvent, { kind: 'prepared' }>,
  nowMs: number,
): DriverState {
  const { next } = state
  if (next?.play.id !== event.play || next.stage !== 'preparing') return state
  return { ...state, next: { ...next, stage: event.joined ? 'joined' : 'ready', sinceMs: nowMs } }
}

type Presented = Extract<DriverEvent, { kind: 'presented' }>

/** What comes next is on the wall; or what is on, after it was opened anew. */
export function presented(state: DriverState, event: Presented, nowMs: number): Step {
  const { on, next } = state
  if (on?.play.id === event.play) return unchanged({ ...state, on: { ...on, ...endOf(state, on.play, event) } })
  if (next?.play.id !== event.play) return unchanged(state)
  const atMs = event.atMs ?? nowMs
  const complete = on && (on.fate === 'playing' || on.fate === 'complete')
  const { programme } = state
  const begun = (at: Position): Position =>
    programme ? withShowingBegun(programme, at, next.play.showing.key, nowMs) : at
  const now: On = {
    play: next.play,
    startedAtMs: atMs,
    ...endOf(state, next.play, event),
    fate: 'playing',
    wantsNextSinceMs: undefined,
    clearAtMs: undefined,
  }
  const shown: DriverState = {
    ...state,
    at: begun(next.play.after),
    on: now,
    next: undefined,
    previous: on?.play,
    slateReason: undefined,
    leftOut: complete ? forgive(state.leftOut, on.play.showing.asset) : state.leftOut,
  }
  const planned = state.programme ? plan(shown, state.programme, nowMs) : unchanged(shown)
  return {
    state: planned.state,
    effects: [
      ...(on ? [endedEffect(on, atMs)] : []),
      { kind: 'tell', message: shownMessage(now, begun(next.play.before), planned.state.next, event.isDrawn) },
      ...planned.effects,
    ],
  }
}

/** When a play ends, and who says so; one that was opened anew says it once more. */
const endOf = (state: DriverState, play: Play, event: Presented): Pick<On, 'endsAtMs' | 'endIsTimed'> => ({
  endsAtMs: endOfSlotMs(state, play) ?? event.endsAtMs,
  endIsTimed: event.endIsTimed || play.slot !== undefined,
})

function shownMessage(on: On, before: Position, next: Next | undefined, isDrawn = true): FromScreen {
  return {
    kind: 'shown',
    at: on.startedAtMs,
    key: on.play.showing.key,
    position: before,
    next: next?.play.showing.key ?? null,
    ...(on.play.fallback !== undefined && { fallback: on.play.fallback }),
    ...(!isDrawn && { undrawn: true as const }),
  }
}

/** Tells how long it was on, and how it went. */
export function endedEffect(on: On, nowMs: number): Effect {
  const outcome = on.fate === 'playing' ? 'complete' : on.fate
  return { kind: 'tell-ended', play: on.play, atMs: nowMs, startedAtMs: on.startedAtMs, outcome }
}
