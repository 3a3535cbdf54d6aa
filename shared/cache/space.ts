import type { AssetName } from '../asset-name.ts'
import type { LoopPlan } from '../loop/loop-plan.ts'
import { laneKey } from '../loop/standing.ts'
import type { PlaylistReport } from '../reports/state.ts'
import { livenessAt } from '../schedule/live.ts'
import type { StoredFile } from './garbage.ts'
import type { WantedAsset } from './wanted.ts'

/** What bounds the cache. `quotaBytes`: what assets and half downloads may take together; undefined: only the disk bounds them. */
export type SpaceLimits = { readonly quotaBytes: number | undefined; readonly reserveBytes: number }

/** How full it is: what the cache takes, and what the disk has left. */
export type SpaceNow = { readonly usedBytes: number; readonly freeBytes: number }

/** Which limit is passed, and by how much; both may be. */
export type Lack = { readonly limit: 'disk' | 'quota'; readonly bytes: number } | undefined

/** What lacks to take in so many bytes more. The quota is named when both bind: it is what somebody can change from afar. */
export function lackOf({ quotaBytes, reserveBytes }: SpaceLimits, now: SpaceNow, comingBytes: number): Lack {
  const overQuota = quotaBytes === undefined ? 0 : now.usedBytes + comingBytes - quotaBytes
  const overDisk = comingBytes + reserveBytes - now.freeBytes
  if (overQuota <= 0 && overDisk <= 0) return undefined
  return overQuota >= overDisk ? { limit: 'quota', bytes: overQuota } : { limit: 'disk', bytes: overDisk }
}

/** What may have to go: wanted assets with their place in the queue, and which of them are kept whatever happens. */
export type Claims = {
  readonly wanted: readonly Pick<WantedAsset, 'asset' | 'order'>[]
  readonly kept: ReadonlySet<AssetName>
}

/**
 * What to remove, in this order, to gain so many bytes: first what nothing wants, the longest unneeded first; then what is
 * wanted later than `forOrder`, the latest first. Nothing that is kept, and nothing that is needed as soon as what comes:
 * no two assets can ever push each other out. May gain less than asked for.
 */
export function planEviction(
  stored: readonly StoredFile[],
  { wanted, kept }: Claims,
  missingBytes: number,
  forOrder: number,
): AssetName[] {
  const orders = new Map(wanted.map(({ asset, order }) => [asset, order]))
  const removable = stored
    .filter(({ asset }) => !kept.has(asset) && (orders.get(asset) ?? Number.POSITIVE_INFINITY) > forOrder)
    .toSorted((a, b) => later(orders.get(b.asset)) - later(orders.get(a.asset)) || a.lastNeededAt - b.lastNeededAt)
  const chosen = new Set<AssetName>()
  let gained = 0
  for (const { asset, sizeBytes } of removable) {
    if (gained >= missingBytes) break
    chosen.add(asset)
    gained += sizeBytes
  }
  return [...chosen]
}

/** What nothing wants counts as wanted last of all. A finite number: two of them are to be equal. */
const later = (order: number | undefined): number => order ?? Number.MAX_SAFE_INTEGER

/**
 * The playlists whose assets are never evicted: those that are live by their schedule in the revision that is in force,
 * whatever level plays, and every emergency that is not over.
 */
export function keptPlaylists(plan: Pick<LoopPlan, 'inForce'>, atMs: number, timeZone: string): Set<string> {
  const kept = plan.inForce.filter(({ playlist }) => {
    if (playlist.withdrawn) return false
    const liveness = livenessAt(playlist, atMs, timeZone)
    return liveness === 'live' || (playlist.priority === 'emergency' && liveness !== 'over')
  })
  return new Set(kept.map(({ playlist }) => laneKey(playlist)))
}

/** Whether an asset belongs to one of these playlists. One of which nobody says whom it is for counts as kept. */
export const isKept = ({ emergency, playlists }: WantedAsset, kept: ReadonlySet<string>): boolean =>
  emergency === true || playlists === undefined || playlists.some((key) => kept.has(key))

/** Says beside each playlist that still lacks something why nothing more comes. */
export const withShortage = (reports: readonly PlaylistReport[], reason: string | undefined): PlaylistReport[] =>
  reports.map((one) =>
    reason !== undefined && one.missingBytes > 0 ? { ...one, reasons: [...one.reasons, reason] } : one,
  )

/** Room that is never filled by assets, so that the database and the log have some: 512 MiB, or a sixteenth of a small disk. */
export const reserveFor = (totalBytes: number): number => Math.min(512 * 1024 * 1024, Math.floor(totalBytes / 16))
