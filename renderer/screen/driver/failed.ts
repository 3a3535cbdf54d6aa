import type { FromScreen } from '../../../shared/screen/wire.ts'
import { type DriverEvent, type DriverState, type Effect, type Play, type Step, unchanged } from '../driver-state.ts'
import { isLongTerm, leaveOut } from '../left-out.ts'
import { leave, leaveWithinMs } from './leave.ts'

type Failure = Extract<DriverEvent, { kind: 'failed' }>

/** An item failed: the loop goes on at once, and the item is left out if it is surely to blame. */
export function failed(state: DriverState, event: Failure, nowMs: number): Step {
  const { on, next } = state
  if (next?.play.id === event.play) {
    const blamed = blame({ ...state, next: undefined }, next.play, event, nowMs)
    return { state: blamed.state, effects: [{ kind: 'discard', play: event.play }, ...blamed.effects] }
  }
  if (on?.play.id !== event.play) return unchanged(state)
  const left = leave(state, on, 'failed', nowMs + leaveWithinMs, nowMs)
  if (!event.certain) return left
  const blamed = blame(left.state, on.play, event, nowMs)
  return { state: blamed.state, effects: [...left.effects, ...blamed.effects] }
}

function blame(state: DriverState, play: Play, event: Failure, nowMs: number): Step {
  const leftOut = leaveOut(state.leftOut, play.showing, event.fault, nowMs)
  const code = isLongTerm(leftOut, play.showing.asset) ? 'item-quarantined' : (`item-${event.fault}` as const)
  return { state: { ...state, leftOut }, effects: [tellFault(play, code, event.message, nowMs)] }
}

type Stalled = Extract<DriverEvent, { kind: 'stalled' }>

/**
 * A film stands still. It is opened anew once, without what was to follow on its timeline, which is made ready beside it:
 * either way the loop goes on.
 */
export function stalled(state: DriverState, event: Stalled, nowMs: number): Step {
  const { on, next } = state
  if (on?.play.id !== event.play || on.wantsNextSinceMs !== undefined) return unchanged(state)
  if (event.rung === 'nudge') return { state, effects: [tellFault(on.play, 'item-nudged', 'no frame came', nowMs)] }
  if (on.isRebuilt) return unchanged(state)
  const follows = next?.stage === 'joined' || next?.stage === 'preparing'
  return {
    state: { ...state, on: { ...on, isRebuilt: true }, next: follows ? undefined : next },
    effects: [
      ...(follows ? [{ kind: 'discard', play: next.play.id } as const] : []),
      { kind: 'rebuild', play: on.play, place: event.place },
      tellFault(on.play, 'item-rebuilt', 'no frame came, though it was nudged', nowMs),
    ],
  }
}

type FaultCode = Extract<FromScreen, { kind: 'fault' }>['code']

function tellFault({ showing }: Play, code: FaultCode, message: string, nowMs: number): Effect {
  const { key, asset } = showing
  return { kind: 'tell', message: { kind: 'fault', at: nowMs, code, message: message.slice(0, 2000), key, asset } }
}
