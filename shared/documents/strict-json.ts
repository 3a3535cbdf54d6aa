/** Deeper nesting than any document has. */
export const maximumJsonDepth = 32

const quote = 0x22
const backslash = 0x5c

/**
 * What JSON.parse would let pass in silence, in a sentence; undefined if there is nothing. It keeps the last of two equal
 * members, turns 1e999 into Infinity, and a member `__proto__` is one assignment away from a prototype: a signed text must
 * mean the same to everybody who reads it (RFC 8259, 4 and 6; RFC 7493, I-JSON). One pass, a few bytes a level; whether
 * the text is JSON at all is left to JSON.parse.
 */
export function ambiguityIn(text: string): string | undefined {
  const open: { readonly names: Set<string> | undefined; expectsName: boolean }[] = []
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      const end = endOfString(text, at)
      if (end === undefined) return undefined // not JSON: JSON.parse says where
      const objection = judgeString(text.slice(at, end), open.at(-1))
      if (objection !== undefined) return objection
      at = end
    } else if (isNumberStart(code)) {
      const end = endOfNumber(text, at)
      const objection = judgeNumber(text.slice(at, end))
      if (objection !== undefined) return objection
      at = end
    } else {
      const objection = judgePunctuation(text[at], open)
      if (objection !== undefined) return objection
      at += 1
    }
  }
  return undefined
}

type Level = { readonly names: Set<string> | undefined; expectsName: boolean }

function judgePunctuation(character: string | undefined, open: Level[]): string | undefined {
  const top = open.at(-1)
  switch (character) {
    case '{':
    case '[':
      if (open.length >= maximumJsonDepth) return `nested deeper than ${maximumJsonDepth} levels`
      open.push({ names: character === '{' ? new Set() : undefined, expectsName: character === '{' })
      return undefined
    case '}':
    case ']':
      open.pop()
      return undefined
    case ',':
      if (top) top.expectsName = top.names !== undefined
      return undefined
    case ':':
      if (top) top.expectsName = false
      return undefined
    default:
      return undefined
  }
}

function judgeString(literal: string, level: Level | undefined): string | undefined {
  const value = textMeant(literal)
  if (value === undefined) return undefined
  if (/\p{Surrogate}/u.test(value)) return 'a string holds half of a surrogate pair'
  if (!level?.names || !level.expectsName) return undefined
  if (value === '__proto__') return 'a member is named __proto__'
  if (level.names.has(value)) return `the member ${JSON.stringify(value.slice(0, 100))} is there twice`
  level.names.add(value)
  return undefined
}

/** The text a literal stands for; undefined if it is none. Only literals with escapes cost a parse. */
function textMeant(literal: string): string | undefined {
  if (!literal.includes('\\')) return literal.slice(1, -1)
  try {
    return JSON.parse(literal) as string
  } catch {
    return undefined // not JSON: JSON.parse of the whole says where
  }
}

function endOfString(text: string, start: number): number | undefined {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === backslash) at += 1
    else if (code === quote) return at + 1
  }
  return undefined
}

const isNumberStart = (code: number): boolean => code === 0x2d || (code >= 0x30 && code <= 0x39)

function endOfNumber(text: string, start: number): number {
  let at = start
  while (at < text.length && '+-.eE0123456789'.includes(text[at] ?? '')) at += 1
  return at
}

function judgeNumber(literal: string): string | undefined {
  const value = Number(literal)
  if (!Number.isFinite(value)) return `the number ${literal.slice(0, 40)} is out of range`
  return Object.is(value, -0) ? 'the number -0 has two readings' : undefined
}
