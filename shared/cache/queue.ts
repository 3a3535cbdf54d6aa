import type { AssetName } from '../asset-name.ts'

/** A playlist's assets that are needed at the same time. `neededInMs`: 0 for what is live; `level`: of two, the higher plays. */
export type Need = {
  readonly playlist: string
  readonly emergency: boolean
  readonly neededInMs: number
  readonly level: number
  readonly assets: readonly { readonly asset: AssetName; readonly bytes: number }[]
}

/** An asset in its place in the queue, and whose it is. */
export type Placed = { readonly asset: AssetName; readonly playlists: readonly string[]; readonly emergency: boolean }

/**
 * The order to fetch in: emergencies, then what is needed soonest, then the level that plays. Playlists that are equal in
 * that take turns by bytes: next is always the one for which the least was queued so far, so that none waits for another's films.
 */
export function fairOrder(needs: readonly Need[]): Placed[] {
  const placed = new Map<AssetName, Placed>()
  for (const rank of ranksOf(needs)) {
    for (const { need, asset } of takingTurns(rank)) {
      const known = placed.get(asset)
      const playlists = [...new Set([...(known?.playlists ?? []), need.playlist])]
      placed.set(asset, { asset, playlists, emergency: need.emergency || known?.emergency === true })
    }
  }
  return [...placed.values()]
}

const compareNeeds = (a: Need, b: Need): number =>
  Number(b.emergency) - Number(a.emergency) || a.neededInMs - b.neededInMs || b.level - a.level

function ranksOf(needs: readonly Need[]): Need[][] {
  const ranks: Need[][] = []
  for (const need of needs.toSorted(compareNeeds)) {
    const last = ranks.at(-1)
    if (last?.[0] && compareNeeds(last[0], need) === 0) last.push(need)
    else ranks.push([need])
  }
  return ranks
}

function* takingTurns(rank: readonly Need[]): Generator<{ need: Need; asset: AssetName }> {
  const lanes = rank.map((need) => ({ need, next: 0, bytes: 0 }))
  for (;;) {
    const open = lanes.filter(({ need, next }) => next < need.assets.length)
    const lane = open.reduce((least, one) => (one.bytes < least.bytes ? one : least), open[0] ?? noLane)
    const chosen = lane.need.assets[lane.next]
    if (!chosen) return
    lane.next += 1
    lane.bytes += chosen.bytes
    yield { need: lane.need, asset: chosen.asset }
  }
}

const noLane = {
  need: { playlist: '', emergency: false, neededInMs: 0, level: 0, assets: [] },
  next: 0,
  bytes: 0,
}

/** An asset to be fetched, as the queue sees it. `failing`: its last try gave nothing, or it needs the line no more. */
export type Queued = {
  readonly asset: AssetName
  readonly bytes: number
  readonly emergency: boolean
  readonly failing: boolean
  /** It has come, and is being checked and put away. */
  readonly storing?: boolean
}

/** One that is not being fetched, and not before `untilMs` (monotonic, ms). */
export type Waiting = Queued & { readonly untilMs: number }

/** What to start and to pause now, and how long until the next one may be started; undefined when nothing waits for an instant. */
export type QueuePlan = {
  readonly start: readonly AssetName[]
  readonly pause: readonly AssetName[]
  readonly wakeInMs: number | undefined
}

/** Small files cost round trips, not bandwidth: two share a place; and the disk puts many away at once. */
const smallBytes = 64 * 1024
const weightOf = ({ bytes, storing }: Queued): number => (bytes > smallBytes ? 1 : storing ? 1 / 16 : 0.5)
const placesOf = (all: readonly Queued[]): number => all.reduce((sum, one) => sum + weightOf(one), 0)

/**
 * Fills the places with those whose time has come. `waiting` is in the order of `joinWanted`, emergencies first. An
 * emergency has the line to itself: what else runs is paused until it is there. One that fails only takes a place.
 */
export function planQueue(
  running: readonly Queued[],
  waiting: Iterable<Waiting>,
  places: number,
  nowMs: number,
): QueuePlan {
  const lesser = running.filter((one) => !one.emergency)
  let alone = running.some((one) => one.emergency && !one.failing)
  let free = places - placesOf(running)
  let wakeInMs = Number.POSITIVE_INFINITY
  const start: AssetName[] = []
  const pause: Queued[] = []
  for (const one of waiting) {
    if (!one.emergency && (free < 0.5 || alone)) break
    if (one.untilMs > nowMs) wakeInMs = Math.min(wakeInMs, one.untilMs - nowMs)
    if (one.untilMs > nowMs) continue
    if (one.emergency && !one.failing && !alone) {
      alone = true
      free += placesOf(lesser)
      pause.push(...lesser.splice(0))
    }
    const last = lesser.at(-1)
    if (one.emergency && free < weightOf(one) && last) {
      free += weightOf(last)
      pause.push(...lesser.splice(-1))
    }
    if (free < weightOf(one)) continue
    free -= weightOf(one)
    start.push(one.asset)
  }
  if (alone && lesser.length > 0) pause.push(...lesser.splice(0))
  return {
    start,
    pause: pause.map((one) => one.asset),
    wakeInMs: Number.isFinite(wakeInMs) ? wakeInMs : undefined,
  }
}
