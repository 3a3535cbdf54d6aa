import type { Clock } from '../clock.ts'
import type { Play } from '../driver-state.ts'
import { type Filling, type FillingListener, faultOf, MediaFault } from './filling.ts'
import { meterFrames, watchFilm } from './film-watch.ts'
import type { FrameCounts } from './frame-counts.ts'
import { onNextFrame } from './next-frame.ts'
import type { FilmSource } from './remux.ts'
import type { Ending, Piece } from './remux-wire.ts'
import { type Buffer, openBuffer } from './source-buffer.ts'
import { elementFault, emptyVideo, firstFrame, startFilm } from './video.ts'

/** Whether a film can be taken apart and appended: its codec, and what an edit list hides, which can only come once. */
export function fitsTimeline({ facts }: FilmSource, seconds: number | null): boolean {
  const { hiddenSeconds } = facts
  const startsAgain = (seconds ?? 0) > (facts.seconds ?? Number.POSITIVE_INFINITY)
  const isHideable = hiddenSeconds <= toleranceSeconds || (hiddenSeconds < originSeconds && !startsAgain)
  return isHideable && MediaSource.isTypeSupported(facts.mediaType)
}

/** A run of films on one media timeline, so that one follows the other without a frame between them. */
export type Timeline = Filling & {
  /** Puts the film behind the last one; false when it cannot follow, or when it is too late for that. */
  join(play: Play, source: FilmSource): boolean
  /** Says that a film may be about to join, so that the run is not ended yet; the undo says that it will not. */
  expectJoin(): () => void
  /** Takes a joined film off again, unless it is on already. */
  leave(play: number): void
}

export type TimelineParts = { readonly clock: Clock; readonly counts: FrameCounts; readonly listener: FillingListener }

/** One film of the run. Times are on the media timeline, in seconds; they are known when they are known. */
type Clip = {
  readonly play: Play
  readonly source: FilmSource
  start: number | undefined
  ending: Ending | undefined
  presented: boolean
  over: boolean
}

/** The first clip starts here: times before zero are refused, and what an edit list hides comes before the start. */
const originSeconds = 60
const aheadSeconds = 8
const keptBehindSeconds = 2
/** The run is ended this long before its end, or the decoder would hold back its last frames. */
const endsAheadSeconds = 1
const toleranceSeconds = 0.002
/** What a swap to another element takes: it is begun so much before the last frame has had its time. */
const swapLeadMs = 40

/**
 * Opens a run with its first film in the element; resolves when the first frame is decoded.
 *
 * Pieces are asked for while fewer than eight seconds lie ahead of what is shown, and taken away behind it, so a film of
 * any length needs the same memory. Each clip starts where the last frame of the one before ends.
 */
export async function openTimeline(
  video: HTMLVideoElement,
  play: Play,
  source: FilmSource,
  parts: TimelineParts,
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
    await Promise.race([firstFrame(video, signal, originSeconds - toleranceSeconds), run.firstFailure])
  } catch (cause) {
    run.dispose()
    throw cause
  }
  return run
}

class Run implements Timeline {
  readonly firstFailure: Promise<never>
  readonly #video: HTMLVideoElement
  readonly #buffer: Buffer
  readonly #parts: TimelineParts
  readonly #family: string
  readonly #meter: () => { presented: number; dropped: number }
  readonly #disposed = new AbortController()
  #clips: Clip[]
  #keys: number[] = []
  #joinsExpected = 0
  #closed = false
  #ended = false
  #begun = false
  #longestFrameSeconds = 0
  #wake = () => {}
  #stopWatching = () => {}
  #cancelOver = () => {}
  #failFirst: (fault: MediaFault) => void = () => {}

