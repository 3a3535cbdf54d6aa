import Hls, { type ErrorData, type LevelDetails } from 'hls.js'
import type { StallRung } from '../../../shared/recovery/stall.ts'
import type { Play } from '../driver-state.ts'
import { type EndWatch, watchForEnd } from './end-watch.ts'
import { type Filling, type FilmPlace, filmStart, MediaFault, stoodStill } from './filling.ts'
import { meterFrames, watchFilm } from './film-watch.ts'
import { firstFailure } from './first-failure.ts'
import { fixedLevel } from './fixed-level.ts'
import { type LiveState, seePlaylist, standsStill } from './live-watch.ts'
import { onceLit } from './next-frame.ts'
import { streamConfig } from './stream-setup.ts'
import { elementFault, emptyVideo, type FilmParts, firstFrame, startFilm } from './video.ts'

/** A live stream that has shown no picture by then is left out for a while; the loop has something else ready by its turn. */
const joinWithinMs = 6_000
/** A live stream without a time of its own in the playlist stays this long. */
const fallbackLiveSeconds = 30
const lookEveryMs = 500

/**
 * Loads an HLS set that is on this machine, or joins a live stream near its newest segment.
 *
 * Resolves when the first frame is decoded and drawn; rejects with a MediaFault, or when aborted. A live stream that waits for its
 * turn follows the live edge. Every showing has an instance of its own, so nothing of a stream outlives it.
 */
export async function openStream(
  video: HTMLVideoElement,
  play: Play,
  parts: FilmParts,
  signal: AbortSignal,
  from = filmStart,
): Promise<Filling> {
  const { showing } = play
  const live = showing.stream === 'live'
  video.style.objectFit = showing.fit
  video.muted = !showing.audio
  video.loop = !live && showing.seconds !== null
  const stream = new Stream(video, play, from, parts)
  try {
    await Promise.race([firstFrame(video, signal), stream.firstFailure.promise])
  } catch (cause) {
    stream.dispose()
    throw cause
  }
  return stream
}

class Stream implements Filling {
  readonly firstFailure = firstFailure()
  readonly #video: HTMLVideoElement
  readonly #play: Play
  readonly #live: boolean
  readonly #from: FilmPlace
  readonly #parts: FilmParts
  readonly #hls: Hls
  readonly #meter: ReturnType<typeof meterFrames>
  readonly #end: EndWatch
  readonly #disposed = new AbortController()
  #liveState: LiveState | undefined
  /** Where the last picture of a set ends on the media timeline, once its last segment is loaded. */
  #endSeconds: number | undefined
  #lastFrameSeconds = 0
  #beganMs = 0
  #longestFrameSeconds = 0.034
  #begun = false
  #presented = false
  #over = false
  #failed = false
  #stopWatching = () => {}
  #cancelLook = () => {}
  #cancelJoin = () => {}

