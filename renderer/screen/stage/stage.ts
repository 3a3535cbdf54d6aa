import { assertNever } from '../../../shared/assert-never.ts'
import type { Clock } from '../clock.ts'
import type { DriverEvent, Effect, Play } from '../driver.ts'
import { type Filling, type FillingListener, faultOf, MediaFault } from '../media/filling.ts'
import { createFrameCounts, type Frames } from '../media/frame-counts.ts'
import { openPhoto } from '../media/image.ts'
import { openFilm } from '../media/video.ts'
import { createDecks, type Deck } from './deck.ts'

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

type Slot = { readonly deck: Deck; readonly filling: Filling; readonly play: Play }

/** Makes the stage within an element that fills the page. */
export function openStage(parent: HTMLElement, clock: Clock, tell: (event: StageEvent) => void): Stage {
  const decks = createDecks(parent)
  const counts = createFrameCounts()
  const preparing = new Map<number, AbortController>()
  const waiting = new Map<number, Slot>()
  let front: Slot | undefined
  let finishFade = () => {}

  const listener: FillingListener = {
    presented: (play, lengthMs, endIsTimed) => {
      const endsAtMs = lengthMs === undefined ? undefined : clock.nowMs() + lengthMs
      tell({ kind: 'presented', play, endsAtMs, endIsTimed })
    },
    over: (play) => tell({ kind: 'over', play }),
    failed: (play, fault, certain) =>
      tell({ kind: 'failed', play, fault: fault.kind, message: fault.message, certain }),
  }

  const release = (slot: Slot) => {
    slot.filling.dispose()
    decks.giveBack(slot.deck)
  }

  const fill = (deck: Deck, play: Play, signal: AbortSignal): Promise<Filling> => {
    const { mediaType } = play.showing
    if (mediaType.startsWith('image/')) {
      deck.hold('image')
      return openPhoto(deck.image, play, listener, signal)
    }
    if (mediaType === 'application/vnd.apple.mpegurl') {
      return Promise.reject(new MediaFault('failed', 'this player cannot show streams'))
    }
    deck.hold('video')
    return openFilm(deck.video, play, { clock, counts, listener }, signal)
  }

  const prepare = async (play: Play) => {
    const abort = new AbortController()
    preparing.set(play.id, abort)
    const deck = decks.take()
    deck.put('waiting')
    try {
      const filling = await fill(deck, play, abort.signal)
      if (abort.signal.aborted) return release({ deck, filling, play })
      waiting.set(play.id, { deck, filling, play })
      tell({ kind: 'prepared', play: play.id, joined: false })
    } catch (thrown) {
      decks.giveBack(deck)
      const fault = faultOf(thrown)
      if (!abort.signal.aborted) listener.failed(play.id, fault, true)
    } finally {
      preparing.delete(play.id)
    }
  }

  const discard = (play: number) => {
    preparing.get(play)?.abort()
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
      finishFade = settleLater(slot.deck, fadeMs, clock, () => {
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
          return void prepare(effect.play)
        case 'discard':
          return discard(effect.play)
        case 'show':
          return show(effect.play, effect.fadeMs)
        case 'finish-fade':
          return finishFade()
        case 'clear':
          return clear()
        default:
          return assertNever(effect)
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

/** Long enough for the new picture to be lit before the old one is taken down. */
const cutSettlesMs = 100

/** Fades the deck in, or cuts; runs `settle` once, when nothing beneath is seen any more, or when it is called. */
function settleLater(deck: Deck, fadeMs: number, clock: Clock, settle: () => void): () => void {
  const fade =
    fadeMs > 0 ? deck.root.animate({ opacity: [0, 1] }, { duration: fadeMs, easing: 'ease-in-out' }) : undefined
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
