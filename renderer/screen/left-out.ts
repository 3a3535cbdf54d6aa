import type { AssetName } from '../../shared/asset-name.ts'
import { type Lane, lanesOf, type Programme, type Showing } from '../../shared/screen/programme.ts'

/** How an item failed: its bytes cannot be shown, or its frames did not come. */
export type FaultKind = 'failed' | 'stalled'

/** The assets that failed of late: until when each is left out, and how often it has failed in a row. */
export type LeftOut = ReadonlyMap<AssetName, { readonly untilMs: number; readonly failures: number }>

type BackOff = { readonly failed: number; readonly stalled: number; readonly longest: number }
const files: BackOff = { failed: 30_000, stalled: 5_000, longest: 3_600_000 }
/** A stream's bytes are not its name's: it may be well again at any time. */
const liveStreams: BackOff = { failed: 30_000, stalled: 30_000, longest: 300_000 }
const longTermFailures = 3

/**
 * Leaves an asset out for a while after a failure: 30 s, or 5 s when its frames merely did not come (the machine may have
 * been busy), doubled with each failure in a row up to an hour. Other bytes have another name and so another chance. A live
 * stream is left out for 30 s, then twice as long each time up to five minutes.
 */
export function leaveOut(
  leftOut: LeftOut,
  { asset, stream }: Pick<Showing, 'asset' | 'stream'>,
  kind: FaultKind,
  nowMs: number,
): LeftOut {
  const backOffMs = stream === 'live' ? liveStreams : files
  const failures = (leftOut.get(asset)?.failures ?? 0) + 1
  const lastsMs = Math.min(backOffMs.longest, backOffMs[kind] * 2 ** Math.min(failures - 1, 12))
  return new Map(leftOut).set(asset, { failures, untilMs: nowMs + lastsMs })
}

/** Forgets an asset's failures: it has been shown from its first frame to its last. */
export function forgive(leftOut: LeftOut, asset: AssetName): LeftOut {
  if (!leftOut.has(asset)) return leftOut
  const rest = new Map(leftOut)
  rest.delete(asset)
  return rest
}

/** Forgets the assets that the programme has no longer, so that the list cannot grow for ever. */
export function keepOnly(leftOut: LeftOut, programme: Programme): LeftOut {
  const assets = new Set(lanesOf(programme).flatMap((lane) => lane.showings.map((showing) => showing.asset)))
  return new Map([...leftOut].filter(([asset]) => assets.has(asset)))
}

/** Whether an asset has failed so often in a row that it is better called broken than unlucky. */
export function isLongTerm(leftOut: LeftOut, asset: AssetName): boolean {
  return (leftOut.get(asset)?.failures ?? 0) >= longTermFailures
}

/** The programme without what is left out now; the same value when nothing is. A lane with nothing left has no turns. */
export function withoutLeftOut(programme: Programme, leftOut: LeftOut, nowMs: number): Programme {
  const isOut = (asset: AssetName) => (leftOut.get(asset)?.untilMs ?? 0) > nowMs
  if (![...leftOut.keys()].some(isOut)) return programme
  const within = (lane: Lane): Lane[] => {
    const showings = lane.showings.filter((showing) => !isOut(showing.asset))
    return showings.length > 0 ? [{ ...lane, showings }] : []
  }
  const { fallback, ...rest } = programme
  const [left] = fallback ? within(fallback) : []
  return { ...rest, lanes: programme.lanes.flatMap(within), ...(left && { fallback: left }) }
}

/** When the next asset comes back; undefined when nothing is left out. */
export function nextReturnMs(leftOut: LeftOut, nowMs: number): number | undefined {
  const later = [...leftOut.values()].map((entry) => entry.untilMs).filter((untilMs) => untilMs > nowMs)
  return later.length > 0 ? Math.min(...later) : undefined
}
