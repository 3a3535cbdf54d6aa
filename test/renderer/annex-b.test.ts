import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withLengths } from '../../renderer/screen/media/annex-b.ts'

const convert = (hex: string) => Buffer.from(withLengths(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toString('hex')

test('start codes of three and four bytes become lengths, and what is between them stays', () => {
  assert.equal(convert('00000001 09f0 00000001 6764 000001 65aabb'), '0000000209f0000000026764' + '0000000365aabb')
})

test('zeros before a start code or at the end belong to no part, and zeros within one stay', () => {
  assert.equal(convert('000001 65 000003 01 0000 00000001 41cc 0000'), '0000000565000003010000000241cc')
})

test('bytes without a start code hold nothing', () => {
  assert.equal(convert('65aabb'), '')
})
