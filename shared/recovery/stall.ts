/** What is tried with a film whose frames have stopped coming, from the cheapest to the dearest; the last one gives it up. */
export const stallRungs = ['nudge', 'rebuild', 'give-up'] as const
export type StallRung = (typeof stallRungs)[number]

/** A film is called still after so long without a frame, in milliseconds. */
const stillMs = 600
/**
 * How long each rung has after the one before, in milliseconds, if no frame comes at all. With what a swap takes, the loop goes on
 * within two seconds of the last frame.
 */
const afterMs: Readonly<Record<StallRung, number>> = { nudge: stillMs, rebuild: 300, 'give-up': 700 }
/** A frame that stands so much longer than the slowest one so far is a stall. */
const slowestFactor = 2.5
/** After so long without another rung, what helped has helped, and the ladder begins anew. */
const calmMs = 10_000

/** Where a film stands on its ladder. All times are milliseconds of a clock that never steps. */
export type Stall = {
  readonly lastFrameMs: number
  /** The last rung that was climbed, and when. */
  readonly climbed: { readonly rung: StallRung; readonly atMs: number } | undefined
}

export const notStalled = (nowMs: number): Stall => ({ lastFrameMs: nowMs, climbed: undefined })

/** A film that was opened anew: if it does not run soon, or stands still again, it is given up. */
export const rebuilt = (nowMs: number): Stall => ({
  lastFrameMs: nowMs,
  climbed: { rung: 'rebuild', atMs: nowMs },
})

/** A frame came. A film that stalls again and again climbs on, and is not nudged for ever. */
export function frameCame({ climbed }: Stall, nowMs: number): Stall {
  return { lastFrameMs: nowMs, climbed: climbed && nowMs - climbed.atMs > calmMs ? undefined : climbed }
}

/** So many milliseconds do not count: nobody could have seen a frame, or none was due. */
export const forgiven = ({ lastFrameMs, climbed }: Stall, ms: number): Stall => ({
  lastFrameMs: lastFrameMs + ms,
  climbed: climbed && { ...climbed, atMs: climbed.atMs + ms },
})

/** The next rung, if it is due; films with slow frames have as much longer. */
export function climb(
  stall: Stall,
  slowestFrameMs: number,
  nowMs: number,
): { stall: Stall; rung: StallRung | undefined } {
  const { climbed, lastFrameMs } = stall
  const rung = stallRungs[climbed ? stallRungs.indexOf(climbed.rung) + 1 : 0]
  if (rung === undefined) return { stall, rung }
  const slowMs = Math.max(stillMs, slowestFrameMs * slowestFactor)
  const dueMs = climbed && climbed.atMs >= lastFrameMs ? climbed.atMs + afterMs[rung] : lastFrameMs + slowMs
  if (nowMs < dueMs) return { stall, rung: undefined }
  return { stall: { ...stall, climbed: { rung, atMs: nowMs } }, rung }
}
