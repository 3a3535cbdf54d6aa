import type { Programme, Showing } from '../../shared/screen/programme.ts'
import { type Position, startPosition } from '../../shared/screen/rotation.ts'
import type { FromScreen, ToScreen } from '../../shared/screen/wire.ts'
import type { FaultKind, LeftOut } from './left-out.ts'
import type { FilmPlace } from './media/filling.ts'

/** One showing that is on, or that is being made ready; `before` and `after` say where the loop stands around it. */
export type Play = {
  readonly id: number
  readonly showing: Showing
  readonly before: Position
  readonly after: Position
  /** It is of the fallback, and this is why. */
  readonly fallback?: string
  /** When it is on, where walls keep in step. */
  readonly slot?: PlaySlot
}

/** Instants of the fleet's clock, in milliseconds: a film's first frame belongs to `beginsMs`; it may be shown only later. */
export type PlaySlot = {
  readonly beginsMs: number
  readonly showAtMs: number
  readonly endMs: number
  readonly fadeMs: number
}

/** What is on the wall. `endsAtMs` is undefined while its end is not known beforehand. */
export type On = {
  readonly play: Play
  readonly startedAtMs: number
  readonly endsAtMs: number | undefined
  /** Who says that the end has come: the clock for still pictures, the stage for films, which it knows to the frame. */
  readonly endIsTimed: boolean
  readonly fate: Fate
  /** When the next was first wanted, because this one's time was over or had to be. */
  readonly wantsNextSinceMs: number | undefined
  /** When it gives way to the slate, if nothing else is ready by then. */
  readonly clearAtMs: number | undefined
  /** It stood still and was opened anew: that is tried once. */
  readonly isRebuilt?: boolean
}
/** How a play goes: it is playing, or it will be told to have ended like this. */
export type Fate = 'playing' | Extract<FromScreen, { kind: 'ended' }>['outcome']

/** What comes next. `joined` follows on the same media timeline by itself; `ready` waits to be shown. */
export type Next = {
  readonly play: Play
  readonly stage: 'preparing' | 'ready' | 'joined' | 'entering'
  readonly sinceMs: number
}

/** All that the screen knows about its loop. */
export type DriverState = {
  readonly programme: Programme | undefined
  readonly at: Position
  readonly on: On | undefined
  readonly next: Next | undefined
  /** The play that left last; a fade may still show it. */
  readonly previous: Play | undefined
  readonly leftOut: LeftOut
  readonly plays: number
  readonly slateReason: string | undefined
  /** When the wall last came to show nothing but the slate. */
  readonly emptySinceMs: number
  /** How far the fleet's clock is ahead of the page's; undefined where nobody knows or nobody keeps in step. */
  readonly fleetAheadMs: number | undefined
}

/** What can happen to the screen. Events about a play that is neither on nor next are of no consequence. */
export type DriverEvent =
  | Exclude<ToScreen, { kind: 'identify' | 'look' | 'mark' }>
  | { readonly kind: 'prepared'; readonly play: number; readonly joined: boolean }
  | {
      /** The first frame is on the wall. */
      readonly kind: 'presented'
      readonly play: number
      /** When it is lit, which may be a moment ahead; now, unless told. */
      readonly atMs?: number
      readonly endsAtMs: number | undefined
      readonly endIsTimed: boolean
      /** False: nothing is drawn, and what stands on the wall is an older picture. */
      readonly isDrawn?: boolean
    }
  /** A film's last frame is on the wall and has had its time. */
  | { readonly kind: 'over'; readonly play: number }
  | {
      readonly kind: 'failed'
      readonly play: number
      readonly fault: FaultKind
      readonly message: string
      /** False when a film died where the next one joins it: then either may be to blame, and the next is tried alone. */
      readonly certain: boolean
    }
  /** A film stands still: it was nudged, or is to be opened anew where it stands. */
  | {
      readonly kind: 'stalled'
      readonly play: number
      readonly rung: 'nudge' | 'rebuild'
      readonly place: FilmPlace
    }
  | { readonly kind: 'tick' }

/** What the shell is to do. */
export type Effect =
  /** Make it ready, out of sight. `join`: it may go on the media timeline of the film that is on. */
  | { readonly kind: 'prepare'; readonly play: Play; readonly join: boolean }
  | { readonly kind: 'discard'; readonly play: number }
  | { readonly kind: 'show'; readonly play: number; readonly fadeMs: number }
  /** Open what is on anew, out of sight, and show it from there on. */
  | { readonly kind: 'rebuild'; readonly play: Play; readonly place: FilmPlace }
  /** What a fade still shows of the item before has to go. */
  | { readonly kind: 'finish-fade' }
  /** Everything off, so that the slate is seen. */
  | { readonly kind: 'clear' }
  | { readonly kind: 'tell'; readonly message: FromScreen }
  /** Tell that a showing ended; how many frames it had, the stage knows. */
  | {
      readonly kind: 'tell-ended'
      readonly play: Play
      readonly atMs: number
      readonly startedAtMs: number
      readonly outcome: Extract<FromScreen, { kind: 'ended' }>['outcome']
    }

/** A state and what is to be done to come to it. */
export type Step = { readonly state: DriverState; readonly effects: readonly Effect[] }

/** Nothing to be done. */
export const unchanged = (state: DriverState): Step => ({ state, effects: [] })

/** A page that has heard nothing yet. */
export const firstState: DriverState = {
  programme: undefined,
  at: startPosition,
  on: undefined,
  next: undefined,
  previous: undefined,
  leftOut: new Map(),
  plays: 0,
  slateReason: undefined,
  emptySinceMs: 0,
  fleetAheadMs: undefined,
}