  constructor(video: HTMLVideoElement, play: Play, from: FilmPlace, parts: FilmParts) {
    const live = play.showing.stream === 'live'
    this.#video = video
    this.#play = play
    this.#live = live
    this.#from = from
    this.#parts = parts
    this.#meter = meterFrames(video)
    this.#end = watchForEnd(parts.clock, () => this.#reachedEnd())
    const until = { signal: this.#disposed.signal }
    video.addEventListener('error', () => this.#fail(elementFault(video)), until)
    video.addEventListener('ended', () => this.#reachedEnd(), until)
    this.#hls = new Hls(streamConfig(live, from.filmSeconds))
    this.#listen()
    this.#hls.attachMedia(video)
    this.#hls.loadSource(new URL(play.showing.address, document.baseURI).href)
    if (live) this.#cancelJoin = parts.clock.after(joinWithinMs, () => this.#joinTakesTooLong())
    this.#look()
  }

  begin(raise: () => void): void {
    this.#begun = true
    this.#stopWatching = watchFilm(this.#video, this.#parts.clock, {
      frame: (mediaSeconds, expectedMs) => this.#frame(mediaSeconds, expectedMs),
      stalled: (rung) => this.#stalled(rung),
      isOver: () => this.#over,
      isRebuilt: this.#from.isRebuilt,
      // A jump in a live stream's time is no slow frame.
      ...(this.#live && { longestFrameMs: 500 }),
    })
    raise()
    startFilm(this.#video, this.#disposed.signal)
    onceLit((frameMs) => this.#present(frameMs))
  }

  dispose(): void {
    this.#count()
    this.#disposed.abort()
    for (const cancel of [this.#stopWatching, this.#end.cancel, this.#cancelLook, this.#cancelJoin]) cancel()
    this.#hls.destroy()
    emptyVideo(this.#video)
  }

  #listen(): void {
    const { Events } = Hls
    this.#hls.on(Events.MANIFEST_PARSED, () => this.#start())
    this.#hls.on(Events.LEVEL_LOADED, (_event, { details }) => this.#playlistSeen(details))
    this.#hls.on(Events.FRAG_BUFFERED, (_event, { frag }) => {
      const pictures = frag.elementaryStreams.video ?? frag.elementaryStreams.audiovideo
      const isLast = !this.#live && frag.type === 'main' && frag.sn === this.#lastSequence()
      if (pictures && isLast) this.#endSeconds = pictures.endPTS
    })
    this.#hls.on(Events.ERROR, (_event, data) => {
      const isAnothers = this.#live && data.details === Hls.ErrorDetails.LEVEL_PARSING_ERROR
      if (data.fatal || isAnothers) this.#fail(new MediaFault('failed', describe(data)))
    })
  }

  #start(): void {
    if (!this.#live) {
      const level = fixedLevel(this.#hls.levels, window.innerHeight * window.devicePixelRatio)
      this.#hls.startLevel = level
      this.#hls.loadLevel = level
    }
    this.#hls.startLoad(this.#live ? -1 : this.#from.filmSeconds)
  }

  #lastSequence(): number | undefined {
    return this.#hls.levels[this.#hls.loadLevel]?.details?.endSN
  }

  #playlistSeen(details: LevelDetails): void {
    if (!this.#live) return
    const seen = { live: details.live, endSequence: details.endSN, targetSeconds: details.targetduration }
    const state = seePlaylist(this.#liveState, seen, this.#parts.clock.nowMs())
    if (typeof state === 'string') this.#fail(new MediaFault('failed', state))
    else this.#liveState = state
  }

  #look(): void {
    if (!this.#live) return
    this.#cancelLook = this.#parts.clock.after(lookEveryMs, () => this.#look())
    if (this.#liveState && standsStill(this.#liveState, this.#parts.clock.nowMs())) {
      this.#fail(new MediaFault('stalled', 'the stream gets no new pictures'))
    } else if (!this.#begun) this.#followEdge()
  }

  /** While it waits, the window of a live stream moves on; its first picture must not be an old one. */
  #followEdge(): void {
    const edge = this.#hls.liveSyncPosition
    const { currentTime, readyState, seeking } = this.#video
    if (edge === null || seeking || readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return
    if (edge - currentTime > (this.#liveState?.targetSeconds ?? 1)) this.#video.currentTime = edge
  }

  #joinTakesTooLong(): void {
    if (this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return
    this.#fail(new MediaFault('failed', `the stream gave no picture within ${joinWithinMs / 1000} s`))
  }

  #frame(mediaSeconds: number, expectedMs: number): void {
    this.#count()
    this.#present(expectedMs)
    const stepSeconds = mediaSeconds - this.#lastFrameSeconds
    if (stepSeconds > 0 && stepSeconds < 1) {
      this.#longestFrameSeconds = Math.max(this.#longestFrameSeconds, stepSeconds)
    }
    this.#lastFrameSeconds = mediaSeconds
    this.#watchForEnd(mediaSeconds, expectedMs)
  }

  #present(frameMs: number): void {
    if (this.#presented || this.#disposed.signal.aborted) return
    this.#presented = true
    const { seconds } = this.#play.showing
    this.#beganMs = this.#parts.clock.nowMs()
    const timed = this.#live ? (seconds ?? fallbackLiveSeconds) : seconds
    const { duration } = this.#video
    const restSeconds = timed === null ? duration - this.#from.filmSeconds : timed - this.#from.shownSeconds
    const restMs = Number.isFinite(restSeconds) ? restSeconds * 1000 : undefined
    this.#parts.listener.presented(this.#play.id, restMs, timed !== null, frameMs)
  }

  /** The last frame is on: tells so when it has had its time, less what a swap takes. A frame that stands is no end. */
  #watchForEnd(mediaSeconds: number, expectedMs: number): void {
    if (this.#endSeconds === undefined || this.#video.loop) return
    const restSeconds = this.#endSeconds - mediaSeconds
    if (restSeconds > 1.5 * this.#longestFrameSeconds) return
    this.#end.lastFrames(restSeconds, expectedMs)
  }

  #reachedEnd(): void {
    if (this.#over || this.#live || this.#disposed.signal.aborted) return
    this.#over = true
    this.#video.pause()
    this.#parts.listener.over(this.#play.id)
  }

  /** A live stream that a nudge does not help is left at once: there is always something else to show. */
  #stalled(rung: StallRung): void {
    if (rung === 'give-up' || (this.#live && rung === 'rebuild')) {
      this.#fail(stoodStill())
      return
    }
    const shownSeconds = this.#from.shownSeconds + (this.#parts.clock.nowMs() - this.#beganMs) / 1000
    this.#parts.listener.stalled(this.#play.id, rung, { shownSeconds, filmSeconds: this.#video.currentTime })
  }

  /** Told once: after the first failure nothing of it is wanted any more. */
  #fail(fault: MediaFault): void {
    if (this.#failed || this.#over || this.#disposed.signal.aborted) return
    this.#failed = true
    this.#hls.stopLoad()
    this.firstFailure.tell(fault)
    this.#parts.listener.failed(this.#play.id, fault, true)
  }

  #count(): void {
    this.#parts.counts.add(this.#play.id, this.#meter())
  }
}

/** Why a stream gave up, in its player's words. */
function describe({ details, response, error }: ErrorData): string {
  const answer = response?.code ? ` (${response.code})` : ''
  return `the stream does not play: ${details}${answer}: ${error.message}`
}
