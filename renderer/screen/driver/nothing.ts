import type { DriverState } from '../driver-state.ts'

/** Why nothing of the loop may be shown now; said with the fallback, or with the slate when there is none. */
export function nothingReason({ programme, at, leftOut }: Pick<DriverState, 'programme' | 'at' | 'leftOut'>): string {
  if (programme?.lanes.some(({ limits, notBeside }) => limits ?? notBeside) && leftOut.size === 0)
    return at.starts ? 'every-playlist-at-its-limit' : 'competitors-kept-apart'
  if (programme && programme.lanes.length > 0) return 'every-item-failed'
  return programme?.slateReason ?? 'nothing-to-show'
}
