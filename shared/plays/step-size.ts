/** What one step may take on, at the least and at the most. */
const limits = { least: 5, most: 200 }

/**
 * How many the next step takes on, after `count` took `tookMs`: so many that it takes about `wantedMs`. It shrinks at once and
 * grows slowly, as a disk that is busy now may be for a while.
 */
export function stepOf(count: number, tookMs: number, wantedMs: number): number {
  const fitting = Math.floor((count * wantedMs) / Math.max(tookMs, 0.1))
  return Math.min(limits.most, Math.max(limits.least, Math.min(fitting, count * 2)))
}