  constructor(
    video: HTMLVideoElement,
    buffer: Buffer,
    parts: TimelineParts,
    first: { play: Play; source: FilmSource },
  ) {
    this.#video = video
    this.#buffer = buffer
    this.#parts = parts
    this.#family = familyOf(first.play, first.source)
    this.#meter = meterFrames(video)
    this.#clips = [{ ...first, start: originSeconds, ending: undefined, presented: false, over: false }]
    this.firstFailure = new Promise((_, reject) => {
      this.#failFirst = reject
    })
    this.firstFailure.catch(() => {}) // once the first frame is there, failures go to the listener
    video.addEventListener('error', () => this.#elementFailed(), { signal: this.#disposed.signal })
    video.addEventListener('ended', () => this.#reachedEnd(), { signal: this.#disposed.signal })
    void this.#fill()
  }

  begin(raise: () => void): void {
    this.#stopWatching = watchFilm(this.#video, this.#parts.clock, {
      frame: (mediaSeconds, expectedMs) => this.#frame(mediaSeconds, expectedMs),
      stalled: () => this.#stalled(),
      look: () => this.#look(),
      slowestMs: () => this.#longestFrameSeconds * 1000,
    })
    raise()
    startFilm(this.#video, this.#disposed.signal)
    onNextFrame(() => this.#frame(originSeconds, performance.now()))
  }

  join(play: Play, source: FilmSource): boolean {
    if (this.#closed || this.#clips.at(-1)?.over || familyOf(play, source) !== this.#family) return false
    // Only a seek makes the decoder swallow hidden frames; in a running timeline they would be seen.
    if (source.facts.hiddenSeconds > toleranceSeconds) return false
    this.#clips.push({ play, source, start: undefined, ending: undefined, presented: false, over: false })
    this.#wake()
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
    this.#keys = this.#keys.filter((key) => key < (clip.start ?? 0))
    // What the decoder has read already cannot be taken back: the run then ends with the clip before.
    if (clip.start - this.#video.currentTime < endsAheadSeconds) this.#closed = true
    void this.#buffer.remove(clip.start, Number.POSITIVE_INFINITY).then(() => this.#look(), ignoreDeadElement)
  }

  dispose(): void {
    this.#count(this.#shown())
    this.#closed = true
    this.#disposed.abort()
    this.#wake()
    this.#stopWatching()
    this.#cancelOver()
    for (const clip of this.#clips) clip.source.close()
    emptyVideo(this.#video)
  }

  /** Appends piece after piece, for as long as the run is there. */
  async #fill(): Promise<void> {
    while (!this.#disposed.signal.aborted) {
      const clip = this.#clips.find((one) => !one.ending)
      if (!clip || this.#isFull()) await this.#woken()
      else await this.#append(clip).catch((thrown) => this.#clipFailed(clip, faultOf(thrown)))
    }
  }

  async #append(clip: Clip): Promise<void> {
    const next = await clip.source.next()
    if (!this.#clips.includes(clip)) return
    const before = this.#clips[this.#clips.indexOf(clip) - 1]
    clip.start ??= endOf(before)
    const start = clip.start ?? originSeconds
    if ('endSeconds' in next) {
      clip.ending = next
      return this.#look()
    }
    this.#keys.push(...next.keySeconds.map((key) => start + key))
    this.#longestFrameSeconds = Math.max(this.#longestFrameSeconds, next.longestFrameSeconds)
    await this.#appendPiece(next, start, clip.source.facts.mediaType)
  }

  async #appendPiece(piece: Piece, start: number, mediaType: string): Promise<void> {
    try {
      await this.#buffer.append(piece.bytes, start + piece.offsetSeconds, mediaType)
    } catch (cause) {
      if (!(cause instanceof DOMException && cause.name === 'QuotaExceededError')) throw cause
      await this.#woken()
      if (this.#disposed.signal.aborted) return
      await this.#evict()
      await this.#appendPiece(piece, start, mediaType)
    }
  }

  #isFull(): boolean {
    const { buffered, currentTime } = this.#video
    const until = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0
    return until - currentTime > aheadSeconds
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #frame(mediaSeconds: number, expectedMs: number): void {
    if (this.#disposed.signal.aborted) return
    this.#begun = true
    for (const clip of this.#clips) {
      if (clip.presented || clip.start === undefined || mediaSeconds < clip.start - toleranceSeconds) continue
      this.#count(this.#shown())
      clip.presented = true
      this.#parts.listener.presented(clip.play.id, this.#lengthMs(clip, mediaSeconds), false)
    }
    this.#forgetPast()
    this.#watchForEnd(mediaSeconds, expectedMs)
  }

  /** The last clip's last frame is on: tells so when it has had its time, less what a swap takes. */
  #watchForEnd(mediaSeconds: number, expectedMs: number): void {
    const clip = this.#clips.at(-1)
    if (!clip?.presented || clip.over || !clip.ending || clip.start === undefined) return
    if (mediaSeconds < clip.start + clip.ending.lastFrameSeconds - toleranceSeconds) return
    const restMs = expectedMs - performance.now() + (clip.start + clip.ending.endSeconds - mediaSeconds) * 1000
    this.#cancelOver()
    this.#cancelOver = this.#parts.clock.after(restMs - swapLeadMs, () => this.#reachedEnd())
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
    this.#wake()
    // Nobody sees the page, so no frames are told of; the loop goes on by the film's own time.
    if (this.#begun && document.visibilityState === 'hidden') this.#frame(this.#video.currentTime, performance.now())
    this.#jumpHole()
    void this.#evict()
    const last = this.#clips.at(-1)
    const end = endOf(last)
    if (end === undefined || this.#ended || this.#joinsExpected > 0) return
    if (end - this.#video.currentTime > endsAheadSeconds) return
    this.#closed = true
    this.#ended = true
    void this.#buffer.end().catch(ignoreDeadElement)
  }

  /** A hole that remains between two clips would be waited at for ever. */
  #jumpHole(): void {
    const { buffered, currentTime, readyState, seeking } = this.#video
    if (!this.#begun || seeking || readyState > HTMLMediaElement.HAVE_CURRENT_DATA) return
    for (let at = 0; at < buffered.length; at++) {
      const start = buffered.start(at)
      if (start <= currentTime || start - currentTime > 5) continue
      this.#video.currentTime = start
      return
    }
  }

  /** Takes away what lies behind, up to a key frame: pictures lean on the key frame before them. */
  async #evict(): Promise<void> {
    const until = this.#keys.findLast((key) => key < this.#video.currentTime - keptBehindSeconds)
    if (until === undefined || until === this.#keys[0]) return
    this.#keys = this.#keys.filter((key) => key >= until)
    await this.#buffer.remove(0, until).catch(ignoreDeadElement)
  }

  #forgetPast(): void {
    const shown = this.#clips.findLastIndex((clip) => clip.presented)
    for (const clip of this.#clips.slice(0, Math.max(0, shown))) clip.source.close()
    if (shown > 0) this.#clips = this.#clips.slice(shown)
  }

  #stalled(): void {
    const clip = this.#shown()
    if (!clip || clip.over) return
    const fault = new MediaFault('stalled', 'the film stands still')
    this.#parts.listener.failed(clip.play.id, fault, !this.#isAtJoint(clip))
  }

  #elementFailed(): void {
    const fault = elementFault(this.#video)
    const clip = this.#shown()
    if (!clip) this.#failFirst(fault)
    else this.#parts.listener.failed(clip.play.id, fault, !this.#isAtJoint(clip))
  }

  #clipFailed(clip: Clip, fault: MediaFault): void {
    if (this.#disposed.signal.aborted || !this.#clips.includes(clip)) return
    clip.ending = { endSeconds: 0, lastFrameSeconds: 0 }
    if (!this.#begun) this.#failFirst(fault)
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

  #count(clip: Clip | undefined): void {
    const frames = this.#meter()
    if (clip) this.#parts.counts.add(clip.play.id, frames)
  }

  #lengthMs(clip: Clip, mediaSeconds: number): number | undefined {
    const seconds = clip.ending?.endSeconds ?? clip.play.showing.seconds ?? clip.source.facts.seconds
    return seconds === undefined ? undefined : (seconds - (mediaSeconds - (clip.start ?? mediaSeconds))) * 1000
  }
}

function endOf(clip: Clip | undefined): number | undefined {
  return clip?.start === undefined || !clip.ending ? undefined : clip.start + clip.ending.endSeconds
}

/** What has to be alike for two films to share a timeline: the codec, how the picture is turned, and how it fits. */
function familyOf(play: Play, source: FilmSource): string {
  return `${source.facts.family} ${source.facts.rotation} ${play.showing.fit}`
}

/** An element that has failed says so itself. */
function ignoreDeadElement(): void {}
