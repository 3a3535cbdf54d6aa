import { type Chance, chanceOf } from '../../attack/chance.ts'

/** What goes wrong with one request. */
export type Fault =
  | { readonly kind: 'cut' | 'reset' | 'stall' | 'loris'; readonly share: number }
  | { readonly kind: 'slow'; readonly share: number }
  | { readonly kind: 'wrong-content-range'; readonly value: string; readonly share: number }
  | { readonly kind: 'whole-for-part'; readonly share: number }
  | { readonly kind: 'changed-etag' | 'missing-etag' | 'weak-etag'; readonly share: number }
  | { readonly kind: 'wrong-length'; readonly by: number }
  | { readonly kind: 'gzip' | 'redirect-loop' | 'garbage' }
  | { readonly kind: 'expiring-redirect'; readonly uses: number; readonly share: number }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'retry-after'; readonly seconds: number; readonly asDate: boolean }
  | { readonly kind: 'flipped'; readonly share: number }
  | { readonly kind: 'endless' }

/** An address of an asset: what goes wrong there, request by request; then it serves well, or, if it lies, wrong bytes for ever. */
export type Mirror = { readonly faults: readonly Fault[]; readonly lies: boolean }

/** One asset to be fetched. The same seed gives the same. */
export type Transfer = { readonly seed: number; readonly sizeBytes: number; readonly mirrors: readonly Mirror[] }

/**
 * Faults after which the rest of the file can still be had as a part: nothing wrong was stored, and the server names the
 * same version in the same way. After others, such as flipped bytes or 200 for a part, the whole must come again.
 */
const resumable: readonly Fault['kind'][] = [
  'cut',
  'reset',
  'stall',
  'loris',
  'slow',
  'missing-etag',
  'weak-etag',
  'wrong-length',
  'gzip',
  'redirect-loop',
  'garbage',
  'expiring-redirect',
  'status',
  'retry-after',
]
export const isResumable = ({ mirrors }: Transfer): boolean =>
  mirrors.every(
    ({ lies, faults }) => !lies && faults.every((fault) => resumable.includes(fault.kind) && !isRangeRefused(fault)),
  )

const isRangeRefused = (fault: Fault): boolean => fault.kind === 'status' && fault.status === 416

export function transferOf(seed: number): Transfer {
  const chance = chanceOf(seed)
  const sizeBytes = sizeOf(chance)
  const honest = chance.below(3)
  const mirrors = Array.from({ length: 1 + chance.below(3) }, (_, index) => {
    const faults = Array.from({ length: chance.below(5) }, () => faultOf(chance))
    return { faults, lies: index > 0 && index !== honest && chance.below(4) === 0 }
  })
  return { seed, sizeBytes, mirrors }
}

/** Most are a few hundred KiB; some are less than a packet, some several checkpoints long. */
function sizeOf(chance: Chance): number {
  const kind = chance.below(10)
  if (kind === 0) return 1 + chance.below(2000)
  return kind === 9 ? 4_000_000 + chance.below(6_000_000) : 2000 + chance.below(900_000)
}

function faultOf(chance: Chance): Fault {
  const share = chance.below(1000) / 1000
  const pick = chance.one
  const kind = pick(kinds)
  switch (kind) {
    case 'wrong-content-range':
      return { kind, share, value: pick(['bytes 0-9/*', 'bytes 7-99/100', 'words', 'bytes 1000000000-2/3', '']) }
    case 'wrong-length':
      return { kind, by: pick([-1, 1, 1000]) }
    case 'expiring-redirect':
      return { kind, share, uses: chance.below(2) }
    case 'status':
      return { kind, status: pick([401, 403, 404, 410, 416, 429, 500, 502, 204, 304]) }
    case 'retry-after':
      return { kind, seconds: 1 + chance.below(20), asDate: chance.below(2) === 0 }
    case 'gzip':
    case 'redirect-loop':
    case 'garbage':
    case 'endless':
      return { kind }
    default:
      return { kind, share }
  }
}

/** Interruptions of the ordinary kind are the most frequent. */
const kinds: readonly Fault['kind'][] = [
  ...(['cut', 'cut', 'cut', 'reset', 'reset', 'stall', 'slow', 'loris'] as const),
  ...(['missing-etag', 'weak-etag', 'changed-etag', 'wrong-content-range', 'whole-for-part', 'wrong-length'] as const),
  ...(['gzip', 'redirect-loop', 'garbage', 'expiring-redirect', 'expiring-redirect', 'status', 'status'] as const),
  ...(['retry-after', 'flipped', 'endless'] as const),
]
