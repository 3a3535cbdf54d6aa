import { type DriverEvent, type DriverState, type Play, type Step, unchanged } from '../driver-state.ts'
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
  const { asset, key } = play.showing
  const leftOut = leaveOut(state.leftOut, play.showing, event.fault, nowMs)
  const code = isLongTerm(leftOut, asset) ? 'item-quarantined' : (`item-${event.fault}` as const)
  const message = event.message.slice(0, 2000)
  return {
    state: { ...state, leftOut },
    effects: [{ kind: 'tell', message: { kind: 'fault', at: nowMs, code, message, key, asset } }],
  }
}
