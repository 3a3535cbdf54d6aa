import { assertNever } from '../../shared/assert-never.ts'
import type { Programme, Showing, ShowingKey } from '../../shared/screen/programme.ts'
import {
  afterSlate,
  carryOver,
  cutInAt,
  mayBegin,
  nextOpeningMs,
  nextShowing,
  type Position,
  resumedAt,
  startPosition,
  withShowingBegun,
} from '../../shared/screen/rotation.ts'
import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'
import {
  chooseInStep,
  endOfSlotMs,
  isSameSlot,
  learntLeadMs,
  showsAtMs,
  staysInStep,
  takeClock,
  waitsUntilMs,
} from './driver-in-step.ts'
import type { DriverEvent, DriverState, Effect, Fate, Next, On, Play, Step } from './driver-state.ts'
import { forgive, isLongTerm, keepOnly, leaveOut, nextReturnMs, withoutLeftOut } from './left-out.ts'

/** How long a film that has to leave may hold the wall while the next is made ready: a take-down has one second. */
const leaveWithinMs = 750
/** How long an item may keep the wall waiting, while another picture is held or the slate is on. */
const readyWithinMs = { held: 1_500, empty: 6_000 }
const enterWithinMs = 1_500
/** How long the slate is seen between two playlists that may not be beside each other, when nothing else can be. */
const pauseMs = 2_000
/** A live stream that is still being joined when its turn has come is passed over soon: it is nobody's fault. */
const joinHeldMs = 500

/** Decides: what has happened goes in, the new state and what to do come out. Time is in milliseconds since 1970. */
export function step(state: DriverState, event: DriverEvent, nowMs: number): Step {
  const happened = handle(state, event, nowMs)
  const settled = settle(happened.state, nowMs)
  return { state: settled.state, effects: [...happened.effects, ...settled.effects] }
}

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
    case 'clock':
      return takeClock(state, event.aheadMs ?? undefined)
    case 'began':
      return unchanged({ ...state, leadMs: learntLeadMs(state.leadMs, event.lateMs) })
    case 'tick':
      return tick(state, nowMs)
    default:
      return assertNever(event)
  }
}

