import type { AssetName } from '../../shared/asset-name.ts'
import type { SyncLoop } from '../../shared/clock/synced-slots.ts'
import { planUnknownTime } from '../../shared/clock/unknown-time.ts'
import type { HlsAssets } from '../../shared/hls/hls-asset.ts'
import { fallbackKey, type PlanWithFallback, withFallback } from '../../shared/loop/fallback.ts'
import { type CutIn, type LoopPlan, planLoop } from '../../shared/loop/loop-plan.ts'
import { enteringLane, mayFinish } from '../../shared/loop/may-finish.ts'
import { withinHours } from '../../shared/loop/opening.ts'
import { laneKey, mayBeShown } from '../../shared/loop/standing.ts'
import { type Lane, lanesOf, type Programme, type Showing, type ShowingKey } from '../../shared/screen/programme.ts'
import { isStorageFailure } from '../sqlite/connection.ts'
import { findDocument } from '../sqlite/documents.ts'
import { putInForce } from '../sqlite/in-force.ts'
import { transaction, type WriteDb } from '../sqlite/open.ts'
import type { Knowledge } from './knowledge.ts'
import type { Clock, Undo } from './ports.ts'
import { syncedLoop } from './synced-loop.ts'

/** What the screen has been told to play. */
export type SentProgramme = {
  readonly programme: Programme
  readonly mayFinish: readonly ShowingKey[]
  /** The lane that cuts in with this programme. */
  readonly cutIn: string | null
}

/** What the loop depends on besides the documents. */
export type LoopSources = {
  readonly knowledge: () => Knowledge
  readonly held: () => ReadonlySet<AssetName>
  readonly late: () => ReadonlySet<AssetName>
  readonly hls?: (() => HlsAssets) | undefined
  readonly on: () => ShowingKey | undefined
  /** Whether anybody ever vouched for the time. */
  readonly timeIsKnown: () => boolean
}

/** Builds the loop again whenever it is asked to, and by itself when a schedule says so. */
export type LoopKeeper = {
  refresh(): PlanWithFallback
  readonly sent: () => SentProgramme
  /** A showing of this loop, or of an earlier one that may still be on. */
  showing(key: ShowingKey): Showing | undefined
  /** The address of a live stream that may be on the wall at this instant. */
  streamAddress(asset: AssetName): string | undefined
  stop: Undo
}

/** A step of the system's clock is noticed within this time, whatever the next change was computed to be. */
const longestSleepMs = 30_000

