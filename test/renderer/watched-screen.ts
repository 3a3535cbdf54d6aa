import { bandArea } from '../oracle/band.ts'
import { type Grab, type Sample, startGrab } from '../oracle/grab.ts'
import { type Display, startDisplay } from '../support/display.ts'
import { type OpenScreen, openScreen, type ScreenItem } from '../support/screen-harness.ts'
import type { StreamFaults } from '../support/stream-front.ts'

/** A screen on a display of its own, and all that was seen there. */
export type WatchedScreen = OpenScreen & {
  readonly samples: readonly Sample[]
  /** Resolves when a frame of the item is seen that was not there at the call; rejects after the deadline. */
  see(item: number, deadlineMs?: number): Promise<Sample>
  /** The items in the order they were seen, each once for every time it came on. */
  itemsSeen(): number[]
  /** Samples after the first frame that show no frame of any item. */
  strays(): string[]
}

export const wallSize = { width: 640, height: 360 }

/** Opens the page on a new X display, grabs it, hands both to the test, and ends everything whatever happens. */
export async function withScreen(
  items: readonly ScreenItem[],
  run: (screen: WatchedScreen) => Promise<void>,
  streamFaults?: StreamFaults,
): Promise<void> {
  const display = await startDisplay(wallSize)
  try {
    const grab = await startGrab({ display: display.display, ...bandArea(wallSize), hz: 60 })
    try {
      await withPage(items, display, grab, run, streamFaults)
    } finally {
      await grab.stop()
    }
  } finally {
    await display.stop()
  }
}

async function withPage(
  items: readonly ScreenItem[],
  display: Display,
  grab: Grab,
  run: (screen: WatchedScreen) => Promise<void>,
  streamFaults: StreamFaults | undefined,
): Promise<void> {
  const samples: Sample[] = []
  grab.on((sample) => samples.push(sample))
  const screen = await openScreen({
    items,
    display: display.display,
    ...wallSize,
    ...(streamFaults && { streamFaults }),
  })
  try {
    await run({
      ...screen,
      samples,
      see: (item, deadlineMs = 20_000) =>
        grab.waitFor((seen) => seen.kind === 'frame' && seen.item === item, deadlineMs),
      itemsSeen: () => itemsOf(samples),
      strays: () =>
        samples.slice(firstFrame(samples)).flatMap(({ seen }) => (seen.kind === 'frame' ? [] : [seen.kind])),
    })
  } finally {
    await screen.stop()
  }
}

function firstFrame(samples: readonly Sample[]): number {
  const first = samples.findIndex(({ seen }) => seen.kind === 'frame')
  return first < 0 ? samples.length : first
}

function itemsOf(samples: readonly Sample[]): number[] {
  const items = samples.flatMap(({ seen }) => (seen.kind === 'frame' ? [seen.item] : []))
  return items.filter((item, at) => item !== items[at - 1])
}