/** Brings about what the facts ask for: something next, and on the wall when its time has come. */
function settle(state: DriverState, nowMs: number): Step {
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

function plan(state: DriverState, programme: Programme, nowMs: number): Step {
  const chosen = choose(state, programme, nowMs)
  if (!chosen) return unchanged(state)
  const play: Play = { id: state.plays + 1, ...chosen }
  const join = !play.slot && state.on?.fate === 'playing' && play.showing.transition.kind === 'cut'
  return {
    state: { ...state, plays: play.id, next: { play, stage: 'preparing', sinceMs: nowMs } },
    effects: [{ kind: 'prepare', play, join }],
  }
}

function choose(state: DriverState, programme: Programme, nowMs: number): Omit<Play, 'id'> | undefined {
  const open = withoutLeftOut(programme, state.leftOut, nowMs)
  const seenSlate = !state.on && nowMs >= state.emptySinceMs + pauseMs
  const at = seenSlate ? afterSlate(state.at) : state.at
  const before = open === programme ? at : carryOver(programme, open, at)
  const inStep = chooseInStep(state, open, nowMs)
  if (inStep) return { ...inStep, before, after: at }
  const found = nextShowing(open, before, beginsAtMs(state.on, nowMs))
  return found && { showing: found.showing, before, after: found.after }
}

/** When the next is to begin, as far as it is known while what is on goes on. */
const beginsAtMs = (on: On | undefined, nowMs: number): number =>
  on?.wantsNextSinceMs === undefined ? Math.max(nowMs, on?.endsAtMs ?? nowMs) : nowMs

function clear(from: Step, nowMs: number): Step {
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
  const reason = slateReasonOf(from.state)
  return {
    state: { ...from.state, slateReason: reason },
    effects: [...from.effects, { kind: 'tell', message: { kind: 'slate', at: nowMs, reason } }],
  }
}

function slateReasonOf({ programme, next, at, leftOut }: DriverState): string {
  if (next) return 'next-item-late'
  if (programme?.lanes.some(({ limits, notBeside }) => limits ?? notBeside) && leftOut.size === 0)
    return at.starts ? 'every-playlist-at-its-limit' : 'competitors-kept-apart'
  if (programme && programme.lanes.length > 0) return 'every-item-failed'
  return programme?.slateReason ?? 'nothing-to-show'
}

type ProgrammeMessage = Extract<ToScreen, { kind: 'programme' }>

function takeProgramme(before: DriverState, message: ProgrammeMessage, nowMs: number): Step {
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

/** Ends what is on before its time. A film that was to follow on its timeline has to be made ready beside it instead. */
function leave(state: DriverState, on: On, fate: Fate, clearAtMs: number | undefined, nowMs: number): Step {
  const leaving = { ...wantNext(on, fate, nowMs), fate, clearAtMs: clearAtMs ?? on.clearAtMs }
  const { next } = state
  if (next?.stage !== 'joined' && next?.stage !== 'preparing') return unchanged({ ...state, on: leaving })
  return {
    state: { ...state, on: leaving, next: undefined },
    effects: [{ kind: 'discard', play: next.play.id }],
  }
}

function wantNext(on: On, fate: Fate, nowMs: number): On {
  return {
    ...on,
    fate: on.fate === 'playing' ? fate : on.fate,
    wantsNextSinceMs: on.wantsNextSinceMs ?? nowMs,
  }
}

/** The showing comes next as if its lane cut in, but its playlist's limits hold and what failed stays out. */
function goTo(state: DriverState, key: ShowingKey, nowMs: number): Step {
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
const told = (order: Order, done: boolean, message: string, nowMs: number): Effect => ({
  kind: 'tell',
  message: { kind: 'order', at: nowMs, order, done, message },
})

function prepared(state: DriverState, event: Extract<DriverEvent, { kind: 'prepared' }>, nowMs: number): DriverState {
  const { next } = state
  if (next?.play.id !== event.play || next.stage !== 'preparing') return state
  return { ...state, next: { ...next, stage: event.joined ? 'joined' : 'ready', sinceMs: nowMs } }
}

function presented(state: DriverState, event: Extract<DriverEvent, { kind: 'presented' }>, nowMs: number): Step {
  const { on, next } = state
  if (next?.play.id !== event.play) return unchanged(state)
  const complete = on && (on.fate === 'playing' || on.fate === 'complete')
  const { programme } = state
  const begun = (at: Position): Position =>
    programme ? withShowingBegun(programme, at, next.play.showing.key, nowMs) : at
  const now: On = {
    play: next.play,
    startedAtMs: nowMs,
    endsAtMs: endOfSlotMs(state, next.play) ?? event.endsAtMs,
    endIsTimed: event.endIsTimed || next.play.slot !== undefined,
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
      ...(on ? [endedEffect(on, nowMs)] : []),
      { kind: 'tell', message: shownMessage(now, begun(next.play.before), planned.state.next, nowMs) },
      ...planned.effects,
    ],
  }
}

function shownMessage(on: On, before: Position, next: Next | undefined, nowMs: number): FromScreen {
  return {
    kind: 'shown',
    at: nowMs,
    key: on.play.showing.key,
    position: before,
    next: next?.play.showing.key ?? null,
  }
}

function endedEffect(on: On, nowMs: number): Effect {
  const outcome = on.fate === 'playing' ? 'complete' : on.fate
  return { kind: 'tell-ended', play: on.play, atMs: nowMs, startedAtMs: on.startedAtMs, outcome }
}

type Failure = Extract<DriverEvent, { kind: 'failed' }>

function failed(state: DriverState, event: Failure, nowMs: number): Step {
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

/** When the next takes over by the clock: at the end, and a fade so much earlier that it is complete at the end. */
function turnsAtMs(state: DriverState, on: On, next: Next | undefined): number | undefined {
  if (on.wantsNextSinceMs !== undefined) return undefined
  const inStepMs = next && showsAtMs(state, next.play)
  if (inStepMs !== undefined) return inStepMs
  if (on.endsAtMs === undefined) return undefined
  const fadeMs = next ? overlapMs(on, next.play) : 0
  return on.endIsTimed || fadeMs > 0 ? on.endsAtMs - fadeMs : undefined
}

/** A fade never takes more than half of the item that it ends, and what has to leave at once is cut. */
function overlapMs(on: On | undefined, play: Play): number {
  const { transition } = play.showing
  if (play.slot && (!on || on.fate === 'playing' || on.fate === 'complete')) return play.slot.fadeMs
  if (transition.kind === 'cut' || (on && on.fate !== 'playing' && on.fate !== 'complete')) return 0
  if (on?.endsAtMs === undefined) return transition.ms
  return Math.min(transition.ms, (on.endsAtMs - on.startedAtMs) / 2)
}

function givesUpAtMs(state: DriverState, next: Next, nowMs: number): number | undefined {
  if (next.stage === 'entering') return next.sinceMs + enterWithinMs
  if (next.stage !== 'preparing') return undefined
  const { on } = state
  if (!on) return Math.max(next.sinceMs, state.emptySinceMs) + readyWithinMs.empty
  if (on.wantsNextSinceMs === undefined) return undefined
  const heldMs = isPassedOver(state, next, nowMs) ? joinHeldMs : readyWithinMs.held
  return Math.max(next.sinceMs, on.wantsNextSinceMs) + heldMs
}

/** Whether a live stream that is not ready gives its turn to another item, without being blamed. */
function isPassedOver(state: DriverState, next: Next, nowMs: number): boolean {
  const { programme, on } = state
  if (!programme || !on || next.stage !== 'preparing' || next.play.showing.stream !== 'live') return false
  const following = choose({ ...state, at: next.play.after }, programme, nowMs)
  return following !== undefined && following.showing.asset !== next.play.showing.asset
}

function passOver(state: DriverState, next: Next): Step {
  return {
    state: { ...state, at: next.play.after, next: undefined },
    effects: [{ kind: 'discard', play: next.play.id }],
  }
}

function keysOf(programme: Programme): Set<string> {
  return new Set(programme.lanes.flatMap((lane) => lane.showings.map((showing) => showing.key)))
}

/** Both have been read by the same schema, which fixes the order of the fields. */
function isSame(one: Showing, other: Showing): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function unchanged(state: DriverState): Step {
  return { state, effects: [] }
}
