import type { AssetName } from '../asset-name.ts'
import type { Playlist } from '../documents/playlist.ts'
import type { Hours } from '../documents/site.ts'
import type { HlsAsset } from '../hls/hls-asset.ts'
import { fallbackKey, type PlanWithFallback, withFallback } from '../loop/fallback.ts'
import { planLoop } from '../loop/loop-plan.ts'
import { withinHours } from '../loop/opening.ts'
import { type Circumstances, laneKey, type VerifiedPlaylist } from '../loop/standing.ts'
import type { PlayLevel } from '../plays/record.ts'
import { isConstrained } from '../screen/limits.ts'
import type { Lane, Programme } from '../screen/programme.ts'
import type { Keyring } from '../trust/keyring.ts'
import { comingShowings, wholeCycle } from './cycle.ts'

/** What a forecast is made from. Signatures, approvals and files are not asked for: what is written is taken to be shown. */
export type ForecastInput = {
  /** One revision of each. */
  readonly playlists: readonly Playlist[]
  readonly timeZone: string
  readonly hours?: Hours | undefined
  /** The site's, in the form of a playlist. */
  readonly fallback?: Playlist | undefined
  readonly takenDown?: ReadonlySet<AssetName>
}

/** One showing of a loop; `seconds` is null for a film whose length is not known. */
export type ForecastShowing = { readonly playlist: string; readonly item: string; readonly seconds: number | null }

/** What plays between two changes, from `fromMs` on and before `untilMs`; null: for ever. */
export type Segment = {
  readonly fromMs: number
  readonly untilMs: number | null
  /** Null: the slate, or a wall that is off; `why` says which, and why the fallback is on. */
  readonly level: PlayLevel | null
  /** One whole cycle from the loop's start; with limits, what comes within an hour. */
  readonly loop: readonly ForecastShowing[]
  readonly why: string | null
  /** Some playlist has limits: the loop never quite repeats. */
  readonly limited: boolean
  /** Playlists by what they do: taking turns, or live but outranked. On a wall that is off nothing is either. */
  readonly on: readonly string[]
  readonly outranked: readonly string[]
}

/** So many looks without a change of the loop, and it is said that none comes: years of hours that show nowhere. */
const mostLooks = 20_000

/** What plays at an instant, until it changes by itself. */
export function forecastAt(input: ForecastInput, atMs: number): Segment {
  const prepared = prepare(input)
  const plan = planAt(prepared, atMs)
  let nextMs = plan.nextChangeMs
  for (let looks = 0; nextMs !== null && looks < mostLooks; looks += 1) {
    const then = planAt(prepared, nextMs)
    if (!sameLoop(plan, then)) break
    nextMs = then.nextChangeMs
  }
  return segmentOf(prepared, plan, atMs, nextMs)
}

/** What plays from one instant to another, change by change; the last segment ends when its loop does. `most` bounds their number. */
export function forecastBetween(input: ForecastInput, fromMs: number, untilMs: number, most = 5_000): Segment[] {
  const segments: Segment[] = []
  for (let ms = fromMs; segments.length < most; ) {
    const segment = forecastAt(input, ms)
    segments.push(segment)
    if (segment.untilMs === null || segment.untilMs >= untilMs) return segments
    ms = segment.untilMs
  }
  return segments
}

/** Like `forecastBetween`, but cut also where only what is outranked changes: for drawing. Cut off at `untilMs`. */
export function everyStep(input: ForecastInput, fromMs: number, untilMs: number, most = 5_000): Segment[] {
  const prepared = prepare(input)
  const steps: Segment[] = []
  for (let ms = fromMs; ms < untilMs && steps.length < most; ) {
    const plan = planAt(prepared, ms)
    const endMs = Math.min(plan.nextChangeMs ?? untilMs, untilMs)
    steps.push(segmentOf(prepared, plan, ms, endMs))
    ms = endMs
  }
  return steps
}

type Prepared = {
  readonly input: ForecastInput
  readonly lists: readonly VerifiedPlaylist[]
  readonly fallback: VerifiedPlaylist | undefined
  readonly now: Circumstances
}

