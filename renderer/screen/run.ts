import { assertNever } from '../../shared/assert-never.ts'
import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'
import type { Clock } from './clock.ts'
import { step, wakeAtMs } from './driver.ts'
import type { DriverEvent, Effect } from './driver-state.ts'
import type { Link } from './link.ts'
import { framesSeen } from './media/film-watch.ts'
import type { Identify } from './stage/identify.ts'
import type { Stage, StageEvent } from './stage/stage.ts'
import type { ScreenStore } from './store.ts'

/** What the screen is made of. `stage` is made here because its events come back here. */
export type ScreenParts = {
  readonly link: Link
  readonly clock: Clock
  readonly store: ScreenStore
  readonly openStage: (listener: (event: StageEvent) => void) => Stage
  /** Resolves when the compositor has made a picture: a page whose pictures do not come must not claim to be alive. */
  readonly nextFrame: () => Promise<void>
  /** Draws who this wall is. */
  readonly identify?: Identify
  /** Draws the player's id in a corner; empty: takes it off. */
  readonly mark?: (text: string) => void
  /** How bright the film or photo in front is by itself, 0 to 255; null: none is. */
  readonly ownBrightness?: () => number | null
}

const helloEveryMs = 1_000
const beatEveryMs = 1_000
const countEveryMs = 200

/** Runs the loop: every event goes through the driver, and its effects to the stage and to main. Returns the undo. */
export function runScreen(parts: ScreenParts): () => void {
  const { link, clock, store } = parts
  let cancelWake = () => {}
  const queue: DriverEvent[] = []
  let running = false

  const perform = (effect: Effect): void => {
    switch (effect.kind) {
      case 'tell':
        link.send(effect.message)
        break
      case 'tell-ended':
        link.send(endedMessage(effect, stage))
        break
      case 'prepare':
      case 'discard':
      case 'show':
      case 'rebuild':
      case 'finish-fade':
      case 'clear':
        stage.perform(effect)
        break
      default:
        assertNever(effect)
    }
  }
  const take = (event: DriverEvent): void => {
    const nowMs = clock.nowMs()
    const { state, effects } = step(store.getState().driver, event, nowMs)
    store.setState({ driver: state })
    effects.forEach(perform)
  }
  /** The stage may answer while it is being told: its events wait for their turn. */
  const dispatch = (event: DriverEvent): void => {
    queue.push(event)
    if (running) return
    running = true
    try {
      for (let next = queue.shift(); next; next = queue.shift()) take(next)
    } finally {
      running = false
    }
    cancelWake()
    const wakeMs = wakeAtMs(store.getState().driver, clock.nowMs())
    cancelWake = wakeMs === undefined ? () => {} : clock.after(wakeMs - clock.nowMs(), () => dispatch({ kind: 'tick' }))
  }
  const stage = parts.openStage(dispatch)
  const stopListening = link.onMessage((message) => {
    if (message.kind === 'identify') return identify(message, parts)
    if (message.kind === 'mark') return parts.mark?.(message.text)
    if (message.kind === 'look')
      return link.send({ kind: 'looked', at: clock.nowMs(), brightest: parts.ownBrightness?.() ?? null })
    if (message.kind === 'clock') link.send({ kind: 'clock-read', at: clock.nowMs() })
    if (message.kind === 'programme') takeSettings(message, store)
    dispatch(message)
  })
  const stopHello = repeat(clock, helloEveryMs, () => {
    const waits = store.getState().driver.programme === undefined
    if (waits) link.send({ kind: 'hello', at: clock.nowMs() })
    return waits
  })
  const stopBeat = repeat(clock, beatEveryMs, () => {
    void parts.nextFrame().then(() => link.send(beatMessage(store, stage, clock)))
    return true
  })
  const stopCounting = repeat(clock, countEveryMs, () => {
    const message = countedMessage(store, stage, clock)
    if (message) link.send(message)
    return true
  })
  return () => {
    for (const stop of [stopListening, stopHello, stopBeat, stopCounting, cancelWake, stage.close]) stop()
  }
}

function identify({ name, playerId, seconds }: Extract<ToScreen, { kind: 'identify' }>, parts: ScreenParts): void {
  const tell = () =>
    parts.link.send({ kind: 'order', at: parts.clock.nowMs(), order: 'identify', done: true, message: '' })
  void parts.identify?.show(name, playerId, seconds).then(tell)
}

function takeSettings(message: Extract<ToScreen, { kind: 'programme' }>, store: ScreenStore): void {
  const { playerName, languages, programme } = message
  store.setState({ playerName, languages, dark: programme.dark !== undefined })
}

function endedMessage(effect: Extract<Effect, { kind: 'tell-ended' }>, stage: Stage): FromScreen {
  const frames = stage.framesOf(effect.play.id)
  return {
    kind: 'ended',
    at: effect.atMs,
    key: effect.play.showing.key,
    startedAt: effect.startedAtMs,
    ms: Math.max(0, effect.atMs - effect.startedAtMs),
    presentedFrames: frames.presented,
    droppedFrames: frames.dropped,
    outcome: effect.outcome,
  }
}

function beatMessage(store: ScreenStore, stage: Stage, clock: Clock): FromScreen {
  const { on } = store.getState().driver
  return {
    kind: 'beat',
    at: clock.nowMs(),
    presentedFrames: stage.presentedFrames(),
    seenFrames: framesSeen(),
    on: on?.play.showing.key ?? null,
  }
}

function countedMessage(store: ScreenStore, stage: Stage, clock: Clock): FromScreen | undefined {
  const { on } = store.getState().driver
  const { presented, dropped } = on ? stage.framesOf(on.play.id) : { presented: 0, dropped: 0 }
  if (!on || presented + dropped === 0) return undefined
  const { key } = on.play.showing
  return { kind: 'counted', at: clock.nowMs(), key, presentedFrames: presented, droppedFrames: dropped }
}

/** Runs at once and then again and again until `run` says false; returns the undo. */
function repeat(clock: Clock, everyMs: number, run: () => boolean): () => void {
  let cancel = () => {}
  const turn = () => {
    cancel = run() ? clock.after(everyMs, turn) : () => {}
  }
  turn()
  return () => cancel()
}
