/** What one sample of the display shows: a frame of a numbered clip, nothing lit, or something that is no clip's frame. */
export type Seen =
  | { readonly kind: 'frame'; readonly item: number; readonly frame: number }
  | { readonly kind: 'black' }
  | { readonly kind: 'unknown' }

/** The blocks of the band from left to right: 7 of sync, 8 of item, 16 of frame, 8 of CRC, 1 of stop. */
export const bandCells = 40

/** The share of the picture's height that the band takes, from its top edge down. */
export const bandHeightShare = 0.1

const sync = [1, 0, 1, 1, 0, 0, 1]
const stop = 1
const litLevel = 128
const black = { kind: 'black' } as const
const unknown = { kind: 'unknown' } as const

/** The band's blocks for an item (0 to 255) and a frame (0 to 65535), one byte each: 255 is white, 0 is black. */
export function encodeBand(item: number, frame: number): Uint8Array {
  const payload = [item, frame >> 8, frame & 255]
  const bits = [...sync, ...payload.flatMap(bitsOf), ...bitsOf(crc8(payload)), stop]
  return Uint8Array.from(bits, (bit) => bit * 255)
}

/**
 * Reads one row of the display, a byte of brightness a pixel.
 *
 * The band finds itself: its first and its last block are white, so its edges are the outermost lit pixels, at any
 * scale and between any black bars. A row where a block is neither dark nor bright is a mixture of two pictures, and
 * `unknown`.
 */
export function decodeBand(row: Uint8Array): Seen {
  const left = row.findIndex((level) => level >= litLevel)
  if (left < 0) return row.every((level) => level < 40) ? black : unknown
  const width = row.findLastIndex((level) => level >= litLevel) + 1 - left
  if (width < bandCells * 4) return unknown
  const bits = readCells(row, left, width)
  return bits === undefined ? unknown : readPayload(bits)
}

/** The area of a display to grab: a few rows that lie inside the band of every picture that reaches the top edge. */
export function bandArea(display: { width: number; height: number }) {
  return { x: 0, y: Math.round(display.height * bandHeightShare * 0.4), width: display.width, height: 4 }
}

function readCells(row: Uint8Array, left: number, width: number): number[] | undefined {
  const bits: number[] = []
  for (let cell = 0; cell < bandCells; cell++) {
    const from = Math.ceil(left + (width * (cell + 0.25)) / bandCells)
    const until = Math.max(from + 1, Math.floor(left + (width * (cell + 0.75)) / bandCells))
    const level = mean(row.subarray(from, until))
    if (level > 80 && level < 175) return undefined
    bits.push(level > litLevel ? 1 : 0)
  }
  return bits
}

function readPayload(bits: readonly number[]): Seen {
  if (sync.some((bit, at) => bits[at] !== bit) || bits[bandCells - 1] !== stop) return unknown
  const bytes = [0, 1, 2, 3].map((index) => byteOf(bits.slice(sync.length + index * 8, sync.length + index * 8 + 8)))
  const [item = 0, high = 0, low = 0, crc] = bytes
  if (crc8([item, high, low]) !== crc) return unknown
  return { kind: 'frame', item, frame: high * 256 + low }
}

function bitsOf(byte: number): number[] {
  return [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => (byte >> shift) & 1)
}

function byteOf(bits: readonly number[]): number {
  return bits.reduce((value, bit) => value * 2 + bit, 0)
}

/** CRC-8 with the polynomial x^8 + x^2 + x + 1; started at 0xff so that an all-black payload is not a valid one. */
function crc8(bytes: readonly number[]): number {
  return bytes.flatMap(bitsOf).reduce((crc, bit) => {
    const shifted = (crc << 1) & 255
    return ((crc >> 7) ^ bit) === 1 ? shifted ^ 0x07 : shifted
  }, 0xff)
}

function mean(levels: Uint8Array): number {
  return levels.reduce((sum, level) => sum + level, 0) / levels.length
}
