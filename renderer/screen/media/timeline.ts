import type { StallRung } from '../../../shared/recovery/stall.ts'
import type { Play } from '../driver-state.ts'
import { type Clip, clipOf, endOf, familyOf, originSeconds, placeIn, restMs, toleranceSeconds } from './clip.ts'
import { type EndWatch, watchForEnd } from './end-watch.ts'
import { Feeder, ignoreDeadElement } from './feeder.ts'
import { type Filling, type MediaFault, stoodStill } from './filling.ts'
import { meterFrames, watchFilm } from './film-watch.ts'
import { firstFailure } from './first-failure.ts'
import { jumpHole } from './holes.ts'
import { onceLit } from './next-frame.ts'
import type { FilmSource } from './remux.ts'
import { type Buffer, openBuffer } from './source-buffer.ts'
import { elementFault, emptyVideo, type FilmParts, firstFrame, startFilm } from './video.ts'

/** A run of films on one media timeline, so that one follows the other without a frame between them. */
export type Timeline = Filling & {
  /** Puts the film behind the last one; false when it cannot follow, or when it is too late for that. */
  join(play: Play, source: FilmSource): boolean
  /** Says that a film may be about to join, so that the run is not ended yet; the undo says that it will not. */
  expectJoin(): () => void
  /** Takes a joined film off again, unless it is on already. */
  leave(play: number): void
}

/** The run is ended this long before its end, or the decoder would hold back its last frames. */
const endsAheadSeconds = 1

/**
 * Opens a run with its first film in the element; resolves when the first frame is decoded.
 *
 * Each clip starts where the last frame of the one before ends.
 */
export async function openTimeline(
  video: HTMLVideoElement,
  play: Play,
  source: FilmSource,
  parts: FilmParts,
  signal: AbortSignal,
): Promise<Timeline> {
  video.style.objectFit = play.showing.fit
  video.muted = true
  video.loop = false
  const buffer = await openBuffer(video, source.facts.mediaType).catch((cause) => {
    source.close()
    emptyVideo(video)
    throw cause
  })
  const run = new Run(video, buffer, parts, { play, source })
  try {
    video.currentTime = originSeconds + toleranceSeconds
    await Promise.race([firstFrame(video, signal, originSeconds - toleranceSeconds), run.firstFailure.promise])
  } catch (cause) {
    run.dispose()
    throw cause
  }
  return run
}

class Run implements Timeline {
  readonly firstFailure = firstFailure()
  readonly #video: HTMLVideoElement
  readonly #buffer: Buffer
  readonly #parts: FilmParts
  readonly #family: string
  readonly #meter: ReturnType<typeof meterFrames>
  readonly #disposed = new AbortController()
  readonly #feeder: Feeder
  readonly #end: EndWatch
  #clips: Clip[]
  #joinsExpected = 0
  #closed = false
  #ended = false
  #begun = false
  #lastFrameSeconds = originSeconds
  #stopWatching = () => {}

