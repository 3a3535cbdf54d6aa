import { mayBegin } from '../../../shared/screen/rotation.ts'
import { showsAtMs } from '../driver-in-step.ts'
import { type DriverState, type Effect, type Next, type Step, unchanged } from '../driver-state.ts'
import { plan } from './choose.ts'
import { nothingReason } from './nothing.ts'
import { endedEffect } from './presented.ts'
import { overlapMs } from './times.ts'

/** Brings about what the facts ask for: something next, and on the wall when its time has come. */
export function settle(state: DriverState, nowMs: number): Step {
  if (!state.programme) return unchanged(state)
  const planned = state.next ? unchanged(state) : plan(state, state.programme, nowMs)
  const { on, next } = planned.state
  if (!next) return on?.wantsNextSinceMs === undefined ? slateIfEmpty(planned, nowMs) : clear(planned, nowMs)
  if (next.stage !== 'ready' || (on && on.wantsNextSinceMs === undefined)) return planned
  if (!on && nowMs < (showsAtMs(planned.state, next.play) ?? 0)) return planned
  const { programme, at } = planned.state
  if (programme && !next.play.slot && !mayBegin(programme, at, next.play.showing.key, nowMs)) {
    const without = settle({ ...planned.state, next: undefined }, nowMs)
    const discard: Effect = { kind: 'discard', play: next.play.id }
    return { state: without.state, effects: [...planned.effects, discard, ...without.effects] }
  }
  const entering: Next = { ...next, stage: 'entering', sinceMs: nowMs }
  const show: Effect = { kind: 'show', play: next.play.id, fadeMs: overlapMs(on, next.play) }
  return { state: { ...planned.state, next: entering }, effects: [...planned.effects, show] }
}

/** Takes everything off, and tells why the slate is seen. */
export function clear(from: Step, nowMs: number): Step {
  const { on } = from.state
  if (!on) return slateIfEmpty(from, nowMs)
  const ended = endedEffect(on, nowMs)
  const state = { ...from.state, on: undefined, previous: undefined, emptySinceMs: nowMs }
  return tellSlate({ state, effects: [...from.effects, { kind: 'clear' }, ended] }, nowMs)
}

function slateIfEmpty(from: Step, nowMs: number): Step {
  const { state } = from
  const told = state.on || state.next || state.slateReason !== undefined
  return told ? from : tellSlate(from, nowMs)
}

function tellSlate(from: Step, nowMs: number): Step {
  const reason = from.state.next ? 'next-item-late' : nothingReason(from.state)
  return {
    state: { ...from.state, slateReason: reason },
    effects: [...from.effects, { kind: 'tell', message: { kind: 'slate', at: nowMs, reason } }],
  }
}
