import type { SoundBatch } from './batch.ts'
import { span } from './chain.ts'
import type { PlayRecord } from './record.ts'

/** What a receiver holds of a player's chain; `seq` 0: nothing yet. */
export type HeldChain = {
  readonly seq: number
  /** The hash of a record that is held; undefined if it is not. */
  readonly hashAt: (seq: number) => string | undefined
}

/** Records that are not here and that the player will not send again. */
export type Gap = { readonly from: number; readonly through: number }

/** What is to be done with a batch that is sound in itself. */
export type Reception =
  /** Stores these, notes the gap before them, and acknowledges the last. */
  | { readonly kind: 'store'; readonly records: readonly PlayRecord[]; readonly gap: Gap | undefined }
  /** All of it is here already: what is held is acknowledged again. */
  | { readonly kind: 'known' }
  /** Something before it is still on its way: nothing is stored, and it will come again. */
  | { readonly kind: 'early'; readonly missing: Gap }
  /** It tells another story than the one that is held. */
  | { readonly kind: 'fork'; readonly seq: number; readonly message: string }

/** Where a batch belongs in what is held: each record is taken once, and none that contradicts one already taken. */
export function receive(held: HeldChain, { records, head }: SoundBatch): Reception {
  const contradicted = records.find(({ seq, hash }) => seq <= held.seq && (held.hashAt(seq) ?? hash) !== hash)
  if (contradicted) return fork(contradicted.seq)
  const news = records.filter(({ seq }) => seq > held.seq)
  const [first] = news
  if (!first) return { kind: 'known' }
  if (first.seq === held.seq + 1) {
    const before = held.hashAt(held.seq)
    if (before !== undefined && before !== first.previous) return fork(held.seq)
    return { kind: 'store', records: news, gap: undefined }
  }
  const missing = { from: held.seq + 1, through: first.seq - 1 }
  return head.after >= missing.through ? { kind: 'store', records: news, gap: missing } : { kind: 'early', missing }
}

const fork = (seq: number): Reception => ({
  kind: 'fork',
  seq,
  message: `record ${seq} is another one than the one that was received: the chain was rewritten, or two players use one id and key`,
})

/** A gap in a sentence. */
export const gapText = (player: string, { from, through }: Gap): string =>
  `${player}: ${span(from, through)} not here, and the player will not send ${from === through ? 'it' : 'them'} again.`
