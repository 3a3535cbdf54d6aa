import type { PlaySlot } from '../driver-state.ts'
import type { Filling } from './filling.ts'

/** What keeping in step needs: the fleet's time of an instant of `performance.now()`, and who learns how late films begin. */
export type InStep = {
  /** Milliseconds by the fleet's clock; undefined while nobody knows it. */
  readonly fleetMs: (performanceMs: number) => number | undefined
  readonly began: (lateMs: number) => void
}

/** Nobody sees a film run this much faster or slower. */
const mostRateChange = 0.01
/** What is off is made up for in about this long. */
const catchUpSeconds = 1.5
/** Less than this is the noise of the display. */
const deadMs = 2
const steerEveryMs = 200
/** A film that comes on so much off its time is put right before it is seen. Never after. */
const mostOffMs = 80
const seekTakesMs = 250
/** The frames by which it is judged how late it began: the first ones come irregularly. */
const judgedAfterMs = 250

/** Where a film is to stand at an instant, in seconds; a film shorter than its slot begins again if it is let loop. */
function positionAt(video: HTMLVideoElement, slot: PlaySlot, fleetMs: number): number {
  const seconds = Math.max(0, (fleetMs - slot.beginsMs) / 1000)
  return video.loop && video.duration > 0 ? seconds % video.duration : Math.min(seconds, video.duration || seconds)
}

/** A film that begins where the fleet's clock says and is led by its rate from then on; it is never moved while it is seen. */
export function inStep(filling: Filling, video: HTMLVideoElement, slot: PlaySlot, { fleetMs, began }: InStep): Filling {
  const disposed = new AbortController()
  let stop = () => {}
  return {
    begin: (raise) => {
      void putRight(video, slot, fleetMs, disposed.signal).finally(() => {
        if (disposed.signal.aborted) return
        filling.begin(raise)
        stop = lead(video, slot, fleetMs, began)
      })
    },
    dispose: () => {
      disposed.abort()
      stop()
      video.playbackRate = 1
      filling.dispose()
    },
  }
}

/** A film that was made ready for another instant is moved while nobody sees it yet. */
async function putRight(
  video: HTMLVideoElement,
  slot: PlaySlot,
  fleetMs: InStep['fleetMs'],
  signal: AbortSignal,
): Promise<void> {
  const nowMs = fleetMs(performance.now())
  if (nowMs === undefined) return
  const offMs = (positionAt(video, slot, nowMs) - video.currentTime) * 1000
  if (Math.abs(offMs) <= mostOffMs) return
  const seconds = positionAt(video, slot, nowMs + seekTakesMs)
  const seeked = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true, signal }))
  video.currentTime = seconds
  await Promise.race([seeked, new Promise((resolve) => setTimeout(resolve, 2 * seekTakesMs))])
}

/** Steers by the frames that are really presented, by their times on the display. Returns the undo. */
function lead(video: HTMLVideoElement, slot: PlaySlot, fleetMs: InStep['fleetMs'], began: InStep['began']): () => void {
  let offsMs: number[] = []
  let beganMs: number | undefined
  let judged = false
  let steeredMs = 0
  let handle = 0
  const onFrame: VideoFrameRequestCallback = (nowMs, { mediaTime, expectedDisplayTime }) => {
    handle = video.requestVideoFrameCallback(onFrame)
    const shownMs = fleetMs(expectedDisplayTime)
    if (shownMs === undefined || video.paused) return
    beganMs ??= nowMs
    offsMs.push((positionAt(video, slot, shownMs) - mediaTime) * 1000)
    if (nowMs - steeredMs < steerEveryMs || offsMs.length < 4) return
    const offMs = middle(offsMs)
    if (!judged && nowMs - beganMs > judgedAfterMs) {
      judged = true
      began(offMs)
    }
    steeredMs = nowMs
    offsMs = offsMs.slice(-8)
    video.playbackRate = rateFor(offMs)
  }
  handle = video.requestVideoFrameCallback(onFrame)
  return () => video.cancelVideoFrameCallback(handle)
}

/** The rate that makes up for being off by so much (positive: behind), within what nobody sees. */
export function rateFor(offMs: number): number {
  if (Math.abs(offMs) < deadMs) return 1
  const wished = offMs / 1000 / catchUpSeconds
  return 1 + Math.max(-mostRateChange, Math.min(mostRateChange, wished))
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
