import { z } from 'zod'
import { parseJson } from '../documents/documents.ts'
import { jws, type PublicJwk } from '../documents/jws.ts'
import { accepted, type Outcome, refused, refusedBy } from '../documents/refusal.ts'
import type { Crypto } from '../trust/crypto.ts'
import { lineOf, walk, walkFrom } from './chain.ts'
import { type PlayRecord, playRecord } from './record.ts'
import { type PlaysHead, readHead } from './statements.ts'

/** What one message may hold. Brokers and bridges take 64 KiB without a word (some 550 bytes a record); a batch of one record may be larger. */
export const batchLimits = { records: 120, bytes: 60 * 1024 }

/** A batch as it is sent: records in order without a gap, and the signed head of the last of them. */
export const playsBatch = z.strictObject({ records: z.array(playRecord).min(1).max(1_000), head: jws })
export type PlaysBatch = z.infer<typeof playsBatch>

/** A batch that is being put together: records in order without a gap, each as its line of text. */
export type GatheredBatch = {
  readonly first: number
  readonly last: PlayRecord
  readonly lines: readonly string[]
  readonly bytes: number
}

/** The batch with these records behind it, as far as one message may hold them and none is missing between them. */
export function withRecords(
  before: GatheredBatch | undefined,
  records: readonly PlayRecord[],
  limits = batchLimits,
): { readonly batch: GatheredBatch | undefined; readonly isWhole: boolean } {
  let [first, last, bytes] = [before?.first, before?.last, before?.bytes ?? 0]
  const lines = [...(before?.lines ?? [])]
  let isWhole = false
  for (const record of records) {
    const line = lineOf(record)
    const fits = lines.length < limits.records && (lines.length === 0 || bytes + line.length + 1 <= limits.bytes)
    isWhole = !fits || (last !== undefined && record.seq !== last.seq + 1)
    if (isWhole) break
    lines.push(line)
    bytes += line.length + 1
    first ??= record.seq
    last = record
  }
  const batch = first === undefined || last === undefined ? undefined : { first, last, lines, bytes }
  return { batch, isWhole: isWhole || lines.length >= limits.records }
}

/** A batch that is sound in itself: its own chain holds, and its head is the player's, about the last record. */
export type SoundBatch = {
  readonly records: readonly PlayRecord[]
  readonly head: PlaysHead
  readonly signedHead: string
}

/** Reads a batch and checks all of it that can be checked without knowing what came before. */
export function readBatch(bytes: Uint8Array, player: string, key: PublicJwk, crypto: Crypto): Outcome<SoundBatch> {
  const json = parseJson(bytes)
  if (!json.ok) return json
  const read = playsBatch.safeParse(json.value)
  if (!read.success) return refusedBy(read.error)
  const { records, head } = read.data
  const signed = readHead(head, player, key, crypto)
  if (!signed.ok) return signed
  let at = walkFrom(records[0]?.seq)
  for (const [index, record] of records.entries()) {
    const { next, fault } = walk(at, record, crypto)
    if (fault) return refused('bad-field', fault.message, `records[${index}]`)
    at = next
  }
  const last = records.at(-1)
  if (last?.seq !== signed.value.seq || last.hash !== signed.value.hash)
    return refused(
      'bad-signature',
      `the head is about record ${signed.value.seq}, not about the last of the batch`,
      'head',
    )
  return accepted({ records, head: signed.value, signedHead: JSON.stringify(head) })
}
