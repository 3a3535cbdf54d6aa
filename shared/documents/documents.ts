import type { z } from 'zod'
import { command } from './command.ts'
import { playlist } from './playlist.ts'
import { accepted, type Outcome, refused, refusedBy } from './refusal.ts'
import { site } from './site.ts'
import { ambiguityIn } from './strict-json.ts'
import { takedowns } from './takedowns.ts'
import { trust } from './trust.ts'

/** The typed map of everything that is pushed to players: the schema of each kind of document. */
export const documentSchemas = { trust, site, playlist, takedowns, command } as const
export type DocumentKind = keyof typeof documentSchemas
export type DocumentOf<K extends DocumentKind> = z.infer<(typeof documentSchemas)[K]>
export type AnyDocument = { [K in DocumentKind]: DocumentOf<K> }[DocumentKind]

/** The `typ` of the protected header that goes with a kind of document. */
export const typOf = (kind: DocumentKind | 'approval' | 'clock'): string => `plazacast-${kind}+json`

/** Reads the verified payload bytes of a document of a kind; a refusal names the field. */
export function parseDocument<K extends DocumentKind>(kind: K, bytes: Uint8Array): Outcome<DocumentOf<K>> {
  const json = parseJson(bytes)
  if (!json.ok) return json
  const read = documentSchemas[kind].safeParse(json.value)
  return read.success ? accepted(read.data as DocumentOf<K>) : refusedBy(read.error)
}

/**
 * UTF-8 and JSON that can be read in one way only, or a refusal; nothing is said yet about the shape. A byte-order mark,
 * members there twice, numbers out of range and deep nesting are refused (see strict-json.ts).
 */
export function parseJson(bytes: Uint8Array): Outcome<unknown> {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return refused('not-json', 'begins with a byte-order mark')
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const ambiguity = ambiguityIn(text)
    return ambiguity === undefined ? accepted(JSON.parse(text)) : refused('not-json', ambiguity)
  } catch (error) {
    return refused('not-json', error instanceof Error ? error.message.slice(0, 200) : String(error))
  }
}