  constructor(video: HTMLVideoElement, buffer: Buffer, parts: FilmParts, first: { play: Play; source: FilmSource }) {
    this.#video = video
    this.#buffer = buffer
    this.#parts = parts
    this.#family = familyOf(first.play, first.source)
    this.#meter = meterFrames(video)
    this.#clips = [clipOf(first.play, first.source, originSeconds)]
    this.#end = watchForEnd(parts.clock, () => this.#reachedEnd())
    this.#feeder = new Feeder({
      video,
      buffer,
      clips: () => this.#clips,
      complete: () => this.#look(),
      failed: (clip, fault) => this.#clipFailed(clip, fault),
      signal: this.#disposed.signal,
    })
    video.addEventListener('error', () => this.#elementFailed(), { signal: this.#disposed.signal })
    video.addEventListener('ended', () => this.#reachedEnd(), { signal: this.#disposed.signal })
  }

  begin(raise: () => void): void {
    this.#stopWatching = watchFilm(this.#video, this.#parts.clock, {
      frame: (mediaSeconds, expectedMs) => this.#frame(mediaSeconds, expectedMs),
      stalled: (rung) => this.#stalled(rung),
      isOver: () => this.#clips.at(-1)?.over ?? true,
      look: () => this.#look(),
      slowestMs: () => this.#feeder.longestFrameSeconds * 1000,
    })
    raise()
    startFilm(this.#video, this.#disposed.signal)
    onceLit((frameMs) => this.#frame(originSeconds, frameMs))
  }

  join(play: Play, source: FilmSource): boolean {
    if (this.#closed || this.#clips.at(-1)?.over || familyOf(play, source) !== this.#family) return false
    // Only a seek makes the decoder swallow hidden frames; in a running timeline they would be seen.
    if (source.facts.hiddenSeconds > toleranceSeconds) return false
    this.#clips.push(clipOf(play, source))
    this.#feeder.wake()
    return true
  }

  expectJoin(): () => void {
    let expected = true
    this.#joinsExpected += 1
    return () => {
      if (!expected) return
      expected = false
      this.#joinsExpected -= 1
      this.#look()
    }
  }

  leave(play: number): void {
    const clip = this.#clips.find((one) => one.play.id === play)
    if (!clip || clip.presented) return
    clip.source.close()
    this.#clips = this.#clips.filter((one) => one !== clip)
    if (clip.start === undefined) return
    // What the decoder has read already cannot be taken back: the run then ends with the clip before.
    if (clip.start - this.#video.currentTime < endsAheadSeconds) this.#closed = true
    void this.#feeder.takeOff(clip.start).then(() => this.#look())
  }

  dispose(): void {
    this.#count(this.#shown())
    this.#closed = true
    this.#disposed.abort()
    this.#feeder.wake()
    this.#stopWatching()
    this.#end.cancel()
    for (const clip of this.#clips) clip.source.close()
    emptyVideo(this.#video)
  }

  #frame(mediaSeconds: number, expectedMs: number): void {
    if (this.#disposed.signal.aborted) return
    this.#begun = true
    this.#lastFrameSeconds = mediaSeconds
    const begun = this.#clips.filter(({ presented, start }) => !presented && isBehind(mediaSeconds, start))
    // An interruption may come at any time and wants to know how many frames there were. The newest is the next one's.
    this.#count(this.#shown(), begun.length > 0 ? 1 : 0)
    for (const clip of begun) {
      clip.presented = true
      // A frame that was not told of in time is counted back from.
      const sinceMs = Math.max(0, mediaSeconds - (clip.start ?? mediaSeconds)) * 1000
      const restOfItMs = restMs(clip, mediaSeconds)
      const lengthMs = restOfItMs === undefined ? undefined : restOfItMs + sinceMs
      this.#parts.listener.presented(clip.play.id, lengthMs, false, expectedMs - sinceMs)
    }
    this.#forgetPast()
    this.#watchForEnd(mediaSeconds, expectedMs)
  }

  /** The last clip's last frame is on: tells so when it has had its time, less what a swap takes. */
  #watchForEnd(mediaSeconds: number, expectedMs: number): void {
    const clip = this.#clips.at(-1)
    if (!clip?.presented || clip.over || !clip.ending || clip.start === undefined) return
    if (mediaSeconds < clip.start + clip.ending.lastFrameSeconds - toleranceSeconds) return
    this.#end.lastFrames(clip.start + clip.ending.endSeconds - mediaSeconds, expectedMs)
  }

  #reachedEnd(): void {
    const clip = this.#shown()
    if (!clip || clip.over || clip !== this.#clips.at(-1)) return
    clip.over = true
    this.#video.pause()
    this.#count(clip) // whoever is told that it is over may ask at once how many frames it had
    this.#parts.listener.over(clip.play.id)
  }

  /** Looked at a few times a second: room for more, what lies behind, a hole ahead, the end. */
  #look(): void {
    this.#feeder.wake()
    // Nobody sees the page, so no frames are told of; the loop goes on by the film's own time.
    if (this.#begun && document.visibilityState === 'hidden') this.#frame(this.#video.currentTime, performance.now())
    if (this.#begun) jumpHole(this.#video)
    // Taking something away opens a run again that was ended, and the decoder would hold back its last frames for ever.
    if (!this.#ended) void this.#feeder.evict()
    const last = this.#clips.at(-1)
    const end = endOf(last)
    if (end === undefined || this.#ended || this.#joinsExpected > 0) return
    if (end - this.#video.currentTime > endsAheadSeconds) return
    this.#closed = true
    this.#ended = true
    void this.#buffer.end().catch(ignoreDeadElement)
  }

  #forgetPast(): void {
    const shown = this.#clips.findLastIndex((clip) => clip.presented)
    for (const clip of this.#clips.slice(0, Math.max(0, shown))) clip.source.close()
    if (shown > 0) this.#clips = this.#clips.slice(shown)
  }

  #stalled(rung: StallRung): void {
    const clip = this.#shown()
    if (!clip || clip.over) return
    const { listener } = this.#parts
    if (rung === 'give-up') listener.failed(clip.play.id, stoodStill(), !this.#isAtJoint(clip))
    else listener.stalled(clip.play.id, rung, placeIn(clip, this.#lastFrameSeconds))
  }

  #elementFailed(): void {
    const fault = elementFault(this.#video)
    const clip = this.#shown()
    if (!clip) this.firstFailure.tell(fault)
    else this.#parts.listener.failed(clip.play.id, fault, !this.#isAtJoint(clip))
  }

  #clipFailed(clip: Clip, fault: MediaFault): void {
    if (this.#disposed.signal.aborted || !this.#clips.includes(clip)) return
    clip.ending = { endSeconds: 0, lastFrameSeconds: 0 }
    if (!this.#begun) this.firstFailure.tell(fault)
    if (this.#video.error) this.#elementFailed()
    else this.#parts.listener.failed(clip.play.id, fault, true)
  }

  /** Near the end of one clip with another behind it, the decoder works on both. */
  #isAtJoint(clip: Clip): boolean {
    const next = this.#clips[this.#clips.indexOf(clip) + 1]
    return next?.start !== undefined && next.start - this.#video.currentTime < 2 * endsAheadSeconds
  }

  #shown(): Clip | undefined {
    return this.#clips.findLast((clip) => clip.presented)
  }

  #count(clip: Clip | undefined, butNewest = 0): void {
    const frames = this.#meter(butNewest)
    if (clip) this.#parts.counts.add(clip.play.id, frames)
  }
}

/** Whether a film that starts there has come on by this time of the timeline. */
function isBehind(mediaSeconds: number, startSeconds: number | undefined): boolean {
  return startSeconds !== undefined && mediaSeconds >= startSeconds - toleranceSeconds
}
