import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { assetName } from '../../shared/asset-name.ts'
import { position } from '../../shared/screen/rotation.ts'

const lanes = z.array(z.object({ key: z.string(), revisions: z.array(z.int()), showings: z.array(z.string()) }))

/** What the recorded wall writes down of itself, each in one write: the order among the file-system calls is what counts. */
const mark = z.discriminatedUnion('kind', [
  /** What the outside does to the wall from here on. */
  z.object({ kind: z.literal('step'), name: z.string() }),
  /** The page was handed this loop. */
  z.object({ kind: z.literal('programme'), lanes }),
  /** The player returned from being told that this is on the screen: the record of it is safe. */
  z.object({
    kind: z.literal('shown'),
    at: z.number(),
    key: z.string(),
    playlist: z.string(),
    revision: z.int(),
    item: z.string(),
    asset: assetName,
    /** Hash of the bytes that the page was given. */
    found: z.string(),
    position,
  }),
  /** The player returned from being told that it is over. */
  z.object({ kind: z.literal('ended'), at: z.number(), startedAt: z.number(), ms: z.number() }),
  /** The page was refused the bytes of what it was to show. */
  z.object({ kind: z.literal('unreadable'), at: z.number(), asset: assetName, reason: z.string() }),
])
export type Mark = z.infer<typeof mark>

export const readMark = (line: string): Mark => mark.parse(JSON.parse(line))

/** Marks of a file so far; a last line that is still being written is left out. */
export function marksIn(file: string): Mark[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.slice(0, -1).map(readMark)
}
