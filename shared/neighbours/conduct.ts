import { z } from 'zod'
import { isOwnMachine } from './near-address.ts'
import { placeOf } from './neighbour-table.ts'

/** How neighbours have behaved, by the address they answer from: an id is only a claim, and could frame another player. */
export type Conduct = ReadonlyMap<string, Marks>

/**
 * `liedAt`: it gave bytes that are not what was asked for (ms since 1970). `failures`: in a row. `notBeforeMs`: not asked until
 * then (monotonic); `faultAtMs`: the last of them. `idle`: how often it was elected, waited for, and did not come.
 */
export type Marks = {
  readonly liedAt: number | undefined
  readonly failures: number
  readonly notBeforeMs: number
  readonly faultAtMs: number
  readonly idle: number
}

/** A liar is not asked again for so long. */
export const liarForMs = 30 * 24 * 3600_000
const longestPutOffMs = 3600_000
const sameFaultMs = 5000
const mostRemembered = 256
/** Who was waited for in vain so often is waited for no more. */
const mostIdle = 3
const clean: Marks = { liedAt: undefined, failures: 0, notBeforeMs: 0, faultAtMs: Number.NEGATIVE_INFINITY, idle: 0 }

/** The name under which conduct is remembered: the address; on this machine, where players share one, also the port. */
export const culpritOf = (one: { readonly address: string; readonly port: number }): string =>
  isOwnMachine(one.address) ? placeOf(one) : one.address

const marksOf = (conduct: Conduct, culprit: string): Marks => conduct.get(culprit) ?? clean

export const afterLie = (conduct: Conduct, culprit: string, now: number): Conduct =>
  remembered(conduct, culprit, { ...marksOf(conduct, culprit), liedAt: now })

/**
 * Could not be reached, broke off, was too slow. The first time is for free: it, or this machine, may have been busy. Then it is
 * put off for five seconds, and ever longer, up to an hour. What breaks within five seconds of another fault is the same one.
 */
export function afterFault(conduct: Conduct, culprit: string, nowMs: number): Conduct {
  const marks = marksOf(conduct, culprit)
  if (nowMs < marks.faultAtMs + sameFaultMs) return conduct
  const putOffMs = marks.failures === 0 ? 0 : Math.min(5000 * 2 ** Math.min(marks.failures - 1, 20), longestPutOffMs)
  const faulty = { ...marks, failures: marks.failures + 1, faultAtMs: nowMs, notBeforeMs: nowMs + putOffMs }
  return remembered(conduct, culprit, faulty)
}

export const afterIdle = (conduct: Conduct, culprit: string): Conduct => {
  const marks = marksOf(conduct, culprit)
  return remembered(conduct, culprit, { ...marks, idle: marks.idle + 1 })
}

/** Gave what was asked for. A lie is not made good by that. */
export const afterGift = (conduct: Conduct, culprit: string): Conduct =>
  remembered(conduct, culprit, { ...clean, liedAt: marksOf(conduct, culprit).liedAt })

/** Whether it may be asked now. `now`: ms since 1970; `nowMs`: monotonic. A clock that was set back keeps liars out. */
export function mayBeAsked(conduct: Conduct, culprit: string, now: number, nowMs: number): boolean {
  const { liedAt, notBeforeMs } = marksOf(conduct, culprit)
  return (liedAt === undefined || now >= liedAt + liarForMs) && nowMs >= notBeforeMs
}

/** Whether it is worth waiting for when it is elected. */
export const isWaitedFor = (conduct: Conduct, culprit: string): boolean => marksOf(conduct, culprit).idle < mostIdle

/** Bounded: who behaved well, then the oldest, are forgotten first; a liar for the last. */
function remembered(conduct: Conduct, culprit: string, marks: Marks): Conduct {
  const rest = [...conduct].filter(([other]) => other !== culprit)
  const all: [string, Marks][] = [...rest, [culprit, marks]]
  if (all.length <= mostRemembered) return new Map(all)
  const honest = all.findIndex(([, one]) => one.liedAt === undefined)
  return new Map(all.toSpliced(Math.max(honest, 0), 1))
}

const stored = z.record(z.string().max(64), z.number())

/** The liars as text, to be kept over a restart. */
export const liarsAsText = (conduct: Conduct): string =>
  JSON.stringify(
    Object.fromEntries([...conduct].flatMap(([who, { liedAt }]) => (liedAt === undefined ? [] : [[who, liedAt]]))),
  )

/** Reads them again; a text that cannot be read is nobody. */
export function liarsFromText(text: string | undefined): Conduct {
  try {
    const parsed = stored.safeParse(JSON.parse(text ?? '{}'))
    const entries = Object.entries(parsed.success ? parsed.data : {}).slice(0, mostRemembered)
    return new Map(entries.map(([who, liedAt]) => [who, { ...clean, liedAt }]))
  } catch {
    return new Map() // not JSON: whoever lies is found out again
  }
}
