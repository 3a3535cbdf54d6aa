import { assertNever } from '../../../shared/assert-never.ts'
import type { Clock } from '../clock.ts'
import type { DriverEvent, Effect, Play } from '../driver-state.ts'
import { type FillingListener, type FilmPlace, faultOf } from '../media/filling.ts'
import { createFrameCounts, type Frames } from '../media/frame-counts.ts'
import { sinceFleet } from '../media/in-step.ts'
import { toLightMs } from '../media/next-frame.ts'
import { createPhotoShelf } from '../media/photo-shelf.ts'
import type { FilmSource, Remux } from '../media/remux.ts'
import type { FleetMs } from '../media/synced-film.ts'
import type { Timeline } from '../media/timeline.ts'
import { createDecks, type Deck } from './deck.ts'
import { type Content, fillDeck, type Slot } from './fill-deck.ts'
import { isSet, openSource } from './film-source.ts'
import { addLowerThird, removeLowerThird, revealLowerThird } from './lower-third.ts'

/** What the stage reports to the driver. */
export type StageEvent = Extract<DriverEvent, { kind: 'prepared' | 'presented' | 'over' | 'failed' | 'stalled' }>
type StageEffect = Extract<Effect, { kind: 'prepare' | 'discard' | 'show' | 'rebuild' | 'finish-fade' | 'clear' }>

/** Where pictures are made ready and brought to the front. */
export type Stage = {
  perform(effect: StageEffect): void
  /** The frames that a play has had; only the last few plays are known. */
  framesOf(play: number): Frames
  /** All frames of films since the page began. */
  presentedFrames(): number
  close(): void
}

/** What the stage needs beside the page. */
export type StageParts = {
  readonly clock: Clock
  readonly remux: Remux
  /** Languages of captions in the order they are drawn. */
  readonly languages: () => readonly string[]
  /** The fleet's time at an instant of `performance.now()`, in milliseconds; undefined while nobody knows it. */
  readonly fleetMs?: FleetMs
}

