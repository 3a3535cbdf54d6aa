import type { PlaySlot } from '../driver-state.ts'

/** The fleet's time at an instant of `performance.now()`, in milliseconds; undefined while nobody knows it. */
export type FleetMs = (performanceMs: number) => number | undefined

/** Nobody sees a film run this much faster or slower. */
const mostRateChange = 0.01
/** What is off is made up for in about this long. */
const catchUpSeconds = 1
/** Less than this is left as it is. */
const deadMs = 2
const steerEveryMs = 100
/** So many looks are weighed at a time: one may come late. */
const looks = 5
/** A film that is so much off before it is seen is moved. Never after. */
const mostOffMs = 80
const seekTakesMs = 250
/** From the order to the running film, and what timers are late. */
const startTakesMs = 2

/**
 * Starts a film so that it runs when it is to be seen, and leads it by its rate from then on; it is never moved while it is seen.
 *
 * An element takes a while to begin, each time another. So it begins before its time at the rate 0, and gets its full speed at
 * the instant at which the fleet's clock has come to its first picture. (Any slow rate instead of 0 misleads Chromium about how
 * long a frame lasts: it then leaves out every fifth.)
 */
export async function runInStep(
  video: HTMLVideoElement,
  slot: PlaySlot,
  fleetMs: FleetMs,
  signal: AbortSignal,
): Promise<void> {
  const behind = () => behindMs(video, slot, fleetMs)
  video.playbackRate = 0
  video.play().catch(() => {}) // begun once more when it is raised, without sound if need be
  await untilCaughtUp(behind, signal)
  if (signal.aborted) return
  video.playbackRate = 1
  lead(video, behind, signal)
}

/** Looked at again as it comes nearer: the clock may be put right meanwhile. */
async function untilCaughtUp(behind: () => number, signal: AbortSignal): Promise<void> {
  const giveUpMs = performance.now() + mostAheadMs
  while (!signal.aborted && performance.now() < giveUpMs) {
    const restMs = -behind() - startTakesMs
    if (restMs < 0.5) return
    await new Promise((resolve) => setTimeout(resolve, restMs > 60 ? restMs - 30 : restMs))
  }
}

/** A film that was made ready for another instant is moved while nobody sees it yet. */
export async function putRight(
  video: HTMLVideoElement,
  slot: PlaySlot,
  fleetMs: FleetMs,
  signal: AbortSignal,
): Promise<void> {
  const offMs = behindMs(video, slot, fleetMs)
  if (offMs <= mostOffMs && -offMs <= mostAheadMs) return
  const nowMs = fleetMs(performance.now())
  if (nowMs === undefined) return
  const seconds = positionAt(video, slot, Math.max(nowMs + 2 * seekTakesMs, slot.showAtMs))
  const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true, signal }))
  video.currentTime = Math.max(0, seconds)
  await Promise.race([seeked, new Promise((resolve) => setTimeout(resolve, 2 * seekTakesMs))])
}

/** A film whose time is so far off was made ready for a later one. */
const mostAheadMs = 1_000

/** Where a film is to stand at an instant, in seconds; less than 0 before its time. One shorter than its slot begins again if it is let loop. */
function positionAt(video: HTMLVideoElement, slot: PlaySlot, fleetMs: number): number {
  const seconds = (fleetMs - slot.beginsMs) / 1000
  const { duration, loop } = video
  if (!(duration > 0) || seconds < 0) return seconds
  return loop ? seconds % duration : Math.min(seconds, duration)
}

/** How far behind its time a film is; less than 0: ahead. A clock that nobody knows finds nothing wrong. */
function behindMs(video: HTMLVideoElement, slot: PlaySlot, fleetMs: FleetMs): number {
  const nowMs = fleetMs(performance.now())
  if (nowMs === undefined) return 0
  const offMs = (positionAt(video, slot, nowMs) - video.currentTime) * 1000
  const lengthMs = video.loop && video.duration > 0 ? video.duration * 1000 : Number.POSITIVE_INFINITY
  if (offMs > lengthMs / 2) return offMs - lengthMs
  return offMs < -lengthMs / 2 ? offMs + lengthMs : offMs
}

/** Steers by the film's own clock, which goes evenly; the frames it picks for the display do not. */
function lead(video: HTMLVideoElement, behind: () => number, signal: AbortSignal): void {
  let offsMs: number[] = []
  const timer = setInterval(() => {
    if (video.paused || video.seeking || video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) {
      offsMs = []
      return
    }
    offsMs = [...offsMs, behind()].slice(-looks)
    const rate = rateFor(middle(offsMs))
    if (video.playbackRate !== rate) video.playbackRate = rate
  }, steerEveryMs)
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}

/** The rate that makes up for being off by so much (positive: behind), within what nobody sees; in steps of a thousandth. */
export function rateFor(offMs: number): number {
  if (Math.abs(offMs) < deadMs) return 1
  const wished = Math.round(offMs / catchUpSeconds) / 1000
  return 1 + Math.max(-mostRateChange, Math.min(mostRateChange, wished))
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
