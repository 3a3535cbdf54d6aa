import type { CampaignWindow, Daypart } from '../documents/fields.ts'
import { type LoopPlan, planLoop } from '../loop/loop-plan.ts'
import type { Circumstances, VerifiedPlaylist } from '../loop/standing.ts'

type Scheduled = { window?: CampaignWindow | undefined; dayparts?: Daypart[] | undefined }

/**
 * Plans the loop although nobody knows the time.
 *
 * What has no window plays. Only if nothing of that may be shown, what has one plays if the best guess of the date lies in it,
 * at all hours: nobody knows the hour. A campaign that is over by a date that can only be too early is over for good, and
 * one that has not begun waits. Emergencies are always judged by the guess. What may be shown at all is not decided here.
 */
export function planUnknownTime(
  newest: readonly VerifiedPlaylist[],
  former: readonly VerifiedPlaylist[],
  now: Circumstances,
): LoopPlan {
  const certain = planLoop(newest.map(withoutScheduled), former.map(withoutScheduled), now)
  return certain.lanes.length > 0 ? certain : planLoop(newest.map(atAllHours), former.map(atAllHours), now)
}

/** No date is ever in it: what waits for it is reported as scheduled, and fetched. */
const later: CampaignWindow = { from: '9999-12-31' }

const isEmergency = ({ playlist }: VerifiedPlaylist): boolean => playlist.priority === 'emergency'

const withoutScheduled = (list: VerifiedPlaylist): VerifiedPlaylist =>
  isEmergency(list) ? atAllHours(list) : mapSchedules(list, putOff)

const atAllHours = (list: VerifiedPlaylist): VerifiedPlaylist =>
  mapSchedules(list, (one) => ({ ...one, dayparts: undefined }))

const putOff = <T extends Scheduled>(one: T): T =>
  one.window || one.dayparts?.length ? { ...one, window: later, dayparts: undefined } : one

function mapSchedules(list: VerifiedPlaylist, change: <T extends Scheduled>(one: T) => T): VerifiedPlaylist {
  const { playlist } = list
  return { ...list, playlist: { ...change(playlist), items: playlist.items.map(change) } }
}
