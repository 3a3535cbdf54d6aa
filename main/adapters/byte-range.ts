/** The part of a body that is sent. */
export type SentRange = { readonly start: number; readonly endExclusive: number; readonly partial: boolean }

/**
 * The range a request's Range header asks of a body, by RFC 9110 section 14: no header or another unit means the whole;
 * of several ranges the first one is given; malformed or outside the body is unsatisfiable.
 */
export function rangeOf(header: string | undefined, sizeBytes: number): SentRange | 'unsatisfiable' {
  if (header === undefined || !/^bytes *=/i.test(header)) return { start: 0, endExclusive: sizeBytes, partial: false }
  const first = /^bytes *= *(\d{0,16})-(\d{0,16}) *(,|$)/i.exec(header)
  const [from, through] = [first?.[1] ?? '', first?.[2] ?? '']
  if (from === '' && through === '') return 'unsatisfiable'
  const start = from === '' ? Math.max(0, sizeBytes - Number(through)) : Number(from)
  const last = from === '' || through === '' ? sizeBytes - 1 : Math.min(Number(through), sizeBytes - 1)
  if (start >= sizeBytes || last < start) return 'unsatisfiable'
  return { start, endExclusive: last + 1, partial: true }
}
