import { z } from 'zod'
import { playerId } from '../documents/fields.ts'

/** The DNS-SD service type (RFC 6763) of players that give assets to each other. */
export const serviceType = '_plazacast._tcp.local'

/** What a player says of itself in the TXT record: `v=1`, its id, and the mark of its fleet. */
const textRecord = z.object({ v: z.literal('1'), id: playerId, fleet: z.string().regex(/^[0-9a-f]{32}$/) })
export type TextRecord = z.infer<typeof textRecord>

/** As `key=value` strings, one for each entry. */
export const textEntries = (record: TextRecord): string[] =>
  Object.entries(record).map(([key, value]) => `${key}=${value}`)

/** Reads the entries of a stranger's TXT record; undefined if it is not one of ours. Keys that are not known are left out. */
export function readTextEntries(entries: readonly string[]): TextRecord | undefined {
  const pairs = entries.slice(0, 16).map((entry) => {
    const at = entry.indexOf('=')
    return at < 1 ? ['', ''] : [entry.slice(0, at), entry.slice(at + 1)]
  })
  const parsed = textRecord.safeParse(Object.fromEntries(pairs.toReversed())) // the first of equal keys counts (RFC 6763, 6.4)
  return parsed.success ? parsed.data : undefined
}
