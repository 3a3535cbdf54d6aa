import type { AssetName } from '../asset-name.ts'
import type { MediaType } from '../documents/playlist.ts'

/** An asset that the wall needs: its signed size, where it can be had, and its place in the queue (the lowest first). */
export type WantedAsset = {
  readonly asset: AssetName
  readonly bytes: number
  readonly mediaType: MediaType
  readonly urls: readonly string[]
  readonly order: number
}

/** One entry for each asset, in the order to fetch them. What several playlists say of an asset is joined: every address, the earliest place. */
export function joinWanted(list: readonly WantedAsset[]): WantedAsset[] {
  const joined = new Map<AssetName, WantedAsset>()
  for (const one of [...list].sort((a, b) => a.order - b.order)) {
    const known = joined.get(one.asset)
    joined.set(one.asset, known ? { ...known, urls: [...new Set([...known.urls, ...one.urls])] } : one)
  }
  return [...joined.values()]
}

/** A wanted asset that is not being fetched: `untilMs` is the instant (monotonic, ms) before which it is not tried again. */
export type Waiting = { readonly asset: AssetName; readonly untilMs: number }

/** What to start now, in order, and how long until the next one may be started; undefined when nothing waits. */
export type StartPlan = { readonly start: readonly AssetName[]; readonly wakeInMs: number | undefined }

/** Fills the free places with those whose time has come; `waiting` is in the order of `joinWanted`. */
export function planStarts(waiting: readonly Waiting[], freePlaces: number, nowMs: number): StartPlan {
  if (freePlaces <= 0) return { start: [], wakeInMs: undefined }
  const due = waiting.filter((one) => one.untilMs <= nowMs)
  const later = waiting.filter((one) => one.untilMs > nowMs).map((one) => one.untilMs - nowMs)
  return {
    start: due.slice(0, freePlaces).map((one) => one.asset),
    wakeInMs: later.length === 0 ? undefined : Math.min(...later),
  }
}
