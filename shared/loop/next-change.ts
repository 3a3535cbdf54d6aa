import { nextChangeAfter } from '../schedule/live.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { type Circumstances, contributes, type Standing, standingOf, type VerifiedPlaylist } from './standing.ts'

/** After so many looks at playlists that came to nothing, the player is told to look again itself: early, never late. */
const mostLooks = 1_000

/**
 * The first instant after `now` at which the outcome differs if nothing happens but time; null: never. Each playlist's next
 * event is computed from its window and dayparts, those of its items while it is live, and its approvals' instants;
 * at the earliest of them the playlists it concerns are looked at again, and the next is tried when nothing came of it.
 */
export function nextOutcomeChange(
  newest: readonly VerifiedPlaylist[],
  former: readonly VerifiedPlaylist[],
  now: Circumstances,
  outcome: Outcome,
): number | null {
  const lists = [...newest, ...former].filter(({ playlist }) => !playlist.withdrawn)
  const events = lists.map((list) => nextEvent(list, outcome.standingOf(list), now))
  const later = new Map<VerifiedPlaylist, Standing>()
  let lastMs: number | undefined
  for (let looks = 0; looks <= mostLooks; ) {
    const atMs = events.reduce((soonest, ms) => Math.min(soonest, ms), Number.POSITIVE_INFINITY)
    if (atMs === Number.POSITIVE_INFINITY) return null
    if (looks > 0) {
      lastMs ??= Math.max(now.atMs, ...lists.map(lastDatedEvent)) + settledMs
      if (atMs > lastMs) return null
    }
    const then = { ...now, atMs }
    lists.forEach((list, index) => {
      if (events[index] !== atMs) return
      const standing = standingOf(list, then)
      later.set(list, standing)
      events[index] = nextEvent(list, standing, then)
      looks += 1
    })
    if (isSeen(later, outcome) && differs(newest, former, later, outcome)) return atMs
    if (looks > mostLooks) return atMs
  }
  return null
}

/** Past its last date a schedule repeats itself weekly; what has not come about within a week and a day never will. */
const settledMs = 11 * 86_400_000

function lastDatedEvent({ playlist, approvals }: VerifiedPlaylist): number {
  let last = 0
  for (const { window } of [playlist, ...playlist.items]) {
    if (!window) continue
    last = Math.max(last, Date.parse(window.until ?? '1970-01-01'), Date.parse(window.from ?? '1970-01-01'))
  }
  return Math.max(last, ...approvalEdges(approvals).filter(Number.isFinite))
}

function nextEvent({ playlist, approvals }: VerifiedPlaylist, standing: Standing, now: Circumstances): number {
  let soonest = nextChangeAfter(playlist, now.atMs, now.timeZone) ?? Number.POSITIVE_INFINITY
  if (standing.liveness === 'live') {
    for (const item of playlist.items) {
      if (!item.window && !item.dayparts) continue
      soonest = Math.min(soonest, nextChangeAfter(item, now.atMs, now.timeZone) ?? Number.POSITIVE_INFINITY)
    }
  }
  for (const edge of approvalEdges(approvals)) if (edge > now.atMs && edge < soonest) soonest = edge
  return soonest
}

/** When an approval begins or ends to count, in milliseconds since 1970; in no order. */
export function approvalEdges(approvals: VerifiedPlaylist['approvals']): number[] {
  const edges: number[] = []
  for (const statements of approvals.values()) {
    for (const { approval } of statements) {
      if (approval.from !== undefined) edges.push(Date.parse(approval.from))
      if (approval.until !== undefined) edges.push(Date.parse(approval.until))
    }
  }
  return edges
}

/** Whether anything is different that an outcome could show. Most events of playlists that do not play show nowhere. */
const isSeen = (later: ReadonlyMap<VerifiedPlaylist, Standing>, outcome: Outcome): boolean =>
  [...later].some(([list, standing]) => !isSame(outcome.standingOf(list), standing, outcome))

function isSame(before: Standing, after: Standing, { level }: Outcome): boolean {
  return (
    stageOf(before) === stageOf(after) &&
    contributes(before) === contributes(after) &&
    (before.showings.length === 0) === (after.showings.length === 0) &&
    before.complete === after.complete &&
    before.missingBytes === after.missingBytes &&
    sameNames(before.allowed, after.allowed) &&
    sameNames(before.reasons, after.reasons) &&
    (before.playlist.priority !== level || sameShowings(before, after))
  )
}

const stageOf = ({ liveness }: Standing): string => (liveness === 'early' ? 'off-hours' : liveness)

const sameNames = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, index) => name === other[index])

const sameShowings = (one: Standing, other: Standing): boolean =>
  one === other ||
  sameNames(
    one.showings.map(({ key }) => key),
    other.showings.map(({ key }) => key),
  )

function differs(
  newest: readonly VerifiedPlaylist[],
  former: readonly VerifiedPlaylist[],
  later: ReadonlyMap<VerifiedPlaylist, Standing>,
  before: Outcome,
): boolean {
  const after = outcomeOf(newest, former, (list) => later.get(list) ?? before.standingOf(list))
  const sameLanes =
    before.winners.length === after.winners.length &&
    before.winners.every((one, index) => {
      const other = after.winners[index]
      return other?.playlist === one.playlist && sameShowings(one, other)
    })
  return !(
    sameLanes &&
    before.level === after.level &&
    before.slateReason === after.slateReason &&
    sameNames(before.wanted, after.wanted) &&
    before.inForce.every((list, index) => list === after.inForce[index]) &&
    JSON.stringify(before.reports) === JSON.stringify(after.reports)
  )
}
