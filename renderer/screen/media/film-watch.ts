import { climb, forgiven, frameCame, notStalled, rebuilt, type StallRung } from '../../../shared/recovery/stall.ts'
import type { Clock } from '../clock.ts'

/** What is seen of a film as it plays. */
export type FilmListener = {
  /** A frame came onto the wall: its time in the film, in seconds, and when it is lit, on the clock of performance.now(). */
  frame(mediaSeconds: number, expectedMs: number): void
  /** No frame has come for too long though the film should be playing. A nudge has been given already. */
  stalled(rung: StallRung): void
  /** Whether the film has come to its end and may stand. */
  isOver(): boolean
  /** Called a few times a second while the film plays. */
  look?(): void
  /** How long a frame of this film may stand, when that is known from the file. */
  slowestMs?(): number
  /** No frame is taken to stand longer than this, whatever the steps between their times: for streams, whose time jumps. */
  readonly longestFrameMs?: number
  /** It was opened anew because it stood still: if that comes again, it is given up. */
  readonly isRebuilt?: boolean | undefined
}

let seen = 0
/** The frames that all films of this page have brought onto the wall up to now. */
export const framesSeen = (): number => seen

const lookEveryMs = 100
/** A look that comes so late tells that the page itself stood still, and nothing of the film. */
const lateLookMs = 250
const nudgeSeconds = 0.001

/**
 * Watches what a video element presents, and climbs the ladder of a film that stands still: told by presented frames alone, and
 * only in a page that is visible and drawn, since any other presents nothing. Returns the undo.
 */
export function watchFilm(video: HTMLVideoElement, clock: Clock, listener: FilmListener): () => void {
  let stall = (listener.isRebuilt ? rebuilt : notStalled)(clock.nowMs())
  let lookedMs = clock.nowMs()
  let lastMediaSeconds: number | undefined
  /** What the next frame is a step from; undefined after a standstill of the page, in which the film's time has gone on. */
  let stepFrom: { readonly seconds: number; readonly atMs: number } | undefined
  let longestMs = 0
  let stopped = false
  /** A page of which nothing was drawn since the last look stands still itself, whatever its timers say. */
  let isDrawn = true
  const onFrame: VideoFrameRequestCallback = (_now, metadata) => {
    if (stopped) return
    seen += 1
    broughtOn.set(video, metadata.presentedFrames)
    handle = video.requestVideoFrameCallback(onFrame)
    // A seek draws the frame that stands once more: that is none.
    const atMs = clock.nowMs()
    const seconds = metadata.mediaTime
    if (seconds !== lastMediaSeconds) stall = frameCame(stall, atMs)
    const from = atMs - lookedMs > lateLookMs ? undefined : stepFrom
    // The frame of before the standstill may be drawn once more after it: it has not stood for as long as its step says.
    const stepMs = from ? Math.min((seconds - from.seconds) * 1000, atMs - from.atMs) : 0
    longestMs = Math.max(longestMs, Math.min(stepMs, listener.longestFrameMs ?? 60_000))
    lastMediaSeconds = seconds
    stepFrom = { seconds, atMs }
    listener.frame(seconds, metadata.expectedDisplayTime)
  }
  let handle = video.requestVideoFrameCallback(onFrame)
  const look = () => {
    cancelLook = clock.after(lookEveryMs, look)
    listener.look?.()
    const nowMs = clock.nowMs()
    const sinceLookMs = nowMs - lookedMs
    lookedMs = nowMs
    if (!isDrawn || sinceLookMs > lateLookMs) stepFrom = undefined
    const isSeen = document.visibilityState === 'visible' && isDrawn
    if (isDrawn) requestAnimationFrame(() => (isDrawn = true))
    isDrawn = false
    const framesAreDue = !video.ended && !listener.isOver() && isSeen
    if (!framesAreDue) stall = forgiven(stall, sinceLookMs)
    else if (sinceLookMs > lateLookMs) stall = forgiven(stall, sinceLookMs - lookEveryMs)
    if (!framesAreDue) return
    const climbed = climb(stall, Math.max(longestMs, listener.slowestMs?.() ?? 0), nowMs)
    stall = climbed.stall
    if (climbed.rung === 'nudge') nudge(video)
    if (climbed.rung) listener.stalled(climbed.rung)
  }
  let cancelLook = clock.after(lookEveryMs, look)
  return () => {
    stopped = true
    cancelLook()
    video.cancelVideoFrameCallback(handle)
  }
}

/** A film that was paused is let run; the pipeline of one that runs is emptied and filled again by a seek that nobody sees. */
function nudge(video: HTMLVideoElement): void {
  if (!video.paused) video.currentTime += nudgeSeconds
  video.play().catch(() => {}) // what a nudge does not help is seen, and the next rung is climbed
}

/** The frames that each watched element has brought onto the wall since its film was loaded. */
const broughtOn = new WeakMap<HTMLVideoElement, number>()

/**
 * The frames that an element has presented and dropped since the last time it was asked, but for so many of the newest. What
 * is presented is counted where frames come on: the decoder, which the element's own total counts, is ahead of the wall.
 */
export function meterFrames(video: HTMLVideoElement): (butNewest?: number) => { presented: number; dropped: number } {
  broughtOn.delete(video)
  let before = { presented: 0, dropped: 0 }
  return (butNewest = 0) => {
    const now = {
      presented: Math.max(before.presented, (broughtOn.get(video) ?? 0) - butNewest),
      dropped: video.getVideoPlaybackQuality().droppedVideoFrames,
    }
    const since = {
      presented: Math.max(0, now.presented - before.presented),
      dropped: Math.max(0, now.dropped - before.dropped),
    }
    before = now
    return since
  }
}
