import { z } from 'zod'
import { assetName } from '../asset-name.ts'
import { programme, showingKey } from './programme.ts'
import { position } from './rotation.ts'

/**
 * Main to screen. A message replaces what an earlier one of its kind said; none is ever waited for.
 *
 * `programme`: the whole loop. What is on stays until its end if it is in the new loop or its key is in `mayFinish`;
 * otherwise it leaves at once. `resume` says where to begin, and counts only for a page that has shown nothing yet.
 */
export const toScreen = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('programme'),
    programme,
    mayFinish: z.array(showingKey),
    resume: position.nullable(),
    /** The lane that does not wait for the item that is on: its first item comes at once. */
    cutIn: z.string().nullable(),
    playerName: z.string(),
    /** Languages of captions in the order they are drawn. */
    languages: z.array(z.string()),
  }),
  /**
   * How far the fleet's clock is ahead of the page's, in milliseconds; null: nobody knows, and synced loops run freely. Answered
   * by `clock-read`.
   */
  z.strictObject({ kind: z.literal('clock'), aheadMs: z.number().nullable() }),
  /** Ends what is on and goes to the next item at once. */
  z.strictObject({ kind: z.literal('skip') }),
  /** Ends what is on and goes on with this showing, if the loop has it and its playlist's limits let it; answered with `order`. */
  z.strictObject({ kind: z.literal('go-to'), key: showingKey }),
  /** Draws who this wall is above everything, for so long; 0 takes it off. Answered with `order` when it is drawn. */
  z.strictObject({
    kind: z.literal('identify'),
    seconds: z.number().min(0).max(60),
    name: z.string().max(500),
    playerId: z.string().max(64),
  }),
  /** The player's id, to be drawn in a corner, tone on tone; empty: nothing is. */
  z.strictObject({ kind: z.literal('mark'), text: z.string().max(64) }),
  /** Lets items that failed have another chance at once; answered with `order`. */
  z.strictObject({ kind: z.literal('clear-quarantine') }),
  /** Asks how bright what is in front is by itself; answered by `looked`. */
  z.strictObject({ kind: z.literal('look') }),
])
export type ToScreen = z.infer<typeof toScreen>

/** Milliseconds since 1970 by the page's clock: a monotonic clock that was set once. */
const at = z.number()

/** Screen to main. */
export const fromScreen = z.discriminatedUnion('kind', [
  /** The page runs and wants its programme. */
  z.strictObject({ kind: z.literal('hello'), at }),
  /** The first frame of a showing was presented. `position` is where the loop stood before it: to resume is to show it again. */
  z.strictObject({
    kind: z.literal('shown'),
    at,
    key: showingKey,
    position,
    next: showingKey.nullable(),
    /** It is of the fallback, and this is why. */
    fallback: z.string().optional(),
    /** The page draws nothing, and what stands on the wall is an older picture. */
    undrawn: z.literal(true).optional(),
  }),
  /** A few times a second: the frames that the film in front has had so far. They are lost with its page otherwise. */
  z.strictObject({
    kind: z.literal('counted'),
    at,
    key: showingKey,
    presentedFrames: z.int().min(0),
    droppedFrames: z.int().min(0),
  }),
  /** A showing left the screen. Frames are 0 for photos. */
  z.strictObject({
    kind: z.literal('ended'),
    at,
    key: showingKey,
    startedAt: at,
    ms: z.number().min(0),
    presentedFrames: z.int().min(0),
    droppedFrames: z.int().min(0),
    outcome: z.enum(['complete', 'interrupted', 'failed']),
  }),
  /** The slate is on. */
  z.strictObject({ kind: z.literal('slate'), at, reason: z.string() }),
  /**
   * An item could not be shown and is left out until its bytes change or `untilAt`; or, while it is on, a film that stood still was
   * nudged or opened anew.
   */
  z.strictObject({
    kind: z.literal('fault'),
    at,
    code: z.enum(['item-failed', 'item-stalled', 'item-quarantined', 'item-nudged', 'item-rebuilt']),
    message: z.string().max(2000),
    key: showingKey,
    asset: assetName,
  }),
  /** What became of an order; `message` says why not, or what was done. */
  z.strictObject({
    kind: z.literal('order'),
    at,
    order: z.enum(['go-to', 'identify', 'clear-quarantine']),
    done: z.boolean(),
    message: z.string().max(2000),
  }),
  /** Once a second: proof of life, gated by presented frames. */
  z.strictObject({
    kind: z.literal('beat'),
    at,
    presentedFrames: z.int(),
    /** Frames of films seen coming so far, moment by moment; `presentedFrames` grows with each showing's end. */
    seenFrames: z.int().optional(),
    on: showingKey.nullable(),
  }),
  /** The answer to `clock`, at once: what the page's clock shows. */
  z.strictObject({ kind: z.literal('clock-read'), at }),
  /** The answer to `look`: the brightest part of the film or photo in front, 0 to 255; null: there is none. */
  z.strictObject({ kind: z.literal('looked'), at, brightest: z.number().min(0).max(255).nullable() }),
])
export type FromScreen = z.infer<typeof fromScreen>
