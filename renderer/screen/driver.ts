import { assertNever } from '../../shared/assert-never.ts'
import { failed, stalled } from './driver/failed.ts'
import { goTo, leave, told, wantNext } from './driver/leave.ts'
import { prepared, presented } from './driver/presented.ts'
import { takeProgramme } from './driver/programme.ts'
import { clear, settle } from './driver/settle.ts'
import { givesUpAtMs, isPassedOver, turnsAtMs } from './driver/times.ts'
import { staysInStep, takeClock } from './driver-in-step.ts'
import { type DriverEvent, type DriverState, type Next, type Step, unchanged } from './driver-state.ts'

export { wakeAtMs } from './driver/times.ts'

/** Decides: what has happened goes in, the new state and what to do come out. Time is in milliseconds since 1970. */
export function step(state: DriverState, event: DriverEvent, nowMs: number): Step {
  const happened = handle(state, event, nowMs)
  const settled = settle(happened.state, nowMs)
  return { state: settled.state, effects: [...happened.effects, ...settled.effects] }
}

function handle(state: DriverState, event: DriverEvent, nowMs: number): Step {
  switch (event.kind) {
    case 'programme':
      return takeProgramme(state, event, nowMs)
    case 'skip':
      return state.on ? leave(state, state.on, 'interrupted', undefined, nowMs) : unchanged(state)
    case 'go-to':
      return goTo(state, event.key, nowMs)
    case 'clear-quarantine':
      return {
        state: { ...state, leftOut: new Map() },
        effects: [told('clear-quarantine', true, `${state.leftOut.size} left out`, nowMs)],
      }
    case 'prepared':
      return unchanged(prepared(state, event, nowMs))
    case 'presented':
      return presented(state, event, nowMs)
    case 'over':
      if (staysInStep(state, nowMs)) return unchanged(state)
      return state.on?.play.id === event.play
        ? unchanged({ ...state, on: wantNext(state.on, 'complete', nowMs) })
        : unchanged(state)
    case 'failed':
      return failed(state, event, nowMs)
    case 'stalled':
      return stalled(state, event, nowMs)
    case 'clock':
      return takeClock(state, event.aheadMs ?? undefined)
    case 'tick':
      return tick(state, nowMs)
    default:
      return assertNever(event)
  }
}

function tick(state: DriverState, nowMs: number): Step {
  const { on, next } = state
  if (next && nowMs >= (givesUpAtMs(state, next, nowMs) ?? Number.POSITIVE_INFINITY)) {
    if (isPassedOver(state, next, nowMs)) return passOver(state, next)
    const message = next.stage === 'entering' ? 'its first frame did not come' : 'it was not ready in time'
    return failed(state, { kind: 'failed', play: next.play.id, fault: 'stalled', message, certain: true }, nowMs)
  }
  if (on?.clearAtMs !== undefined && nowMs >= on.clearAtMs) return clear(unchanged(state), nowMs)
  if (on && nowMs >= (turnsAtMs(state, on, next) ?? Number.POSITIVE_INFINITY)) {
    return unchanged({ ...state, on: wantNext(on, 'complete', nowMs) })
  }
  return unchanged(state)
}

function passOver(state: DriverState, next: Next): Step {
  return {
    state: { ...state, at: next.play.after, next: undefined },
    effects: [{ kind: 'discard', play: next.play.id }],
  }
}
