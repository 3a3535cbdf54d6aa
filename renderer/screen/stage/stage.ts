import { assertNever } from '../../../shared/assert-never.ts'
import type { Clock } from '../clock.ts'
import type { DriverEvent, Effect, Play, PlaySlot } from '../driver-state.ts'
import { fitsTimeline } from '../media/clip.ts'
import { type Filling, type FillingListener, faultOf } from '../media/filling.ts'
import { createFrameCounts, type Frames } from '../media/frame-counts.ts'
import { openStream } from '../media/hls.ts'
import { openPhoto } from '../media/image.ts'
import { inStep, sinceFleet } from '../media/in-step.ts'
import type { FilmSource, Remux } from '../media/remux.ts'
import type { FleetMs } from '../media/synced-film.ts'
import { openTimeline, type Timeline } from '../media/timeline.ts'
import { openFilm } from '../media/video.ts'
import { createDecks, type Deck } from './deck.ts'
import { addLowerThird, removeLowerThird, revealLowerThird } from './lower-third.ts'

/** What the stage reports to the driver. */
export type StageEvent = Extract<DriverEvent, { kind: 'prepared' | 'presented' | 'over' | 'failed' }>
type StageEffect = Extract<Effect, { kind: 'prepare' | 'discard' | 'show' | 'finish-fade' | 'clear' }>

/** Where pictures are made ready and brought to the front. */
export type Stage = {
  perform(effect: StageEffect): void
  /** The frames that a play has had; only the last few plays are known. */
  framesOf(play: number): Frames
  /** All frames of films since the page began. */
  presentedFrames(): number
  close(): void
}

/** `showAtMs`: when it is to be seen by the fleet's clock, where walls keep in step. */
type Slot = {
  readonly deck: Deck
  readonly filling: Filling
  readonly timeline?: Timeline
  readonly showAtMs?: number
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
  const preparing = new Map<number, AbortController>()
  const waiting = new Map<number, Slot>()
  let front: Slot | undefined
  let finishFade = () => {}

  const listener: FillingListener = {
    presented: (play, lengthMs, endIsTimed) => {
      if (front) revealLowerThird(front.deck.root, play)
      const endsAtMs = lengthMs === undefined ? undefined : clock.nowMs() + lengthMs
      tell({ kind: 'presented', play, endsAtMs, endIsTimed })
    },
    over: (play) => tell({ kind: 'over', play }),
    failed: (play, fault, certain) =>
      tell({ kind: 'failed', play, fault: fault.kind, message: fault.message, certain }),
  }

  const giveBack = (deck: Deck) => {
    removeLowerThird(deck.root)
    decks.giveBack(deck)
  }

  const release = (slot: Slot) => {
    slot.filling.dispose()
    giveBack(slot.deck)
  }

  const parts = { clock, counts, listener }
  const fillDeck = async (deck: Deck, play: Play, film: FilmSource | undefined, signal: AbortSignal): Promise<Slot> => {
    deck.put('waiting')
    addLowerThird(deck.root, play, languages(), false)
    const isPhoto = play.showing.mediaType.startsWith('image/')
    deck.hold(isPhoto ? 'image' : 'video')
    if (play.slot) {
      return { deck, filling: await fillInStep(deck, play, play.slot, signal), showAtMs: play.slot.showAtMs }
    }
    if (isPhoto) return { deck, filling: await openPhoto(deck.image, play, listener, signal) }
    if (isStream(play)) return { deck, filling: await openStream(deck.video, play, parts, signal) }
    if (!film) return { deck, filling: await openFilm(deck.video, play, parts, signal) }
    const timeline = await openTimeline(deck.video, play, film, parts, signal)
    return { deck, filling: timeline, timeline }
  }

  const fillInStep = async (deck: Deck, play: Play, slot: PlaySlot, signal: AbortSignal): Promise<Filling> => {
    const { image, video } = deck
    if (play.showing.mediaType.startsWith('image/'))
      return inStep(await openPhoto(image, play, listener, signal), slot, fleetMs)
    if (play.showing.stream === 'live') return inStep(await openStream(video, play, parts, signal), slot, fleetMs)
    const open = isStream(play) ? openStream : openFilm
    const fromSeconds = (slot.showAtMs - slot.beginsMs) / 1000
    return inStep(await open(video, play, parts, signal, fromSeconds), slot, fleetMs, video)
  }

  const prepareApart = async (play: Play, film: FilmSource | undefined, signal: AbortSignal) => {
    const deck = decks.take()
    try {
      const slot = await fillDeck(deck, play, film, signal)
      if (signal.aborted) return release(slot)
      waiting.set(play.id, slot)
      tell({ kind: 'prepared', play: play.id, joined: false })
    } catch (thrown) {
      giveBack(deck)
      throw thrown
    }
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
      const isFilm = !isStream(play) && mediaType.startsWith('video/')
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
    slot.filling.begin(() => {
      waiting.delete(play)
      finishFade()
      const before = front
      front = slot
      slot.deck.put('over')
      const sinceMs = slot.showAtMs === undefined ? undefined : sinceFleet(slot.showAtMs, fleetMs)
      finishFade = settleLater(slot.deck, fadeMs, sinceMs, clock, () => {
        slot.deck.put('front')
        if (before) release(before)
        finishFade = () => {}
      })
    })
  }

  const clear = () => {
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
    },
  }
}

const isStream = ({ showing }: Play) => showing.mediaType === 'application/vnd.apple.mpegurl'

/** Takes the film apart; undefined for one with sound or of a kind that only the element itself may know. */
async function openSource(play: Play, remux: Remux, signal: AbortSignal): Promise<FilmSource | undefined> {
  const { address, audio, seconds } = play.showing
  if (audio) return undefined
  const film = await remux.open(new URL(address, document.baseURI).href, seconds ?? undefined, signal)
  if (fitsTimeline(film, seconds)) return film
  film.close()
  return undefined
}

/** Long enough for the new picture to be lit before the old one is taken down. */
const cutSettlesMs = 100

/**
 * Fades the deck in, or cuts; runs `settle` once, when nothing beneath is seen any more, or when it is called. `sinceMs`: when
 * the fade begins, on the clock of `performance.now()`; undefined: now.
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
  const cancel = clock.after(fadeMs + cutSettlesMs, finish)
  return finish
}
