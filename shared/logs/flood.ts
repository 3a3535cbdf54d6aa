import type { LogLevel, LogLine } from './line.ts'

/** A line that has not got its instant yet. */
export type Said = Omit<LogLine, 'at' | 'times'>

/** What is remembered so that one fault that repeats, or a thousand at once, do not fill the log. */
export type Flood = {
  /** What was said last, and how often it came again since it was written. */
  readonly last:
    | { readonly said: Said; readonly key: string; readonly again: number; readonly sinceMs: number }
    | undefined
  readonly budgets: Readonly<Record<Rank, Budget>>
}
type Budget = { readonly lines: number; readonly atMs: number; readonly leftOut: number }

/** Warnings and errors have a budget of their own: what a page chatters must not keep them out. */
type Rank = 'grave' | 'plain'
const rankOf = (level: LogLevel): Rank => (level === 'warning' || level === 'error' ? 'grave' : 'plain')

/** So many lines at once, and so many a second for good. */
const burst = 300
const perSecond = 10
/** The same line is written again after so long, with how often it came. */
const againMs = 60_000

export const noFlood: Flood = {
  last: undefined,
  budgets: { grave: { lines: burst, atMs: 0, leftOut: 0 }, plain: { lines: burst, atMs: 0, leftOut: 0 } },
}

/** What is to be written when this is said. `nowMs`: by a clock that never steps. */
export function afterSaying(flood: Flood, said: Said, nowMs: number): { flood: Flood; write: Omit<LogLine, 'at'>[] } {
  const key = `${said.level} ${said.message} ${JSON.stringify(said.about ?? {})}`
  const { last } = flood
  if (last?.key === key && nowMs - last.sinceMs < againMs) {
    return { flood: { ...flood, last: { ...last, again: last.again + 1 } }, write: [] }
  }
  const held = repeatsOf(flood)
  const taken = takeLine(flood.budgets[rankOf(said.level)], nowMs)
  const budgets = { ...flood.budgets, [rankOf(said.level)]: taken.budget }
  const write = [
    ...held,
    ...(taken.leftOutBefore > 0 ? [leftOutLine(taken.leftOutBefore)] : []),
    ...(taken.may ? [said] : []),
  ]
  return { flood: { last: { said, key, again: 0, sinceMs: nowMs }, budgets }, write }
}

/** What was held back and is to be written now: after a while without another line, and at the end. */
export function afterPause(flood: Flood): { flood: Flood; write: Omit<LogLine, 'at'>[] } {
  const { grave, plain } = flood.budgets
  const leftOut = grave.leftOut + plain.leftOut
  const budgets = { grave: { ...grave, leftOut: 0 }, plain: { ...plain, leftOut: 0 } }
  return {
    flood: { last: flood.last && { ...flood.last, again: 0 }, budgets },
    write: [...repeatsOf(flood), ...(leftOut > 0 ? [leftOutLine(leftOut)] : [])],
  }
}

const repeatsOf = ({ last }: Flood): Omit<LogLine, 'at'>[] =>
  last && last.again > 0 ? [{ ...last.said, times: last.again }] : []

const leftOutLine = (lines: number): Omit<LogLine, 'at'> => ({
  level: 'warning',
  message: `${lines} lines were left out: too many came at once`,
})

function takeLine(budget: Budget, nowMs: number): { budget: Budget; may: boolean; leftOutBefore: number } {
  const lines = Math.min(burst, budget.lines + (Math.max(0, nowMs - budget.atMs) / 1000) * perSecond)
  if (lines < 1) return { budget: { lines, atMs: nowMs, leftOut: budget.leftOut + 1 }, may: false, leftOutBefore: 0 }
  return { budget: { lines: lines - 1, atMs: nowMs, leftOut: 0 }, may: true, leftOutBefore: budget.leftOut }
}
