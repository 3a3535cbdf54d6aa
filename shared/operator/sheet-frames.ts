/** At how many moments a film is shown to an approver: four columns, three rows. */
export const framesOnSheet = 12

/** The moments of a film that stand for it: evenly over its length, each in the middle of its share, with a time code. */
export function sheetFrames(seconds: number): { readonly atSeconds: number; readonly text: string }[] {
  return Array.from({ length: framesOnSheet }, (_, index) => {
    const atSeconds = ((index + 0.5) * seconds) / framesOnSheet
    return { atSeconds, text: timeCode(atSeconds) }
  })
}

/** `1:02:03.4`, `0:07.3` */
export function timeCode(seconds: number): string {
  const tenths = Math.floor(seconds * 10)
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10]
  const tail = `${rest.toFixed(1).padStart(4, '0')}`
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}
