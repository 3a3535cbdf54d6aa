import type { PlacedFrame } from './frame-order.ts'

/** Added to all times in fragments, in ticks, since decode times must not be negative: a hundred seconds. */
export const fragmentBaseTicks = 5_760_000

const keySample = 0x02000000
const otherSample = 0x01010000

/**
 * A movie fragment of one video track, moof and mdat, as ISO/IEC 14496-12 sections 8.8 and 8.1 have it. The frames are
 * in decode order; times are theirs plus the base.
 */
export function makeFragment(sequence: number, frames: readonly PlacedFrame[]): Uint8Array<ArrayBuffer> {
  const first = frames[0]
  const mediaBytes = frames.reduce((sum, frame) => sum + frame.data.byteLength, 0)
  const samples = frames.flatMap((frame) => [
    frame.duration,
    frame.data.byteLength,
    frame.isKey ? keySample : otherSample,
    frame.shownAt - frame.decodedAt,
  ])
  const runBytes = 12 + 8 + samples.length * 4
  const moofBytes = 8 + 16 + 8 + 16 + 20 + runBytes
  const bytes = new Uint8Array(moofBytes + 8 + mediaBytes)
  const write = writer(bytes)
  const start = (first?.decodedAt ?? 0) + fragmentBaseTicks
  write.box('moof', moofBytes)
  write.box('mfhd', 16, 0, sequence)
  write.box('traf', moofBytes - 24)
  write.box('tfhd', 16, 0x020000, 1) // default-base-is-moof, track 1
  write.box('tfdt', 20, 0x01000000, Math.floor(start / 2 ** 32), start % 2 ** 32)
  write.box('trun', runBytes, 0x01000f01, frames.length, moofBytes + 8, ...samples)
  write.box('mdat', 8 + mediaBytes)
  for (const frame of frames) write.bytes(frame.data)
  return bytes
}

function writer(into: Uint8Array<ArrayBuffer>) {
  const view = new DataView(into.buffer)
  let at = 0
  const word = (value: number) => {
    view.setUint32(at, value >>> 0)
    at += 4
  }
  return {
    box: (name: string, size: number, ...words: number[]) => {
      word(size)
      for (let letter = 0; letter < 4; letter++) view.setUint8(at++, name.charCodeAt(letter))
      words.forEach(word)
    },
    bytes: (bytes: Uint8Array) => {
      into.set(bytes, at)
      at += bytes.byteLength
    },
  }
}
