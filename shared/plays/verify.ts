import type { Crypto } from '../trust/crypto.ts'
import { type ChainFault, span, type Walk, walk, walkFrom } from './chain.ts'
import type { PlayRecord } from './record.ts'
import type { PlaysGap } from './statements.ts'

/** What can be wrong with a chain that lies here, besides its links. */
export type PlayFault =
  | ChainFault
  /** A line is no record, or not written in the one way that is taken. */
  | 'not-a-record'
  /** It ends before a record that somebody has signed for. */
  | 'truncated'
  /** A record is not the one that was signed for. */
  | 'rewritten'
  /** Records stand behind the newest head. */
  | 'unsigned'
  /** A head or an acknowledgement that does not hold. */
  | 'bad-statement'

/** Something that is wrong, and where; `seq` is null where it is about the whole. */
export type PlayFinding = { readonly code: PlayFault; readonly seq: number | null; readonly message: string }

/** Somebody has signed that the record with this number has this hash. */
export type Landmark = { readonly by: 'head' | 'acknowledgement'; readonly seq: number; readonly hash: string }

/** A chain on its way through the check. */
export type Verification = {
  readonly at: Walk
  readonly landmarks: readonly Landmark[]
  readonly records: number
  /** Records that are gone, and that somebody has signed for: known, and no fault of the chain. */
  readonly gaps: readonly PlaysGap[]
  readonly findings: readonly PlayFinding[]
}

/** More than this says no more. */
const mostFindings = 100

/** Begins a check. `first`: the number the chain is to begin with; 1 unless older records are known to be gone. */
export const beginVerification = (landmarks: readonly Landmark[], first = 1): Verification => ({
  at: walkFrom(first),
  landmarks,
  records: 0,
  gaps: [],
  findings: [],
})

/** The next record. */
export function withRecord(before: Verification, record: PlayRecord, crypto: Crypto): Verification {
  const { next, fault } = walk(before.at, record, crypto)
  const signed = before.landmarks.filter(({ seq, hash }) => seq === record.seq && hash !== record.hash)
  const rewritten = signed.map(
    ({ by, seq }): PlayFinding => ({
      code: 'rewritten',
      seq,
      message: `record ${seq} is not the one that its ${by} was signed for`,
    }),
  )
  const after = { ...before, at: next, records: before.records + 1 }
  const found = [...(fault ? [{ ...fault, seq: record.seq }] : []), ...rewritten]
  return found.length === 0 ? after : withFindings(after, found)
}

/** A gap that is signed for: the chain goes on behind it, where it says. */
export function withGap(before: Verification, gap: PlaysGap): Verification {
  const { nextSeq } = before.at
  const { from, through, hash } = gap
  if (before.records === 0 && through < nextSeq) return before // older than what is looked at
  if (from !== nextSeq || through < from) {
    const message = `the gap from ${from} to ${through} stands where record ${nextSeq} belongs`
    return withFindings(before, [{ code: 'bad-statement', seq: nextSeq, message }])
  }
  return { ...before, at: walkFrom(through + 1, hash), gaps: [...before.gaps, gap] }
}

/** Something that is no record stands there; what comes behind it is looked at all the same. */
export const withFindings = (before: Verification, findings: readonly PlayFinding[]): Verification => ({
  ...before,
  findings: [...before.findings, ...findings].slice(0, mostFindings),
})

/** The chain is over: everything that is wrong with it. An empty list: it is what the player and the receivers signed. */
export function verdict({ at, landmarks, findings }: Verification): readonly PlayFinding[] {
  const last = at.nextSeq - 1
  const cut = landmarks
    .filter(({ seq }) => seq > last)
    .map(({ by, seq }): PlayFinding => {
      const message = `the chain ends at ${last}, but its ${by} says that it went on: ${span(last + 1, seq)} missing`
      return { code: 'truncated', seq: last + 1, message }
    })
  const newest = Math.max(0, ...landmarks.map(({ seq }) => seq))
  const bare: PlayFinding[] =
    newest < last
      ? [
          {
            code: 'unsigned',
            seq: newest + 1,
            message: `${span(newest + 1, last)} behind the newest head: nobody has signed for that`,
          },
        ]
      : []
  return [...findings, ...cut, ...bare]
}
