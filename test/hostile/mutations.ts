import { type Chance, chanceOf } from '../attack/chance.ts'

type Mutation = (bytes: Buffer, chance: Chance) => Buffer

const at = (bytes: Buffer, chance: Chance): number => chance.below(bytes.length)

/** What goes wrong with files: on bad disks, in bad encoders, and by bad will. */
export const mutations: Readonly<Record<string, Mutation>> = {
  'bits flipped anywhere': (bytes, chance) => flip(bytes, chance, 0, bytes.length),
  'bits flipped in the head': (bytes, chance) => flip(bytes, chance, 0, Math.min(bytes.length, 4096)),
  'bits flipped in the tail': (bytes, chance) => flip(bytes, chance, Math.max(0, bytes.length - 4096), bytes.length),
  'cut off': (bytes, chance) => bytes.subarray(0, 1 + at(bytes, chance)),
  'a part zeroed': (bytes, chance) => {
    const from = at(bytes, chance)
    return Buffer.from(bytes).fill(0, from, Math.min(bytes.length, from + 2048))
  },
  'a part twice': (bytes, chance) => {
    const from = at(bytes, chance)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from, from + 3000), bytes.subarray(from)])
  },
  'a part missing': (bytes, chance) => {
    const from = at(bytes, chance)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + chance.below(3000))])
  },
  'a length field made huge': (bytes, chance) => lengthField(bytes, chance, 0xffffffff),
  'a length field made nothing': (bytes, chance) => lengthField(bytes, chance, 0),
  'noise put in': (bytes, chance) => {
    const from = at(bytes, chance)
    const noise = chance.bytes(1 + chance.below(5000))
    return Buffer.concat([bytes.subarray(0, from), noise, bytes.subarray(from)])
  },
}

function flip(bytes: Buffer, chance: Chance, from: number, until: number): Buffer {
  const copy = Buffer.from(bytes)
  for (let times = 1 + chance.below(40); times > 0; times -= 1) {
    const place = from + chance.below(until - from)
    copy[place] = (copy[place] ?? 0) ^ (1 << chance.below(8))
  }
  return copy
}

/** In MP4 and AVIF a size stands before each of these names, in WebP and PNG near the start of each chunk. */
function lengthField(bytes: Buffer, chance: Chance, value: number): Buffer {
  const copy = Buffer.from(bytes)
  const names = [
    'moov',
    'trak',
    'mdia',
    'stbl',
    'stsd',
    'stsz',
    'stts',
    'stco',
    'avcC',
    'ctts',
    'mdat',
    'meta',
    'iloc',
    'IDAT',
    'VP8 ',
  ]
  const places = names.map((name) => copy.indexOf(name, 0, 'latin1') - 4).filter((place) => place >= 0)
  const place = places.length > 0 ? chance.one(places) : Math.max(0, Math.min(copy.length - 4, chance.below(64)))
  copy.writeUInt32BE(value, place)
  return copy
}

/** The hostile file of a seed, made of one of these. */
export function hostileFile(
  seed: number,
  originals: readonly Buffer[],
): { original: number; kind: string; bytes: Buffer } {
  const chance = chanceOf(seed)
  const original = chance.below(originals.length)
  const kinds = Object.keys(mutations)
  const kind = chance.one(kinds)
  const bytes = mutations[kind]?.(originals[original] ?? Buffer.alloc(1), chance) ?? Buffer.alloc(1)
  return { original, kind, bytes: bytes.length > 0 ? bytes : Buffer.alloc(1) }
}
