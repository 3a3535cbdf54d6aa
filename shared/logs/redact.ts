/** What stands where a secret was. */
export const redactedMark = '[redacted]'

const secretName =
  /pass(word|wd|phrase|code)?$|^pin$|secret|token$|authorization|cookie|credential|private|api_?key$|^sig(nature)?$/i

/** What gives a secret away in a text, and what of it stays: the groups. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redactedMark],
  // user:password@ of an address (RFC 3986, 3.2.1); a name alone may be a token.
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@"']+@/gi, `$1${redactedMark}@`],
  // Signed addresses: whoever has the address has the file.
  [/([?&][^=&\s#]*(?:token|sig|secret|pass|key|auth|credential|pin)[^=&\s#]*=)[^&\s#"'\\]+/gi, `$1${redactedMark}`],
  // The private part of a JWK (RFC 8037), as it stands in JSON or in JSON within JSON.
  [/(\\*["']d\\*["']\s*:\s*\\*["'])[A-Za-z0-9_-]+/g, `$1${redactedMark}`],
  [/\b(Bearer|Basic|Digest)\s+[A-Za-z0-9+/_=.~-]{6,}/gi, `$1 ${redactedMark}`],
  // A token in the compact form of JOSE (RFC 7519).
  [/\beyJ[\w-]{6,}\.[\w-]{4,}\.[\w-]*/g, redactedMark],
  [/(--(?:password|pin|token|secret)(?:=|\s+))\S+/gi, `$1${redactedMark}`],
  // "quoted, since it may have blanks in it", then one word.
  [
    /\b((?:pass(?:word|wd|phrase|code)?|pin|secret|token|api[-_]?key)\\*["']?\s*[:=]\s*\\*["'])[^"'\\]+/gi,
    `$1${redactedMark}`,
  ],
  [
    /\b((?:pass(?:word|wd|phrase|code)?|pin|secret|token|api[-_]?key)\s*[:=]\s*)(?!\\*["'])[^\s,;&}\\]+/gi,
    `$1${redactedMark}`,
  ],
  [/\b(PIN\s+)\d{3,}/gi, `$1${redactedMark}`],
]

/** The text without secrets; `known` are secrets that are known by themselves, such as the configured password. */
export function redactText(text: string, known: readonly string[] = []): string {
  const without = known.reduce(
    (left, secret) => (secret.length < 4 ? left : left.replaceAll(secret, redactedMark)),
    text,
  )
  return rules.reduce((left, [pattern, stays]) => left.replace(pattern, stays), without)
}

/** Cut after it was redacted: half an address may hide what its end would give away. */
const redactLong = (text: string, known: readonly string[]): string =>
  redactText(text.slice(0, 4 * longestText), known).slice(0, longestText)

const deepest = 6
const mostEntries = 50
const longestText = 4000

/** The same value without secrets, by the names of fields and in texts, and bounded: nothing in a log is longer or deeper. */
export function redactValue(value: unknown, known: readonly string[] = [], depth = 0): unknown {
  if (typeof value === 'string') return redactLong(value, known)
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= deepest) return '…'
  if (value instanceof Error) return redactLong(value.message, known)
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
  if (Array.isArray(value)) return value.slice(0, mostEntries).map((one) => redactValue(one, known, depth + 1))
  const isKey = 'kty' in value
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, mostEntries)
      .map(([name, one]) => [
        name,
        (secretName.test(name) && one !== null && one !== undefined) || (isKey && /^(d|p|q|dp|dq|qi|k|oth)$/.test(name))
          ? redactedMark
          : redactValue(one, known, depth + 1),
      ]),
  )
}
