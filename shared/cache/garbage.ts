import type { AssetName } from '../asset-name.ts'

/** A file that takes room. `lastNeededAt`: ms since 1970; 0 for one that nothing is known of. */
export type StoredFile = { readonly asset: AssetName; readonly sizeBytes: number; readonly lastNeededAt: number }

/**
 * What to remove to gain `missingBytes`: the longest unneeded first, never what is wanted, and nothing at all while there
 * is room: an asset that comes back next season is not fetched twice. May gain less than asked for.
 */
export function planGarbage(
  stored: readonly StoredFile[],
  wanted: ReadonlySet<AssetName>,
  missingBytes: number,
): AssetName[] {
  const removable = stored.filter((one) => !wanted.has(one.asset)).sort((a, b) => a.lastNeededAt - b.lastNeededAt)
  const chosen: AssetName[] = []
  let gained = 0
  for (const one of removable) {
    if (gained >= missingBytes) break
    chosen.push(one.asset)
    gained += one.sizeBytes
  }
  return chosen
}