export function createLoopKeeper(
  db: WriteDb,
  sources: LoopSources,
  clock: Clock,
  changed: (sent: SentProgramme) => void,
  due: () => void,
): LoopKeeper {
  let sent: SentProgramme = { programme: { id: '0', lanes: [], slateReason: 'starting' }, mayFinish: [], cutIn: null }
  let known = new Map<ShowingKey, Showing>()
  let serial = 0
  let cuttingIn: readonly CutIn[] = []
  let cancelTimer: Undo = () => {}

  function refresh(): PlanWithFallback {
    const knowledge = sources.knowledge()
    const atMs = clock.now()
    const hls = sources.hls?.() ?? new Map()
    const now = { ...knowledge, atMs, held: sources.held(), late: sources.late(), hls }
    const planned: typeof planLoop = sources.timeIsKnown() ? planLoop : planUnknownTime
    const whole = planned(knowledge.newest, knowledge.former, now)
    // Opening hours cannot darken a wall that does not know the hour.
    const hours = sources.timeIsKnown() ? knowledge.site?.hours : undefined
    const open = withinHours(whole, hours, atMs, knowledge.timeZone)
    const plan = withFallback(open, knowledge.fallback, now)
    whateverTheDisk(() => rememberInForce(db, whole))
    const { lanes, fallback } = plan
    const synced = lanes.length > 0 ? syncedLoop(planned, knowledge, now) : undefined
    const allowed = (key: ShowingKey) => isStillAllowed(known.get(key), knowledge, now)
    const forbidden = sent.mayFinish.some((key) => !allowed(key)) // taken down while it was let finish
    if (
      forbidden ||
      !same(lanes, sent.programme.lanes) ||
      !same(fallback, sent.programme.fallback) ||
      !same(synced, sent.programme.synced) ||
      plan.slateReason !== sent.programme.slateReason
    ) {
      const cutIn = enteringLane(cuttingIn, plan.cutIn)
      const finishing =
        cutIn !== null || plan.dark !== null
          ? []
          : mayFinish(
              { lanes: lanesOf(sent.programme), mayFinish: sent.mayFinish },
              lanesOf(plan),
              allowed,
              sources.on(),
            )
      serial += 1
      known = new Map([...[...known].filter(([key]) => finishing.includes(key)), ...showingsOf(lanesOf(plan))])
      sent = {
        programme: {
          id: String(serial),
          lanes: [...lanes],
          slateReason: plan.slateReason,
          ...(fallback && { fallback }),
          ...(plan.dark !== null && { dark: plan.dark }),
          ...(synced && { synced }),
        },
        mayFinish: finishing,
        cutIn,
      }
      changed(sent)
    }
    cuttingIn = plan.cutIn
    cancelTimer()
    cancelTimer = clock.after(
      Math.min(longestSleepMs, Math.max(1, (plan.nextChangeMs ?? Number.POSITIVE_INFINITY) - atMs)),
      due,
    )
    return plan
  }

  function streamAddress(asset: AssetName): string | undefined {
    const knowledge = sources.knowledge()
    const hls = sources.hls?.() ?? new Map()
    const now = { ...knowledge, atMs: clock.now(), held: new Set([asset]), late: new Set<AssetName>(), hls }
    const stream = now.hls.get(asset)
    const on = [...known.values()].some((one) => one.asset === asset && isStillAllowed(one, knowledge, now))
    return on && stream?.kind === 'live' ? stream.url : undefined
  }

  return { refresh, streamAddress, sent: () => sent, showing: (key) => known.get(key), stop: () => cancelTimer() }
}

const same = <T extends readonly Lane[] | Lane | SyncLoop | undefined>(a: T, b: T): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

const showingsOf = (lanes: readonly Lane[]): [ShowingKey, Showing][] =>
  lanes.flatMap((lane) => lane.showings.map((showing): [ShowingKey, Showing] => [showing.key, showing]))

/** Whether trust still lets a showing be on, whether or not it is in the loop any more. */
function isStillAllowed(
  showing: Showing | undefined,
  knowledge: Knowledge,
  now: Parameters<typeof mayBeShown>[2],
): boolean {
  if (!showing || !now.held.has(showing.asset)) return false
  const { newest, former, fallback } = knowledge
  const isOfFallback = showing.key.startsWith(`${fallbackKey}/`)
  const lists = isOfFallback
    ? [fallback].filter((list) => list !== undefined)
    : [...newest, ...former].filter(({ playlist }) => playlist.id === showing.playlist)
  return lists.some(({ approvals }) => mayBeShown(showing, approvals, now))
}

/** What cannot be written now is at the next look: the loop does not wait for a full disk. */
function whateverTheDisk(write: () => void): void {
  try {
    write()
  } catch (error) {
    if (!isStorageFailure(error)) throw error
  }
}

/** A revision that is in force is kept as it came, so that it can stand in for a later one that is still arriving. */
function rememberInForce(db: WriteDb, plan: LoopPlan): void {
  const live = new Set(plan.lanes.map((lane) => lane.key))
  transaction(db, () => {
    for (const { playlist } of plan.inForce) {
      if (!live.has(laneKey(playlist))) continue
      const stored = findDocument(db, 'playlist', playlist.target, playlist.id)
      if (stored?.revision === playlist.revision) putInForce(db, stored)
    }
  })
}
