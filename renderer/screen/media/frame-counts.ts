/** Frames that were on the wall, and frames that were dropped on the way. */
export type Frames = { readonly presented: number; readonly dropped: number }

/** Counts frames by play, for the last few plays, and altogether since the page began. */
export type FrameCounts = {
  add(play: number, frames: Frames): void
  of(play: number): Frames
  total(): number
}

const keptPlays = 8

export function createFrameCounts(): FrameCounts {
  const plays = new Map<number, Frames>()
  let total = 0
  const of = (play: number) => plays.get(play) ?? { presented: 0, dropped: 0 }
  return {
    add: (play, frames) => {
      const before = of(play)
      plays.set(play, {
        presented: before.presented + frames.presented,
        dropped: before.dropped + frames.dropped,
      })
      total += frames.presented
      if (plays.size <= keptPlays) return
      const oldest = plays.keys().next().value
      if (oldest !== undefined) plays.delete(oldest)
    },
    of,
    total: () => total,
  }
}
