import type { z } from 'zod'

/** Why a document was not taken. `field` is a path into the payload, `items[2].seconds`, or empty for the whole. */
export type Refusal = { readonly code: RefusalCode; readonly field: string; readonly message: string }

/** Stable codes; operators' tools match on them. */
export type RefusalCode =
  | 'too-large'
  | 'not-json'
  | 'not-a-document'
  | 'unsupported'
  | 'no-trust'
  | 'bad-signature'
  | 'unknown-key'
  | 'expired-key'
  | 'missing-role'
  | 'wrong-type'
  | 'bad-field'
  | 'misdirected'
  | 'stale'
  | 'conflict'
  | 'not-approved'
  | 'expired'
  | 'replayed'
  | 'too-many'
  | 'unreachable'

/** Expected failures as values: either the value or the refusal. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | Refused
export type Refused = { readonly ok: false; readonly refusal: Refusal }

export const accepted = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const refused = (code: RefusalCode, message: string, field = ''): Refused => ({
  ok: false,
  refusal: { code, field, message },
})

/** The first thing a schema objects to, as a refusal that names the field. */
export function refusedBy(error: z.ZodError, code: RefusalCode = 'bad-field'): Refused {
  const first = error.issues[0]
  return refused(code, sentenceOf(first?.message ?? 'not understood'), pathOf(first?.path ?? []))
}

/** `['items', 2, 'seconds']` as `items[2].seconds`. */
export function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

const sentenceOf = (message: string): string => message.replace(/^Invalid input: /, '')
