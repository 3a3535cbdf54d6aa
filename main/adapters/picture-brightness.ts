import { decode } from 'jpeg-js'

/** So small that single pixels do not count, and that it costs nothing to read. */
const glanceWidth = 64
const glanceQuality = 80

/** How bright the brightest part of a JPEG is, from 0 (all black) to 255. Throws when it is none. */
export function brightestOf(jpeg: Uint8Array): number {
  const { data } = decode(jpeg, { useTArray: true, maxResolutionInMP: 1 })
  let brightest = 0
  // The fourth byte of a pixel says how opaque it is.
  for (let at = 0; at < data.length; at += 4)
    brightest = Math.max(brightest, data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)
  return brightest
}

/** Looks at a wall from afar. */
export const glanceAt =
  (screenshot: (as: { readonly width: number; readonly quality: number }) => Promise<Uint8Array>) =>
  async (): Promise<number> =>
    brightestOf(await screenshot({ width: glanceWidth, quality: glanceQuality }))
