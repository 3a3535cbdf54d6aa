import { type Clip, endOf, originSeconds } from './clip.ts'
import { faultOf, type MediaFault } from './filling.ts'
import type { Piece } from './remux-wire.ts'
import type { Buffer } from './source-buffer.ts'

const aheadSeconds = 8
const keptBehindSeconds = 2

/** What a feeder reads from and tells. */
export type FeederParts = {
  readonly video: HTMLVideoElement
  readonly buffer: Buffer
  /** The clips of the run, in order, as they are now. */
  readonly clips: () => readonly Clip[]
  /** A clip has been appended to its end. */
  readonly complete: () => void
  readonly failed: (clip: Clip, fault: MediaFault) => void
  readonly signal: AbortSignal
}

/**
 * Appends clip after clip, piece after piece. Pieces are asked for while fewer than eight seconds lie ahead of what is shown, and
 * taken away behind it, so a film of any length needs the same memory.
 */
export class Feeder {
  longestFrameSeconds = 0
  readonly #parts: FeederParts
  #keys: number[] = []
  #wake = () => {}

  constructor(parts: FeederParts) {
    this.#parts = parts
    void this.#fill()
  }

  /** There may be room, or something new to append. */
  wake(): void {
    this.#wake()
  }

  /** Takes away what lies behind, up to a key frame: pictures lean on the key frame before them. */
  async evict(): Promise<void> {
    const until = this.#keys.findLast((key) => key < this.#parts.video.currentTime - keptBehindSeconds)
    if (until === undefined || until === this.#keys[0]) return
    this.#keys = this.#keys.filter((key) => key >= until)
    await this.#parts.buffer.remove(0, until).catch(ignoreDeadElement)
  }

  /** Takes off what was appended from there on. */
  async takeOff(fromSeconds: number): Promise<void> {
    this.#keys = this.#keys.filter((key) => key < fromSeconds)
    await this.#parts.buffer.remove(fromSeconds, Number.POSITIVE_INFINITY).catch(ignoreDeadElement)
  }

  async #fill(): Promise<void> {
    const { clips, failed, signal } = this.#parts
    while (!signal.aborted) {
      const clip = clips().find((one) => !one.ending)
      if (!clip || this.#isFull()) await this.#woken()
      else await this.#append(clip).catch((thrown) => failed(clip, faultOf(thrown)))
    }
  }

  async #append(clip: Clip): Promise<void> {
    const next = await clip.source.next()
    const clips = this.#parts.clips()
    if (!clips.includes(clip)) return
    clip.start ??= endOf(clips[clips.indexOf(clip) - 1])
    const start = clip.start ?? originSeconds
    if ('endSeconds' in next) {
      clip.ending = next
      return this.#parts.complete()
    }
    this.#keys.push(...next.keySeconds.map((key) => start + key))
    this.longestFrameSeconds = Math.max(this.longestFrameSeconds, next.longestFrameSeconds)
    await this.#appendPiece(next, start, clip.source.facts.mediaType)
  }

  async #appendPiece(piece: Piece, start: number, mediaType: string): Promise<void> {
    const { buffer, signal } = this.#parts
    try {
      await buffer.append(piece.bytes, start + piece.offsetSeconds, mediaType)
    } catch (cause) {
      if (!(cause instanceof DOMException && cause.name === 'QuotaExceededError')) throw cause
      await this.#woken()
      if (signal.aborted) return
      await this.evict()
      await this.#appendPiece(piece, start, mediaType)
    }
  }

  #isFull(): boolean {
    const { buffered, currentTime } = this.#parts.video
    const until = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0
    return until - currentTime > aheadSeconds
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}

/** An element that has failed says so itself. */
export function ignoreDeadElement(): void {}
