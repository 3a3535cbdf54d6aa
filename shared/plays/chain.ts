import canonicalize from 'canonicalize'
import type { Crypto } from '../trust/crypto.ts'
import { noRecordBefore, type PlayRecord, type UnsealedPlay } from './record.ts'

type Sha256 = Pick<Crypto, 'sha256'>

/** The record with the hash of the one before it, and its own: SHA-256 over its RFC 8785 form without `hash`. */
export function sealed(play: UnsealedPlay, previous: string, crypto: Sha256): PlayRecord {
  const body = { ...play, previous }
  return { ...body, hash: hashOf(body, crypto) }
}

/** The hash that a record must carry. */
export function hashOfRecord({ hash: _, ...body }: PlayRecord, crypto: Sha256): string {
  return hashOf(body, crypto)
}

/** A record as a line of text: its RFC 8785 form, which is the only one that is taken. */
export const lineOf = (record: PlayRecord): string => canonicalize(record) ?? ''

function hashOf(body: Omit<PlayRecord, 'hash'>, crypto: Sha256): string {
  return hexOf(crypto.sha256(new TextEncoder().encode(canonicalize(body) ?? '')))
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => digits[byte]).join('')

/** Where a walk along a chain stands: what must come next, and what it must name as the one before; null: nobody knows. */
export type Walk = { readonly nextSeq: number; readonly previous: string | null }

/** A walk that begins with a record; without a number, with the first one ever. */
export const walkFrom = (seq = 1, previous: string | null = seq === 1 ? noRecordBefore : null): Walk => ({
  nextSeq: seq,
  previous,
})

export type ChainFault = 'edited' | 'removed' | 'reordered' | 'unlinked'

/** One step along a chain: what is wrong with a record there, if anything is. */
export function walk(
  at: Walk,
  record: PlayRecord,
  crypto: Sha256,
): { readonly next: Walk; readonly fault: { readonly code: ChainFault; readonly message: string } | undefined } {
  const { seq } = record
  const next: Walk = { nextSeq: seq + 1, previous: record.hash }
  const say = (code: ChainFault, message: string) => ({ next, fault: { code, message } })
  if (hashOfRecord(record, crypto) !== record.hash)
    return say('edited', `record ${seq} was changed: it does not have the hash that it says`)
  if (seq < at.nextSeq)
    return say('reordered', `record ${seq} stands where ${at.nextSeq} belongs: it is out of order or there twice`)
  if (seq > at.nextSeq) return say('removed', `${span(at.nextSeq, seq - 1)} missing`)
  if (at.previous !== null && record.previous !== at.previous)
    return say(
      'unlinked',
      `record ${seq} does not follow on the record before it: one of the two was put in the place of another`,
    )
  return { next, fault: undefined }
}

/** `record 3 is`, `records 3 to 5 are`. */
export const span = (from: number, through: number): string =>
  from === through ? `record ${from} is` : `records ${from} to ${through} are`
