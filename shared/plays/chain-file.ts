import { z } from 'zod'
import { parseJson } from '../documents/documents.ts'
import { playerId } from '../documents/fields.ts'
import { type Jws, jws, publicJwk } from '../documents/jws.ts'
import type { Crypto } from '../trust/crypto.ts'
import type { Keyring } from '../trust/keyring.ts'
import { lineOf } from './chain.ts'
import { playRecord } from './record.ts'
import { readAck, readGap, readHead } from './statements.ts'
import {
  beginVerification,
  type Landmark,
  type PlayFinding,
  type Verification,
  withFindings,
  withGap,
  withRecord,
} from './verify.ts'

/**
 * The first line of an exported chain; the records follow, each on a line of its own in its RFC 8785 form. Another such line
 * begins the chain of another player. Where records are gone for good stands a line that somebody has signed for (`chainGap`).
 */
export const chainHeader = z.strictObject({
  kind: z.literal('plays-chain'),
  player: playerId,
  playerKey: publicJwk,
  /** The player's word for the last record. */
  head: jws,
  /** The newest acknowledgement by an operator; null: there is none. */
  acknowledgement: jws.nullable(),
})
export type ChainHeader = z.infer<typeof chainHeader>

/** A line of an exported chain that stands for records that are gone. */
export const chainGap = z.strictObject({ kind: z.literal('plays-gap'), statement: jws })

/** Whether a line begins a chain. */
export const isChainHeader = (line: string): boolean => line.startsWith('{"kind":"plays-chain"')

/** What a check of a file goes by. `operators`: whose acknowledgements count; undefined: they are not checked. */
export type FileCheck = {
  readonly operators: Keyring | undefined
  readonly first: number
  readonly crypto: Crypto
}

/** A player's chain on its way through the check. */
export type OpenChain = {
  readonly player: string
  readonly playerKey: ChainHeader['playerKey']
  readonly verification: Verification
}

/** Begins with the header of a chain; undefined if it is none. */
export function openChain(line: string, check: FileCheck): OpenChain | undefined {
  const json = parseJson(new TextEncoder().encode(line))
  const header = json.ok ? chainHeader.safeParse(json.value).data : undefined
  if (!header || JSON.stringify(header) !== line) return undefined
  const { landmarks, findings } = signedFor(header, check)
  const { player, playerKey } = header
  return { player, playerKey, verification: withFindings(beginVerification(landmarks, check.first), findings) }
}

/** What the player and the operators have signed for, and which of their words do not hold. */
export function signedFor(
  { player, playerKey, head, acknowledgement }: ChainHeader,
  { operators, crypto }: Pick<FileCheck, 'operators' | 'crypto'>,
): { landmarks: Landmark[]; findings: PlayFinding[] } {
  const landmarks: Landmark[] = []
  const findings: PlayFinding[] = []
  const wrong = (what: string, message: string) =>
    findings.push({ code: 'bad-statement', seq: null, message: `the ${what} does not hold: ${message}` })
  const said = readHead(head, player, playerKey, crypto)
  if (said.ok) landmarks.push({ by: 'head', seq: said.value.seq, hash: said.value.hash })
  else wrong('head', said.refusal.message)
  if (acknowledgement && operators) {
    const bytes = new TextEncoder().encode(JSON.stringify(acknowledgement))
    const ack = readAck(bytes, player, operators, crypto)
    if (ack.ok) landmarks.push({ by: 'acknowledgement', seq: ack.value.through, hash: ack.value.head })
    else wrong('acknowledgement', ack.refusal.message)
  }
  return { landmarks, findings }
}

/** The next line of a chain: a record, a gap, or something that is neither. */
export function withLine(chain: OpenChain, line: string, check: FileCheck): OpenChain {
  const record = readLine(line)
  if (record) return { ...chain, verification: withRecord(chain.verification, record, check.crypto) }
  const gap = readGapLine(line)
  if (gap) return { ...chain, verification: withSignedGap(chain, gap, check) }
  const { nextSeq } = chain.verification.at
  const message = `what stands where record ${nextSeq} belongs is no record, or not written in its RFC 8785 form`
  return { ...chain, verification: withFindings(chain.verification, [{ code: 'not-a-record', seq: nextSeq, message }]) }
}

/** A gap counts if the player or an operator has signed for it; else the records behind it tell what is missing. */
export function withSignedGap(
  { player, playerKey, verification }: OpenChain,
  statement: Jws,
  { operators, first, crypto }: FileCheck,
): Verification {
  if (first > 1 && verification.records === 0 && !operators) return verification // older than what is looked at
  const gap = readGap(statement, player, playerKey, operators, crypto)
  if (gap.ok) return withGap(verification, gap.value)
  const { nextSeq } = verification.at
  const hint = operators ? '' : ' (gaps that an operator signed for are checked with --keys)'
  const message = `the gap before record ${nextSeq} does not hold: ${gap.refusal.message}${hint}`
  return withFindings(verification, [{ code: 'bad-statement', seq: nextSeq, message }])
}

function readGapLine(line: string): Jws | undefined {
  if (!line.startsWith('{"kind":"plays-gap"')) return undefined
  const json = parseJson(new TextEncoder().encode(line))
  const gap = json.ok ? chainGap.safeParse(json.value).data : undefined
  return gap && JSON.stringify(gap) === line ? gap.statement : undefined
}

function readLine(line: string) {
  const json = parseJson(new TextEncoder().encode(line))
  const record = json.ok ? playRecord.safeParse(json.value).data : undefined
  return record && lineOf(record) === line ? record : undefined
}