/** Makes the stage within an element that fills the page. */
export function openStage(
  parent: HTMLElement,
  { clock, remux, languages, fleetMs = () => undefined }: StageParts,
  tell: (event: StageEvent) => void,
): Stage {
  const decks = createDecks(parent)
  const counts = createFrameCounts()
  const shelf = createPhotoShelf()
  const preparing = new Map<number, AbortController>()
  const waiting = new Map<number, Slot>()
  let front: Slot | undefined
  let finishFade = () => {}
  let stopRebuilding = () => {}

  const listener: FillingListener = {
    presented: (play, lengthMs, endIsTimed, frameMs = performance.now(), isDrawn = true) => {
      if (front) revealLowerThird(front.deck.root, play)
      const presentedMs = clock.nowMs() + frameMs - performance.now()
      tell({
        kind: 'presented',
        play,
        atMs: presentedMs + toLightMs,
        endsAtMs: lengthMs === undefined ? undefined : presentedMs + lengthMs,
        endIsTimed,
        isDrawn,
      })
    },
    over: (play) => tell({ kind: 'over', play }),
    failed: (play, fault, certain) =>
      tell({ kind: 'failed', play, fault: fault.kind, message: fault.message, certain }),
    stalled: (play, rung, place) => tell({ kind: 'stalled', play, rung, place }),
  }

  const giveBack = (deck: Deck) => {
    removeLowerThird(deck.root)
    decks.giveBack(deck)
  }

  const release = (slot: Slot) => {
    slot.filling.dispose()
    giveBack(slot.deck)
  }

  const parts = { clock, counts, shelf, listener, fleetMs }

  /** Makes it ready in a deck of its own; false when it was not wanted any more. */
  const fill = async (content: Content, signal: AbortSignal): Promise<boolean> => {
    const deck = decks.take()
    try {
      deck.put('waiting')
      addLowerThird(deck.root, content.play, languages(), false)
      const slot = await fillDeck(deck, content, parts, signal)
      if (signal.aborted) release(slot)
      else waiting.set(content.play.id, slot)
      return !signal.aborted
    } catch (thrown) {
      giveBack(deck)
      throw thrown
    }
  }

  const prepareApart = async (play: Play, film: FilmSource | undefined, signal: AbortSignal) => {
    if (await fill({ play, film }, signal)) tell({ kind: 'prepared', play: play.id, joined: false })
  }

  /** Nothing is told if this fails: the film that stands still climbs on, and is given up. */
  const rebuild = async (play: Play, place: FilmPlace) => {
    stopRebuilding()
    const abort = new AbortController()
    stopRebuilding = () => {
      abort.abort()
      discard(play.id)
    }
    const isReady = await fill({ play, place: { ...place, isRebuilt: true } }, abort.signal).catch(() => false)
    if (!isReady) return
    stopRebuilding = () => {}
    show(play.id, 0)
  }

  const prepareFilm = async (play: Play, run: Timeline | undefined, signal: AbortSignal) => {
    const joinIsOff = run?.expectJoin()
    try {
      const film = await openSource(play, remux, signal)
      if (signal.aborted) return film?.close()
      if (film && run && run === front?.timeline && run.join(play, film)) {
        addLowerThird(front.deck.root, play, languages(), true)
        return tell({ kind: 'prepared', play: play.id, joined: true })
      }
      joinIsOff?.()
      await prepareApart(play, film, signal)
    } finally {
      joinIsOff?.()
    }
  }

  const prepare = async (play: Play, join: boolean) => {
    const abort = new AbortController()
    preparing.set(play.id, abort)
    const { mediaType } = play.showing
    try {
      const isFilm = mediaType.startsWith('video/') || isSet(play)
      if (isFilm && !play.slot) await prepareFilm(play, join ? front?.timeline : undefined, abort.signal)
      else await prepareApart(play, undefined, abort.signal)
    } catch (thrown) {
      if (!abort.signal.aborted) listener.failed(play.id, faultOf(thrown), true)
    } finally {
      preparing.delete(play.id)
    }
  }

  const discard = (play: number) => {
    preparing.get(play)?.abort()
    front?.timeline?.leave(play)
    if (front) removeLowerThird(front.deck.root, play)
    const slot = waiting.get(play)
    if (!slot) return
    waiting.delete(play)
    release(slot)
  }

  const show = (play: number, fadeMs: number) => {
    const slot = waiting.get(play)
    if (!slot) return
    stopRebuilding()
    slot.filling.begin(() => {
      waiting.delete(play)
      finishFade()
      const before = front
      front = slot
      slot.deck.put('over')
      const sinceMs = slot.showAtMs === undefined ? undefined : sinceFleet(slot.showAtMs, fleetMs, performance.now())
      finishFade = settleLater(slot.deck, fadeMs, sinceMs, clock, () => {
        slot.deck.put('front')
        if (before) release(before)
        finishFade = () => {}
      })
    })
  }

  const clear = () => {
    stopRebuilding()
    finishFade()
    if (front) release(front)
    front = undefined
  }

  return {
    perform: (effect) => {
      switch (effect.kind) {
        case 'prepare':
          void prepare(effect.play, effect.join)
          break
        case 'discard':
          discard(effect.play)
          break
        case 'show':
          show(effect.play, effect.fadeMs)
          break
        case 'rebuild':
          void rebuild(effect.play, effect.place)
          break
        case 'finish-fade':
          finishFade()
          break
        case 'clear':
          clear()
          break
        default:
          assertNever(effect)
      }
    },
    framesOf: counts.of,
    presentedFrames: counts.total,
    close: () => {
      for (const play of [...preparing.keys(), ...waiting.keys()]) discard(play)
      clear()
      shelf.close()
    },
  }
}

/** Long enough for the new picture to be lit before the old one is taken down. */
const cutSettlesMs = 100

/**
 * Fades the deck in, or cuts; runs `settle` once, when nothing beneath is seen any more, or when it is called. `sinceMs`: when
 * the fade begins, on the clock of `performance.now()`; undefined: now. One that began before now is joined in its midst.
 */
function settleLater(
  deck: Deck,
  fadeMs: number,
  sinceMs: number | undefined,
  clock: Clock,
  settle: () => void,
): () => void {
  const timing = { duration: fadeMs, easing: 'ease-in-out', fill: 'backwards' } as const
  const fade = fadeMs > 0 ? deck.root.animate({ opacity: [0, 1] }, timing) : undefined
  if (fade && sinceMs !== undefined) fade.startTime = sinceMs
  let done = false
  const finish = () => {
    if (done) return
    done = true
    cancel()
    fade?.cancel()
    settle()
  }
  const behindMs = sinceMs === undefined ? 0 : performance.now() - sinceMs
  const cancel = clock.after(Math.max(0, fadeMs - behindMs) + cutSettlesMs, finish)
  return finish
}
