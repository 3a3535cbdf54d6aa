const startCode = [0, 0, 1]
const lengthBytes = 4

/**
 * One access unit of H.264 or H.265 with start codes, as MPEG transport streams carry it (ISO/IEC 14496-10, annex B), with lengths
 * of four bytes instead, as MP4 does (ISO/IEC 14496-15, 5.3.2).
 */
export function withLengths(unit: Uint8Array): Uint8Array {
  const parts = partsOf(unit)
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + lengthBytes + part.byteLength, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.byteLength)
    bytes.set(part, at + lengthBytes)
    at += lengthBytes + part.byteLength
  }
  return bytes
}

function partsOf(unit: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  let begin = afterStartCode(unit, 0)
  while (begin !== undefined) {
    const next = afterStartCode(unit, begin)
    const end = withoutZeros(unit, begin, next === undefined ? unit.byteLength : next - startCode.length)
    if (end > begin) parts.push(unit.subarray(begin, end))
    begin = next
  }
  return parts
}

/** Where the next part begins at or after `from`. The third byte of a code is looked at first: most bytes are neither 0 nor 1. */
function afterStartCode(unit: Uint8Array, from: number): number | undefined {
  for (let at = from + 2; at < unit.byteLength; ) {
    const byte = unit[at] ?? 0
    if (byte > 1) at += 3
    else if (byte === 1 && unit[at - 1] === 0 && unit[at - 2] === 0) return at + 1
    else at += 1
  }
  return undefined
}

/** Zeros before a start code belong to no part: a part never ends with one. */
function withoutZeros(unit: Uint8Array, begin: number, end: number): number {
  let last = end
  while (last > begin && unit[last - 1] === 0) last -= 1
  return last
}
