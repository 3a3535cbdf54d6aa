import type { Programme } from '../../../shared/screen/programme.ts'
import { nextOpeningMs } from '../../../shared/screen/rotation.ts'
import { showsAtMs, waitsUntilMs } from '../driver-in-step.ts'
import type { DriverState, Next, On, Play } from '../driver-state.ts'
import { nextReturnMs } from '../left-out.ts'
import { choose, pauseMs } from './choose.ts'

/** How long an item may keep the wall waiting, while another picture is held or the slate is on. */
const readyWithinMs = { held: 1_500, empty: 6_000 }
const enterWithinMs = 1_500
/** A live stream that is still being joined when its turn has come is passed over soon: it is nobody's fault. */
const joinHeldMs = 500

/** When the machine wants to be asked again by a `tick` though nothing else has happened. */
export function wakeAtMs(state: DriverState, nowMs: number): number | undefined {
  const { on, next } = state
  const idle = !on && !next && state.programme ? wakeFromSlateMs(state, state.programme, nowMs) : undefined
  const times = [
    idle,
    on?.clearAtMs,
    on && turnsAtMs(state, on, next),
    waitsUntilMs(state),
    next && givesUpAtMs(state, next, nowMs),
  ]
  const known = times.filter((time) => time !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** When an item that failed may come back, a playlist is no longer at its limit, or competitors are far enough apart. */
function wakeFromSlateMs(state: DriverState, programme: Programme, nowMs: number): number | undefined {
  const apartMs = state.at.last && state.emptySinceMs + pauseMs
  const times = [nextReturnMs(state.leftOut, nowMs), nextOpeningMs(programme, state.at, nowMs), apartMs]
  const later = times.filter((ms) => ms !== undefined).filter((ms) => ms > nowMs)
  return later.length > 0 ? Math.min(...later) : undefined
}

/** When the next takes over by the clock: at the end, and a fade so much earlier that it is complete at the end. */
export function turnsAtMs(state: DriverState, on: On, next: Next | undefined): number | undefined {
  if (on.wantsNextSinceMs !== undefined) return undefined
  const inStepMs = next && showsAtMs(state, next.play)
  if (inStepMs !== undefined) return inStepMs
  if (on.endsAtMs === undefined) return undefined
  const fadeMs = next ? overlapMs(on, next.play) : 0
  return on.endIsTimed || fadeMs > 0 ? on.endsAtMs - fadeMs : undefined
}

/** A fade never takes more than half of the item that it ends, and what has to leave at once is cut. */
export function overlapMs(on: On | undefined, play: Play): number {
  const { transition } = play.showing
  if (play.slot && (!on || on.fate === 'playing' || on.fate === 'complete')) return play.slot.fadeMs
  if (transition.kind === 'cut' || (on && on.fate !== 'playing' && on.fate !== 'complete')) return 0
  if (on?.endsAtMs === undefined) return transition.ms
  return Math.min(transition.ms, (on.endsAtMs - on.startedAtMs) / 2)
}

/** When what comes next has had its time to be ready, or to come on. */
export function givesUpAtMs(state: DriverState, next: Next, nowMs: number): number | undefined {
  if (next.stage === 'entering') return next.sinceMs + enterWithinMs
  if (next.stage !== 'preparing') return undefined
  const { on } = state
  if (!on) return Math.max(next.sinceMs, state.emptySinceMs) + readyWithinMs.empty
  if (on.wantsNextSinceMs === undefined) return undefined
  const heldMs = isPassedOver(state, next, nowMs) ? joinHeldMs : readyWithinMs.held
  return Math.max(next.sinceMs, on.wantsNextSinceMs) + heldMs
}

/** Whether a live stream that is not ready gives its turn to another item, without being blamed. */
export function isPassedOver(state: DriverState, next: Next, nowMs: number): boolean {
  const { programme, on } = state
  if (!programme || !on || next.stage !== 'preparing' || next.play.showing.stream !== 'live') return false
  const following = choose({ ...state, at: next.play.after }, programme, nowMs)
  return following !== undefined && following.showing.asset !== next.play.showing.asset
}
