import type { Play, PlaySlot } from '../driver-state.ts'
import { type Filling, type FilmPlace, filmStart } from '../media/filling.ts'
import { openStream } from '../media/hls.ts'
import { openPhoto, type PhotoParts } from '../media/image.ts'
import { inStep } from '../media/in-step.ts'
import type { FilmSource } from '../media/remux.ts'
import type { FleetMs } from '../media/synced-film.ts'
import { openTimeline, type Timeline } from '../media/timeline.ts'
import { type FilmParts, openFilm } from '../media/video.ts'
import type { Deck } from './deck.ts'
import { isStream } from './film-source.ts'

/** A deck and what is in it. `showAtMs`: when it is to be seen by the fleet's clock, where walls keep in step. */
export type Slot = {
  readonly deck: Deck
  readonly filling: Filling
  readonly timeline?: Timeline
  readonly showAtMs?: number
}

/** What is to be put into a deck. */
export type Content = {
  readonly play: Play
  /** The film taken apart; undefined for what the browser or the player of streams reads itself. */
  readonly film?: FilmSource | undefined
  /** Where it is to begin, if it stood still there before; else where its slot says, or at its start. */
  readonly place?: FilmPlace
}

type DeckParts = FilmParts & PhotoParts & { readonly fleetMs: FleetMs }

/** Puts a photo, a film or a stream into a deck, out of sight; resolves when its first picture can be seen at once. */
export async function fillDeck(deck: Deck, content: Content, parts: DeckParts, signal: AbortSignal): Promise<Slot> {
  const { play, film, place } = content
  deck.hold(isPhoto(play) ? 'image' : 'video')
  if (play.slot) {
    const filling = await fillInStep(deck, content, play.slot, parts, signal)
    return { deck, filling, showAtMs: play.slot.showAtMs }
  }
  if (film) {
    const timeline = await openTimeline(deck.video, play, film, parts, signal)
    return { deck, filling: timeline, timeline }
  }
  if (isPhoto(play)) return { deck, filling: await openPhoto(deck.image, play, parts, signal) }
  const open = isStream(play) ? openStream : openFilm
  return { deck, filling: await open(deck.video, play, parts, signal, place) }
}

async function fillInStep(
  { image, video }: Deck,
  { play, place }: Content,
  slot: PlaySlot,
  parts: DeckParts,
  signal: AbortSignal,
): Promise<Filling> {
  const { fleetMs } = parts
  if (isPhoto(play)) return inStep(await openPhoto(image, play, parts, signal), slot, fleetMs)
  if (play.showing.stream === 'live') return inStep(await openStream(video, play, parts, signal), slot, fleetMs)
  const open = isStream(play) ? openStream : openFilm
  return inStep(await open(video, play, parts, signal, place ?? startIn(slot)), slot, fleetMs, video)
}

const isPhoto = ({ showing }: Play) => showing.mediaType.startsWith('image/')

const startIn = ({ showAtMs, beginsMs }: PlaySlot): FilmPlace => ({
  ...filmStart,
  filmSeconds: (showAtMs - beginsMs) / 1000,
})
