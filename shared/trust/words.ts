import canonicalize from 'canonicalize'
import type { Item } from '../documents/playlist.ts'
import type { Crypto } from './crypto.ts'

/** The members of an item that are drawn beside its picture, in the order in which a refusal names them. */
export const wordFields = ['caption', 'credit', 'hashtag', 'qr'] as const

/** What an item says beside its picture. Members that it does not have are absent. */
export type Words = Pick<Item, (typeof wordFields)[number]>

/** The first member by which an item says something; undefined if it says nothing. A member that is there counts, also empty. */
export const firstWordField = (item: Words): (typeof wordFields)[number] | undefined =>
  wordFields.find((field) => item[field] !== undefined)

/**
 * The words of an item as RFC 8785 canonical JSON, by which two items say the same; undefined if it carries none. Texts are
 * compared as they are: another Unicode normalization is another text.
 */
export function wordsOf(item: Words): string | undefined {
  if (firstWordField(item) === undefined) return undefined
  return canonicalize(
    Object.fromEntries(wordFields.flatMap((field) => (item[field] === undefined ? [] : [[field, item[field]]]))),
  )
}

/** What an approval names words by: the SHA-256 of their canonical JSON in UTF-8, as 64 lower-case hex digits. */
export const wordsHash = (words: string, crypto: Crypto): string =>
  [...crypto.sha256(new TextEncoder().encode(words))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
