import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJson } from '../../shared/documents/documents.ts'

const messageOf = (text: string | Uint8Array): string | undefined => {
  const read = parseJson(typeof text === 'string' ? new TextEncoder().encode(text) : text)
  return read.ok ? undefined : read.refusal.message
}

test('whatever JSON.stringify writes is read back as it was', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      const value: unknown = JSON.parse(text)
      fc.pre(!/-0\b|__proto__|[\ud800-\udfff]|\\ud[89a-f]/.test(text))
      const read = parseJson(new TextEncoder().encode(text))
      assert.deepEqual(read, { ok: true, value })
    }),
  )
})

for (const [what, text, said] of [
  ['a member that is there twice', '{"a":1,"b":{"a":2},"a":3}', /"a" is there twice/],
  ['a member that is there twice, once in disguise', '{"revision":1,"r\\u0065vision":9}', /"revision" is there twice/],
  ['a number out of range', '{"revision":1e999}', /1e999 is out of range/],
  ['a negative number out of range', '[-1e400]', /out of range/],
  ['minus nothing', '[-0.0e3]', /-0/],
  ['a prototype', '{"\\u005f_proto__":{"a":1}}', /__proto__/],
  ['half of a surrogate pair', '["\\ud800"]', /surrogate/],
  ['half of a surrogate pair as a name', '{"\\udc00":1}', /surrogate/],
  ['deep nesting', `${'['.repeat(40)}${']'.repeat(40)}`, /deeper than 32/],
  ['a byte-order mark', '\ufeff{}', /byte-order mark/],
  ['two texts', '{}{}', /JSON/],
  ['NaN', '{"a":NaN}', /JSON/],
  ['a string without an end', '{"a":"\\', /JSON/],
] as const) {
  test(`${what} is refused`, () => assert.match(messageOf(text) ?? 'was taken', said))
}

test('equal names in different objects, and in strings, are no repetition', () => {
  assert.equal(messageOf('{"a":{"b":1},"c":{"b":"{\\"b\\":1,\\"b\\":2}"},"d":["b","b",{"b":1}]}'), undefined)
})

test('bytes that are no UTF-8 are refused, also a surrogate that was encoded as if it were a character', () => {
  assert.ok(messageOf(new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])) !== undefined)
  assert.ok(messageOf(new Uint8Array([0x22, 0xc0, 0xaf, 0x22])) !== undefined)
})

test('a megabyte of brackets, of quotes or of escapes is refused without an exception', () => {
  for (const piece of ['[', '{"a":', '"', '\\', '{', '-'])
    assert.ok(messageOf(piece.repeat(1_000_000 / piece.length)) !== undefined)
})
