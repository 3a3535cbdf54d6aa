import { type Approval, approval } from '../documents/approval.ts'
import { parseJson } from '../documents/documents.ts'
import { type Jws, protectedHeader } from '../documents/jws.ts'
import { bytesOf } from '../trust/base64url.ts'

/** What a signed approval says, unchecked; undefined if it is none. */
export function statementOf(signed: Jws): Approval | undefined {
  const bytes = bytesOf(signed.payload)
  const json = bytes && parseJson(bytes)
  const read = json?.ok ? approval.safeParse(json.value) : undefined
  return read?.success ? read.data : undefined
}

/** The thumbprint of the key that a signature says it is by; undefined if it says nothing that can be read. */
export function signerNamedBy(header: string): string | undefined {
  const bytes = bytesOf(header)
  const json = bytes && parseJson(bytes)
  const read = json?.ok ? protectedHeader.safeParse(json.value) : undefined
  return read?.success ? read.data.kid : undefined
}

/** One statement for each payload, with the signatures of all: each key's once. Statements keep the order they came in. */
export function mergedApprovals(...files: readonly (readonly Jws[])[]): Jws[] {
  const byPayload = new Map<string, Jws>()
  for (const one of files.flat()) {
    const before = byPayload.get(one.payload)?.signatures ?? []
    const known = new Set(before.map((signature) => signerNamedBy(signature.protected)))
    const more = one.signatures.filter((signature) => !known.has(signerNamedBy(signature.protected)))
    byPayload.set(one.payload, { payload: one.payload, signatures: [...before, ...more] })
  }
  return [...byPayload.values()]
}

/** Where and when an approval counts; what is left out is not limited. */
export type ApprovalLimits = Pick<Approval, 'from' | 'until' | 'targets'>

/** Whether a statement is about these bytes with these words under these limits: then a second approver signs the same one. */
export function saysTheSame(
  one: Approval,
  facts: Pick<Approval, 'asset' | 'mediaType' | 'bytes' | 'seconds' | 'words'>,
  limits: ApprovalLimits,
): boolean {
  const text = ({ from, until, targets }: ApprovalLimits) => JSON.stringify([from, until, targets?.toSorted()])
  return (
    one.asset === facts.asset &&
    one.mediaType === facts.mediaType &&
    one.bytes === facts.bytes &&
    one.seconds === facts.seconds &&
    one.words === facts.words &&
    text(one) === text(limits)
  )
}
