/**
 * The one quality that a set on demand is played in, so that no switch is ever seen: the smallest that fills the page, or
 * else the largest. Of equal sizes the one with most bits.
 */
export function fixedLevel(
  levels: readonly { readonly height: number; readonly bitrate: number }[],
  pageHeight: number,
): number {
  const inOrder = levels
    .map(({ height, bitrate }, at) => ({ at, height, bitrate }))
    .toSorted((one, other) => one.height - other.height || other.bitrate - one.bitrate)
  const filling = inOrder.find(({ height }) => height >= pageHeight)
  const largest = Math.max(...levels.map(({ height }) => height))
  return (filling ?? inOrder.find(({ height }) => height === largest))?.at ?? 0
}
