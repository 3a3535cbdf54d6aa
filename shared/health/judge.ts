import { type ReasonCode, reasonCodes } from './codes.ts'
import { type Gravity, gravities, type Readings, type Reason, type Verdict } from './health.ts'
import { type Rule, rules, type Values } from './rules.ts'
import { reasonSaid } from './texts.ts'

/** What was found of one reason, by the clock that never steps: since when, and whether it is given. */
type Standing = {
  readonly foundMs: number
  readonly isGiven: boolean
  /** Since when it is found no more, while it is still given. */
  readonly goneMs: number | undefined
  /** The instant it was first found, in milliseconds since 1970. */
  readonly atMs: number
  readonly values: Values
}

/** What has been found so far. */
export type Judgement = ReadonlyMap<ReasonCode, Standing>
export const nothingFound: Judgement = new Map()

/** An instant by both clocks: one that never steps, for how long things last, and the trusted time, for people. */
export type Instant = { readonly monotonicMs: number; readonly atMs: number }

/** What is found after one more look. */
export function judge(previous: Judgement, readings: Readings, now: Instant): Judgement {
  const next = new Map<ReasonCode, Standing>()
  for (const code of codes) {
    const standing = standingAfter(rules[code], previous.get(code), readings, now)
    if (standing) next.set(code, standing)
  }
  return next
}

function standingAfter(
  rule: Rule,
  before: Standing | undefined,
  readings: Readings,
  { monotonicMs, atMs }: Instant,
): Standing | undefined {
  const values = rule.found(readings, before?.isGiven === true, atMs)
  if (values) {
    const { foundMs, atMs: firstMs } = before ?? { foundMs: monotonicMs, atMs }
    const isGiven = before?.isGiven === true || monotonicMs - foundMs >= rule.enterMs
    return { foundMs, isGiven, goneMs: undefined, atMs: firstMs, values }
  }
  if (!before?.isGiven) return undefined
  const goneMs = before.goneMs ?? monotonicMs
  return monotonicMs - goneMs >= rule.leaveMs ? undefined : { ...before, goneMs }
}

const codes = Object.keys(rules) as ReasonCode[]

/** The reasons that are given: the gravest first, then the oldest. */
export function reasonsOf(judgement: Judgement): Reason[] {
  return [...judgement]
    .filter(([code, { isGiven }]) => isGiven && !(code === 'disk-low' && judgement.get('disk-full')?.isGiven))
    .toSorted(([a, one], [b, other]) => weight(b) - weight(a) || one.foundMs - other.foundMs)
    .map(([code, { atMs, values }]) => {
      const { title, sentence } = reasonSaid(code, values)
      const since = new Date(atMs).toISOString()
      return {
        code,
        gravity: reasonCodes[code],
        message: `${title.en}. ${sentence.en}`,
        title,
        messages: sentence,
        since,
      }
    })
}

const weight = (code: ReasonCode): number => gravities.indexOf(reasonCodes[code])

const verdictOfGravity: Readonly<Record<Gravity, Verdict>> = { info: 'ok', degraded: 'degraded', failing: 'failing' }

/** The gravest reason decides. */
export const verdictOf = (reasons: readonly Pick<Reason, 'gravity'>[]): Verdict =>
  verdictOfGravity[gravities[Math.max(0, ...reasons.map(({ gravity }) => gravities.indexOf(gravity)))] ?? 'info']
