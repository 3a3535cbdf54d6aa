import type { StallRung } from '../../../shared/recovery/stall.ts'
import type { Clock } from '../clock.ts'
import type { Play } from '../driver-state.ts'
import { watchForEnd } from './end-watch.ts'
import { type Filling, type FillingListener, type FilmPlace, filmStart, MediaFault, stoodStill } from './filling.ts'
import { meterFrames, watchFilm } from './film-watch.ts'
import type { FrameCounts } from './frame-counts.ts'
import { onceLit, onNextFrame } from './next-frame.ts'

/** What a film on its own needs beside its element. */
export type FilmParts = { readonly clock: Clock; readonly counts: FrameCounts; readonly listener: FillingListener }

/**
 * Loads a film into an element of its own, as it is: for films with sound and for what cannot be taken apart, or has
 * to go on at a place where it stood still.
 *
 * Resolves when its first frame is decoded; rejects with a MediaFault, or when aborted.
 */
export async function openFilm(
  video: HTMLVideoElement,
  play: Play,
  parts: FilmParts,
  signal: AbortSignal,
  from = filmStart,
): Promise<Filling> {
  const { showing } = play
  video.style.objectFit = showing.fit
  video.muted = !showing.audio
  video.loop = showing.seconds !== null
  video.src = showing.address
  if (from.filmSeconds > 0) video.currentTime = from.filmSeconds
  try {
    await firstFrame(video, signal, Math.max(0, from.filmSeconds - seekToleranceSeconds))
  } catch (cause) {
    emptyVideo(video)
    throw cause
  }
  return fill(video, play, from, parts)
}

/** Gives back the decoder and the connection: a page may hold about a thousand players. */
export function emptyVideo(video: HTMLVideoElement): void {
  video.pause()
  video.removeAttribute('src')
  video.load()
}

/**
 * Starts a film that has just been raised, two frames later: a deck needs as long to be lit, and the film's first picture
 * must not be over before it is seen. Without sound if sound is refused.
 */
export function startFilm(video: HTMLVideoElement, signal: AbortSignal): void {
  onNextFrame(() =>
    onNextFrame(() => {
      if (!signal.aborted) play(video)
    }),
  )
}

function play(video: HTMLVideoElement): void {
  video.play().catch(() => {
    video.muted = true
    video.play().catch(() => {}) // what keeps a muted film from playing is reported by the element or seen as a stall
  })
}

/**
 * Resolves when the element has its first frame decoded and drawn; rejects with what the element says, or when aborted.
 * A decoded frame that was never drawn is a black picture when its deck comes to the front.
 *
 * The first frame is the one at `seconds`: a seek may leave the one before it on the element (seen in Chromium with
 * frames that an edit list hides), and then it is sought once more.
 */
export async function firstFrame(video: HTMLVideoElement, signal: AbortSignal, seconds = 0): Promise<void> {
  const drawn = nextDrawn(video)
  await firstFrameDecoded(video, signal)
  const drawnSeconds = await inTime(drawn)
  if (drawnSeconds === undefined || drawnSeconds >= seconds) return
  const again = nextDrawn(video)
  video.currentTime += seekStepSeconds
  await inTime(again)
}

const seekStepSeconds = 0.001
/** The frame at a place may have begun this long before it. */
const seekToleranceSeconds = 0.25
/** A page that nobody can see draws nothing, and must go on all the same. */
const drawnWithinMs = 500

/** The media time of the frame drawn next. */
function nextDrawn(video: HTMLVideoElement): Promise<number> {
  return new Promise((resolve) => {
    video.requestVideoFrameCallback((_now, { mediaTime }) => resolve(mediaTime))
  })
}

function inTime(drawn: Promise<number>): Promise<number | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), drawnWithinMs))
  return Promise.race([drawn, late])
}

function firstFrameDecoded(video: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settled = new AbortController()
    const until = { signal: settled.signal }
    const settle = (finish: () => void) => () => {
      settled.abort()
      finish()
    }
    video.addEventListener('loadeddata', settle(resolve), until)
    video.addEventListener(
      'error',
      settle(() => reject(elementFault(video))),
      until,
    )
    signal.addEventListener(
      'abort',
      settle(() => reject(signal.reason)),
      until,
    )
  })
}

/** Why an element gave up, in its own words. */
export function elementFault(video: HTMLVideoElement): MediaFault {
  const { error } = video
  return new MediaFault('failed', `the film does not play: ${error?.message || `error ${error?.code}`}`)
}

/** Who looks at a film's end looks at its last frame: no film's sound goes on for longer, unless it was made to. */
const endNearSeconds = 0.1

function fill(video: HTMLVideoElement, play: Play, from: FilmPlace, { clock, counts, listener }: FilmParts): Filling {
  const settled = new AbortController()
  const until = { signal: settled.signal }
  const meter = meterFrames(video)
  let presented = false
  let stopWatching = () => {}
  const count = () => counts.add(play.id, meter())
  const fail = (fault: MediaFault) => listener.failed(play.id, fault, true)
  const { seconds } = play.showing
  const restMs = () => (seconds === null ? video.duration - from.filmSeconds : seconds - from.shownSeconds) * 1000
  let beganMs = clock.nowMs()
  const stalled = (rung: StallRung) => {
    if (rung === 'give-up') {
      fail(stoodStill())
      return
    }
    const shownSeconds = from.shownSeconds + (clock.nowMs() - beganMs) / 1000
    listener.stalled(play.id, rung, { shownSeconds, filmSeconds: video.currentTime })
  }
  const onPresented = (frameMs: number) => {
    count()
    if (presented || settled.signal.aborted) return
    presented = true
    beganMs = clock.nowMs()
    listener.presented(play.id, restMs(), seconds !== null, frameMs)
  }
  let isOver = false
  /** It plays on until the next picture lies over it: its last frame may still be to come. */
  const reachedEnd = () => {
    if (isOver || settled.signal.aborted) return
    isOver = true
    listener.over(play.id)
  }
  const end = watchForEnd(clock, reachedEnd)
  const onFrame = (mediaSeconds: number, expectedMs: number) => {
    onPresented(expectedMs)
    const restSeconds = video.duration - mediaSeconds
    if (!video.loop && restSeconds < endNearSeconds) end.lastFrames(restSeconds, expectedMs)
  }
  video.addEventListener('error', () => fail(elementFault(video)), until)
  video.addEventListener('ended', reachedEnd, until)
  return {
    begin: (raise) => {
      stopWatching = watchFilm(video, clock, {
        frame: onFrame,
        stalled,
        isOver: () => video.ended,
        isRebuilt: from.isRebuilt,
      })
      raise()
      startFilm(video, settled.signal)
      onceLit(onPresented)
    },
    dispose: () => {
      count()
      stopWatching()
      end.cancel()
      settled.abort()
      emptyVideo(video)
    },
  }
}
