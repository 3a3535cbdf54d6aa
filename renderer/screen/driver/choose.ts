import type { Programme } from '../../../shared/screen/programme.ts'
import { afterSlate, carryOver, nextFallback, nextShowing } from '../../../shared/screen/rotation.ts'
import { chooseInStep } from '../driver-in-step.ts'
import { type DriverState, type On, type Play, type Step, unchanged } from '../driver-state.ts'
import { withoutLeftOut } from '../left-out.ts'
import { nothingReason } from './nothing.ts'

/** How long the slate is seen between two playlists that may not be beside each other, when nothing else can be. */
export const pauseMs = 2_000

/** Chooses what comes next, if anything may, and has it made ready. */
export function plan(state: DriverState, programme: Programme, nowMs: number): Step {
  const chosen = choose(state, programme, nowMs)
  if (!chosen) return unchanged(state)
  const play: Play = { id: state.plays + 1, ...chosen }
  const goesOn = state.on?.fate === 'playing' && !state.on.isRebuilt
  const join = !play.slot && goesOn && play.showing.transition.kind === 'cut'
  return {
    state: { ...state, plays: play.id, next: { play, stage: 'preparing', sinceMs: nowMs } },
    effects: [{ kind: 'prepare', play, join }],
  }
}

/** What comes next, and where the loop stands before and after it. */
export function choose(state: DriverState, programme: Programme, nowMs: number): Omit<Play, 'id'> | undefined {
  const open = withoutLeftOut(programme, state.leftOut, nowMs)
  const seenSlate = !state.on && nowMs >= state.emptySinceMs + pauseMs
  const at = seenSlate ? afterSlate(state.at) : state.at
  const before = open === programme ? at : carryOver(programme, open, at)
  const inStep = chooseInStep(state, open, nowMs)
  if (inStep) return { ...inStep, before, after: at }
  const found = nextShowing(open, before, beginsAtMs(state.on, nowMs))
  if (found) return { showing: found.showing, before, after: found.after }
  const instead = nextFallback(open, before)
  return instead && { ...instead, before, fallback: nothingReason({ ...state, programme }) }
}

/** When the next is to begin, as far as it is known while what is on goes on. */
const beginsAtMs = (on: On | undefined, nowMs: number): number =>
  on?.wantsNextSinceMs === undefined ? Math.max(nowMs, on?.endsAtMs ?? nowMs) : nowMs
