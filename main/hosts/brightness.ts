import { PNG } from 'pngjs'

/** The size that pictures are looked at: so small that single pixels do not count. */
export const glancePixels = 64

/** The brightest of the colours of a small PNG, from 0 (all black) to 255. Throws when it is no PNG. */
export function brightestOfPng(png: Buffer): number {
  return brightestOf(PNG.sync.read(png).data)
}

/** The same of pixels of four bytes, the last of which says nothing of the brightness. */
export function brightestOf(pixels: Uint8Array): number {
  let brightest = 0
  for (let at = 0; at + 3 < pixels.length; at += 4)
    brightest = Math.max(brightest, pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0)
  return brightest
}
