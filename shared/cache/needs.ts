import type { AssetName } from '../asset-name.ts'
import { type Playlist, priorities } from '../documents/playlist.ts'
import { livenessAt, nextChangeAfter, type Schedule } from '../schedule/live.ts'
import type { Need } from './queue.ts'

/** An emergency that begins within this time is fetched as if it had begun. */
const emergencySoonMs = 10 * 60_000

/** When each playlist needs which of its assets: the items that may be on now, and the others by when their hours begin. */
export function needsOf(playlist: Playlist, key: string, atMs: number, timeZone: string): Need[] {
  const items = playlist.withdrawn ? [] : playlist.items
  const ownMs = neededInMs(playlist, atMs, timeZone)
  const groups = new Map<number, Map<AssetName, number>>()
  for (const item of items) {
    const inMs = Math.max(ownMs, item.window || item.dayparts ? neededInMs(item, atMs, timeZone) : 0)
    const group = groups.get(inMs) ?? new Map<AssetName, number>()
    groups.set(inMs, group.set(item.asset, playlist.assets[item.asset]?.bytes ?? 0))
  }
  return [...groups].map(([inMs, assets]) => ({
    playlist: key,
    emergency: playlist.priority === 'emergency' && inMs <= emergencySoonMs,
    neededInMs: inMs,
    level: priorities.indexOf(playlist.priority),
    assets: [...assets].map(([asset, bytes]) => ({ asset, bytes })),
  }))
}

/** How long until a schedule is live: 0 when it is, infinite when it never will be. */
function neededInMs(schedule: Schedule, atMs: number, timeZone: string): number {
  for (let ms: number | null = atMs, step = 0; ms !== null && step < 16; step++) {
    const liveness = livenessAt(schedule, ms, timeZone)
    if (liveness === 'live') return ms - atMs
    if (liveness === 'over') break
    ms = nextChangeAfter(schedule, ms, timeZone)
  }
  return Number.POSITIVE_INFINITY
}
