import { z } from 'zod'
import type { Lane } from './programme.ts'

/** What was on last: whom the next may not be beside depends on it, also when its playlist has left the loop. */
export const neighbour = z.strictObject({ playlist: z.string(), notBeside: z.array(z.string()).optional() })
export type Neighbour = z.infer<typeof neighbour>

/** When the showings of each playlist with limits began, in milliseconds since 1970, by lane; only as many as count. */
export const starts = z.record(z.string(), z.array(z.number()))
export type Starts = z.infer<typeof starts>

const hourMs = 3_600_000
/** The longest that a limit can reach back; what is older is forgotten with its lane. */
const longestMs = 7 * 24 * hourMs

/**
 * The first instant at which a showing of this lane may begin: `everyMinutes` after the last began, and not before the
 * `perHour`th last is an hour old, so that no sliding hour has more. Minus infinity: any time.
 */
export function allowedFromMs({ key, limits }: Lane, began: Starts | undefined): number {
  const own = began?.[key]
  if (!limits || !own || own.length === 0) return Number.NEGATIVE_INFINITY
  const last = own.at(-1) ?? Number.NEGATIVE_INFINITY
  const spaced = limits.everyMinutes === undefined ? Number.NEGATIVE_INFINITY : last + limits.everyMinutes * 60_000
  const oldest = limits.perHour === undefined ? undefined : own.at(-limits.perHour)
  const full = limits.perHour !== undefined && own.length >= limits.perHour && oldest !== undefined
  return full ? Math.max(spaced, oldest + hourMs) : spaced
}

/** The same with one more showing of this lane. A lane without limits has no history. */
export function withStart(began: Starts | undefined, { key, limits }: Lane, atMs: number): Starts | undefined {
  if (!limits) return began
  const kept = Object.entries(began ?? {}).filter(([, all]) => (all.at(-1) ?? 0) > atMs - longestMs)
  const own = [...(began?.[key] ?? []), atMs].slice(-Math.max(1, limits.perHour ?? 1))
  return { ...Object.fromEntries(kept), [key]: own }
}

/**
 * History as another clock tells it: a clock that was set back since has them in its future, and then the last is taken to have
 * begun just now, so that no limit is overrun and none holds for longer than it says.
 */
export function startsBy(began: Starts, nowMs: number): Starts {
  const last = Math.max(...Object.values(began).flat(), Number.NEGATIVE_INFINITY)
  return last > nowMs ? shifted(began, nowMs - last) : began
}

/** Every instant moved by so many milliseconds. */
export const shifted = (began: Starts, byMs: number): Starts =>
  Object.fromEntries(Object.entries(began).map(([key, all]) => [key, all.map((ms) => ms + byMs)]))

/** Whether two playlists may not follow each other: one of them says so, which one does not matter. */
export const areApart = (one: Neighbour, other: Neighbour): boolean =>
  (one.notBeside?.includes(other.playlist) ?? false) || (other.notBeside?.includes(one.playlist) ?? false)

export const neighbourOf = ({ showings, notBeside }: Lane): Neighbour => ({
  playlist: showings[0]?.playlist ?? '',
  ...(notBeside && { notBeside: [...notBeside] }),
})

export const isConstrained = ({ limits, notBeside }: Lane): boolean =>
  limits !== undefined || (notBeside !== undefined && notBeside.length > 0)
