import type { Play } from '../driver-state.ts'
import type { FilmPlace } from './filling.ts'
import type { FilmSource } from './remux.ts'
import type { Ending } from './remux-wire.ts'

/** One film of a run. Times are on the media timeline, in seconds; they are known when they are known. */
export type Clip = {
  readonly play: Play
  readonly source: FilmSource
  start: number | undefined
  ending: Ending | undefined
  presented: boolean
  over: boolean
}

/** The first clip starts here: times before zero are refused, and what an edit list hides comes before the start. */
export const originSeconds = 60
export const toleranceSeconds = 0.002

/** A film that nothing is known of yet. */
export const clipOf = (play: Play, source: FilmSource, start?: number): Clip => ({
  play,
  source,
  start,
  ending: undefined,
  presented: false,
  over: false,
})

/** Whether a film can be taken apart and appended: its codec, whether it stays one film, and what an edit list hides, which can only come once. */
export function fitsTimeline({ facts }: FilmSource, seconds: number | null): boolean {
  const { hiddenSeconds } = facts
  const startsAgain = (seconds ?? 0) > (facts.seconds ?? Number.POSITIVE_INFINITY)
  const isHideable = hiddenSeconds <= toleranceSeconds || (hiddenSeconds < originSeconds && !startsAgain)
  return isHideable && facts.isOneFilm && MediaSource.isTypeSupported(facts.mediaType)
}

/**
 * What has to be alike for two films to share a timeline: the codec, the size, how the picture is turned, and how it fits. Where an
 * element's picture changes its size, a frame may be lost (seen on the display); in a swap to another element none is.
 */
export function familyOf({ showing }: Play, { facts }: Pick<FilmSource, 'facts'>): string {
  return `${facts.codec} ${facts.width}x${facts.height} ${facts.rotation} ${showing.fit}`
}

/** Where the clip's last frame ends, once the clip is placed and read to its end. */
export function endOf(clip: Clip | undefined): number | undefined {
  return clip?.start === undefined || !clip.ending ? undefined : clip.start + clip.ending.endSeconds
}

/** How long the clip still lasts at a place on the timeline, in milliseconds; undefined while nobody knows. */
export function restMs(clip: Clip, mediaSeconds: number): number | undefined {
  const seconds = clip.ending?.endSeconds ?? clip.play.showing.seconds ?? clip.source.facts.seconds
  return seconds === undefined ? undefined : (seconds - (mediaSeconds - (clip.start ?? mediaSeconds))) * 1000
}

/** How far a clip has come at a place on the timeline. */
export function placeIn({ start, source, ending }: Clip, mediaSeconds: number): FilmPlace {
  const shownSeconds = Math.max(0, mediaSeconds - (start ?? mediaSeconds))
  const filmSeconds = source.facts.seconds ?? ending?.endSeconds ?? 0
  return { shownSeconds, filmSeconds: filmSeconds > 0 ? shownSeconds % filmSeconds : shownSeconds }
}
