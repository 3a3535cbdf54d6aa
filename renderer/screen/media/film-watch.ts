import type { Clock } from '../clock.ts'

/** What is seen of a film as it plays. */
export type FilmListener = {
  /** A frame came onto the wall: its time in the film, in seconds, and when it is lit, on the clock of performance.now(). */
  frame(mediaSeconds: number, expectedMs: number): void
  /** No frame has come for too long though the film should be playing. */
  stalled(): void
  /** Called a few times a second while the film plays. */
  look?(): void
  /** How long a frame of this film may stand, when that is known from the file. */
  slowestMs?(): number
  /** No frame is taken to stand longer than this, whatever the steps between their times: for streams, whose time jumps. */
  readonly longestFrameMs?: number
}

let seen = 0
/** The frames that all films of this page have brought onto the wall up to now. */
export const framesSeen = (): number => seen

const lookEveryMs = 200
const stillAllowedMs = 1_500
const slowestFactor = 2.5

/**
 * Watches what a video element presents. A stall is told from slow frames by the longest interval seen so far, and only
 * looked for in a page that is visible: a hidden page presents nothing. Returns the undo.
 */
export function watchFilm(video: HTMLVideoElement, clock: Clock, listener: FilmListener): () => void {
  let lastMs = clock.nowMs()
  let lastMediaSeconds: number | undefined
  let longestMs = 0
  let stopped = false
  const onFrame: VideoFrameRequestCallback = (_now, metadata) => {
    if (stopped) return
    seen += 1
    handle = video.requestVideoFrameCallback(onFrame)
    lastMs = clock.nowMs()
    const stepMs = (metadata.mediaTime - (lastMediaSeconds ?? metadata.mediaTime)) * 1000
    longestMs = Math.max(longestMs, Math.min(stepMs, listener.longestFrameMs ?? 60_000))
    lastMediaSeconds = metadata.mediaTime
    listener.frame(metadata.mediaTime, metadata.expectedDisplayTime)
  }
  let handle = video.requestVideoFrameCallback(onFrame)
  const allowedMs = () => Math.max(stillAllowedMs, Math.max(longestMs, listener.slowestMs?.() ?? 0) * slowestFactor)
  const look = () => {
    cancelLook = clock.after(lookEveryMs, look)
    listener.look?.()
    const playing = !video.paused && !video.ended && document.visibilityState === 'visible'
    if (!playing) lastMs = clock.nowMs()
    else if (clock.nowMs() - lastMs > allowedMs()) {
      lastMs = clock.nowMs()
      listener.stalled()
    }
  }
  let cancelLook = clock.after(lookEveryMs, look)
  return () => {
    stopped = true
    cancelLook()
    video.cancelVideoFrameCallback(handle)
  }
}

/** The frames that an element has presented and dropped since the last time it was asked. */
export function meterFrames(video: HTMLVideoElement): () => { presented: number; dropped: number } {
  let before = { presented: 0, dropped: 0 }
  return () => {
    const quality = video.getVideoPlaybackQuality()
    const now = {
      presented: quality.totalVideoFrames - quality.droppedVideoFrames,
      dropped: quality.droppedVideoFrames,
    }
    const since = {
      presented: Math.max(0, now.presented - before.presented),
      dropped: Math.max(0, now.dropped - before.dropped),
    }
    before = now
    return since
  }
}