function prepare(input: ForecastInput): Prepared {
  const facts = allIn(input).flatMap(
    ({ assets }) => Object.entries(assets) as [AssetName, Playlist['assets'][AssetName]][],
  )
  const sets = facts.filter(([, { mediaType }]) => mediaType === 'application/vnd.apple.mpegurl')
  const asSet = (seconds = 0): HlsAsset => ({ kind: 'on-demand', seconds, files: [], checked: true })
  return {
    input,
    lists: input.playlists.map((playlist) => ({ playlist, approvals: new Map() })),
    fallback: input.fallback && { playlist: input.fallback, approvals: new Map() },
    now: {
      atMs: 0,
      timeZone: input.timeZone,
      targets: input.playlists.map(({ target }) => target),
      keyring: nobodyAsked,
      held: new Set(facts.map(([asset]) => asset)),
      late: new Set(),
      takenDown: input.takenDown ?? new Set(),
      hls: new Map(sets.map(([asset, { seconds }]) => [asset, asSet(seconds)])),
    },
  }
}

/** Every playlist, and the fallback as one. */
const allIn = ({ playlists, fallback }: ForecastInput): readonly Playlist[] =>
  fallback ? [...playlists, fallback] : playlists

/** No approvals are needed where nothing is shown. */
const nobodyAsked: Keyring = {
  keys: new Map(),
  outOfTime: new Set(),
  grants: [],
  roots: { keys: [], needed: 1 },
  revision: 0,
  issuedAtMs: 0,
  approvalsNeeded: 0,
  separation: 'none',
  words: 'free',
}

function planAt({ input, lists, fallback, now }: Prepared, atMs: number): PlanWithFallback {
  const then = { ...now, atMs }
  return withFallback(withinHours(planLoop(lists, [], then), input.hours, atMs, input.timeZone), fallback, then)
}

function sameLoop(one: PlanWithFallback, other: PlanWithFallback): boolean {
  if (one.level !== other.level || one.dark !== other.dark || one.lanes.length !== other.lanes.length) return false
  return one.lanes.every((lane, index) => sameLane(lane, other.lanes[index]))
}

const sameLane = (one: Lane, other: Lane | undefined): boolean =>
  one.key === other?.key &&
  one.showings.length === other.showings.length &&
  one.showings.every(({ key }, index) => key === other.showings[index]?.key)

function segmentOf({ input }: Prepared, plan: PlanWithFallback, fromMs: number, untilMs: number | null): Segment {
  const { fallback } = plan
  const instead = plan.lanes.length === 0 ? fallback : undefined
  const lanes = instead ? [instead] : [...plan.lanes]
  const programme: Programme = {
    id: 'forecast',
    lanes,
    slateReason: plan.slateReason,
    ...(fallback && !instead && { fallback }),
  }
  const secondsOf = secondsBy(allIn(input))
  const limited = lanes.some(isConstrained)
  const showings = limited ? comingShowings(programme, fromMs, untilMs, secondsOf) : wholeCycle(programme)
  const fallen = showings.some(({ key }) => key.startsWith(`${fallbackKey}/`)) ? fallback : undefined
  return {
    fromMs,
    untilMs,
    level: lanes.length === 0 ? null : instead ? 'fallback' : plan.level,
    loop: showings.map((one) => ({ playlist: one.playlist, item: one.item, seconds: secondsOf(one) })),
    why: plan.slateReason,
    limited,
    on: [...new Set([...lanes, ...(fallen ? [fallen] : [])].map(({ key }) => key))],
    outranked: plan.dark === null ? outrankedIn(plan) : [],
  }
}

const outrankedIn = ({ reports }: PlanWithFallback): string[] =>
  reports.filter(({ status }) => status === 'ready').map(laneKey)

type Timed = { readonly seconds: number | null; readonly asset: AssetName }

/** An item's own time, else its film's length. */
function secondsBy(playlists: readonly Playlist[]): (one: Timed) => number | null {
  const lengths = new Map(
    playlists.flatMap(({ assets }) => Object.entries(assets).map(([asset, { seconds }]) => [asset, seconds] as const)),
  )
  return ({ seconds, asset }) => seconds ?? lengths.get(asset) ?? null
}
