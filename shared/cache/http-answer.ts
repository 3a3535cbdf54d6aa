/** The parts of an HTTP answer that say which bytes it carries; header names in lower case. */
export type AnswerHead = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/**
 * Whether an answer can be used: from which byte it is, or why not. `cannot-resume`: ask again for the whole. `isPacked`: with
 * gzip, though nobody asked for it; what comes of it can only be had whole.
 */
export type AnswerVerdict =
  | { readonly kind: 'body'; readonly fromByte: number; readonly validator: string | null; readonly isPacked?: true }
  | { readonly kind: 'cannot-resume'; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly retryAfterMs?: number }

/**
 * What was asked for; see the request headers below. `mayBePacked`: also where a rest was asked for, though what is here is lost
 * then.
 */
export type Asked = {
  readonly sizeBytes: number
  readonly fromByte: number
  readonly validator: string | null
  readonly mayBePacked?: boolean
}

/**
 * The headers that ask for the rest of a file, and for the whole should it have changed (RFC 9110, 13.1.5 and 14.2). A weak
 * validator may not stand in If-Range; then the range is asked for as it is, and `judgeAnswer` compares.
 */
export function requestHeaders(asked: Asked): Record<string, string> {
  const identity = { 'accept-encoding': 'identity' }
  if (asked.fromByte === 0) return identity
  const range = { ...identity, range: `bytes=${asked.fromByte}-` }
  return asked.validator === null || isWeak(asked.validator) ? range : { ...range, 'if-range': asked.validator }
}

/** Takes only what is certain to be the bytes asked for; the hash of the whole decides in the end. */
export function judgeAnswer({ status, headers }: AnswerHead, asked: Asked): AnswerVerdict {
  if (status !== 200 && status !== 206) return refusedFor({ status, headers }, asked)
  const encoding = text(headers['content-encoding'])?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'gzip' || encoding === 'x-gzip') return judgePacked(status, asked)
  if (encoding !== 'identity') return { kind: 'refused', reason: `encoded as ${encoding}` }
  const length = text(headers['content-length'])
  const validator = validatorOf(headers)
  if (status === 200) {
    if (length !== undefined && Number(length) !== asked.sizeBytes) return wrongSize(length, asked.sizeBytes)
    return { kind: 'body', fromByte: 0, validator }
  }
  return judgePart(headers, validator, asked)
}

/** Files are stored packed at some origins, and sent so to everybody (RFC 9110, 12.5.3 allows it). Ranges are of the packed bytes. */
function judgePacked(status: number, asked: Asked): AnswerVerdict {
  if (asked.fromByte > 0 && !asked.mayBePacked) return { kind: 'refused', reason: 'encoded as gzip' }
  if (status === 200) return { kind: 'body', fromByte: 0, validator: null, isPacked: true }
  return { kind: asked.fromByte > 0 ? 'cannot-resume' : 'refused', reason: 'encoded as gzip' }
}

/** 416 says that the file is shorter than what is there already: the half download is of no use. */
function refusedFor({ status, headers }: AnswerHead, asked: Asked): AnswerVerdict {
  const reason = `the server answers ${status}`
  if (status === 416 && asked.fromByte > 0) return { kind: 'cannot-resume', reason }
  const retryAfterMs = retryAfterOf(headers)
  return { kind: 'refused', reason, ...(retryAfterMs > 0 && { retryAfterMs }) }
}

/** What a server may ask for at most: one that names next year by mistake is asked again in a quarter of an hour. */
const longestRetryAfterMs = 900_000

/**
 * How long the server wants to be left alone (RFC 9110, 10.2.3): seconds, or a date, which is read by the server's own `Date`,
 * since this machine's clock may be wrong. 0: it does not say.
 */
function retryAfterOf(headers: AnswerHead['headers']): number {
  const said = text(headers['retry-after'])?.trim() ?? ''
  const untilMs = /^[A-Z].* GMT$/.test(said) ? Date.parse(said) : Number.NaN
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : untilMs - Date.parse(text(headers.date) ?? '')
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), longestRetryAfterMs)
}

function judgePart(headers: AnswerHead['headers'], validator: string | null, asked: Asked): AnswerVerdict {
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(text(headers['content-range']) ?? '')
  if (!range) return { kind: 'cannot-resume', reason: 'a part without a Content-Range' }
  const [first, last, total] = [Number(range[1]), Number(range[2]), range[3]]
  if (total !== '*' && Number(total) !== asked.sizeBytes) return wrongSize(String(total), asked.sizeBytes)
  if (asked.fromByte === 0 || first !== asked.fromByte || last < first || last >= asked.sizeBytes) {
    return { kind: 'cannot-resume', reason: `asked for bytes from ${asked.fromByte}, got ${range[0]}` }
  }
  if (asked.validator !== null && validator !== null && validator !== asked.validator) {
    return { kind: 'cannot-resume', reason: 'the file has changed on the server' }
  }
  return { kind: 'body', fromByte: first, validator: validator ?? asked.validator }
}

const wrongSize = (found: string, signed: number): AnswerVerdict => ({
  kind: 'refused',
  reason: `the server has ${found} bytes, signed are ${signed}`,
})

/** The entity tag, else the date of the last change if it is old enough to be strong (RFC 9110, 8.8.2.2: a second; here a minute). */
function validatorOf(headers: AnswerHead['headers']): string | null {
  const tag = text(headers.etag)
  if (tag !== undefined) return tag
  const modified = text(headers['last-modified'])
  const servedAt = Date.parse(text(headers.date) ?? '')
  return modified !== undefined && servedAt - Date.parse(modified) >= 60_000 ? modified : null
}

const isWeak = (validator: string): boolean => validator.startsWith('W/')

const text = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : value?.[0]

const redirects: readonly number[] = [301, 302, 303, 307, 308]

/** How often a server may send us elsewhere. */
export const mostRedirects = 5

/** Where an answer sends us; undefined if it does not, `refused` if it may not: only http and https, and never from https to http. */
export function redirectOf(
  { status, headers }: AnswerHead,
  from: string,
  resolve: (address: string, base: string) => string | undefined,
):
  | { readonly kind: 'follow'; readonly url: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | undefined {
  if (!redirects.includes(status)) return undefined
  const to = resolve(text(headers.location) ?? '', from)
  if (to === undefined || !/^https?:/.test(to)) return { kind: 'refused', reason: 'redirected to no web address' }
  if (from.startsWith('https:') && !to.startsWith('https:')) {
    return { kind: 'refused', reason: 'redirected from https to http' }
  }
  return { kind: 'follow', url: to }
}
