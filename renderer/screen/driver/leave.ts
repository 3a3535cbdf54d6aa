import type { ShowingKey } from '../../../shared/screen/programme.ts'
import { mayBegin, type Position } from '../../../shared/screen/rotation.ts'
import type { FromScreen } from '../../../shared/screen/wire.ts'
import { type DriverState, type Effect, type Fate, type On, type Step, unchanged } from '../driver-state.ts'
import { withoutLeftOut } from '../left-out.ts'

/** How long a film that has to leave may hold the wall while the next is made ready: a take-down has one second. */
export const leaveWithinMs = 750

/** Ends what is on before its time. A film that was to follow on its timeline has to be made ready beside it instead. */
export function leave(state: DriverState, on: On, fate: Fate, clearAtMs: number | undefined, nowMs: number): Step {
  const leaving = { ...wantNext(on, fate, nowMs), fate, clearAtMs: clearAtMs ?? on.clearAtMs }
  const { next } = state
  if (next?.stage !== 'joined' && next?.stage !== 'preparing') return unchanged({ ...state, on: leaving })
  return {
    state: { ...state, on: leaving, next: undefined },
    effects: [{ kind: 'discard', play: next.play.id }],
  }
}

/** The time of what is on is over, for the first reason that is given. */
export function wantNext(on: On, fate: Fate, nowMs: number): On {
  return {
    ...on,
    fate: on.fate === 'playing' ? fate : on.fate,
    wantsNextSinceMs: on.wantsNextSinceMs ?? nowMs,
  }
}

/** The showing comes next as if its lane cut in, but its playlist's limits hold and what failed stays out. */
export function goTo(state: DriverState, key: ShowingKey, nowMs: number): Step {
  const { programme, on } = state
  const refused = (message: string): Step => ({ state, effects: [told('go-to', false, message, nowMs)] })
  const open = programme && withoutLeftOut(programme, state.leftOut, nowMs)
  const lane = open?.lanes.find(({ showings }) => showings.some((showing) => showing.key === key))
  const showing = lane?.showings.find((one) => one.key === key)
  if (!programme || !lane || !showing) return refused('it is not in the loop now, or is left out because it failed')
  if (programme.synced) return refused('this wall keeps in step with others')
  if (!mayBegin(programme, state.at, key, nowMs)) return refused('its playlist is at its limit')
  const at: Position = { ...state.at, next: { ...state.at.next, [lane.key]: showing.item }, first: lane.key }
  const discard: Effect[] = state.next ? [{ kind: 'discard', play: state.next.play.id }] : []
  const waiting = { ...state, at, next: undefined }
  const left = on ? leave(waiting, on, 'interrupted', undefined, nowMs) : unchanged(waiting)
  return { state: left.state, effects: [...discard, ...left.effects, told('go-to', true, '', nowMs)] }
}

type Order = Extract<FromScreen, { kind: 'order' }>['order']
/** An order is answered with what became of it. */
export const told = (order: Order, done: boolean, message: string, nowMs: number): Effect => ({
  kind: 'tell',
  message: { kind: 'order', at: nowMs, order, done, message },
})
