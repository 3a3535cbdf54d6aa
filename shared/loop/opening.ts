import type { Hours } from '../documents/site.ts'
import { isOpenAt, nextHoursChange } from '../schedule/hours.ts'
import type { LoopPlan } from './loop-plan.ts'

/** Said in `state` and in the play records while the wall is off. */
export const closedReason = 'outside its opening hours'

/** A loop as the wall's hours let it be seen; `dark`: why the wall is black, null while it is on. */
export type OpenPlan = LoopPlan & { readonly dark: string | null }

/**
 * Outside its opening hours a wall plays nothing and is black, but for an emergency if the site does not say otherwise. What
 * would play is `ready`, and is fetched as ever.
 */
export function withinHours(plan: LoopPlan, hours: Hours | undefined, atMs: number, timeZone: string): OpenPlan {
  if (!hours) return { ...plan, dark: null }
  const nextMs = nextHoursChange(hours, atMs, timeZone)
  const nextChangeMs = Math.min(nextMs ?? Number.POSITIVE_INFINITY, plan.nextChangeMs ?? Number.POSITIVE_INFINITY)
  const timed = { ...plan, nextChangeMs: Number.isFinite(nextChangeMs) ? nextChangeMs : null }
  const lit = isOpenAt(hours, atMs, timeZone) || (plan.level === 'emergency' && hours.emergency === 'show')
  if (lit) return { ...timed, dark: null }
  return {
    ...timed,
    dark: closedReason,
    lanes: [],
    slateReason: closedReason,
    cutIn: [],
    reports: plan.reports.map((one) =>
      one.status === 'live' ? { ...one, status: 'ready', reasons: [...one.reasons, 'the wall is off'] } : one,
    ),
  }
}
