import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlayerEvent } from '../../shared/reports/event.ts'
import { wrongLooks } from './wall-kills.ts'

const accepted = (at: number, kind: string, id: string, revision: number): PlayerEvent => ({
  at: new Date(at).toISOString(),
  code: 'document-accepted',
  severity: 'info',
  message: '',
  about: { kind, id, revision },
})
const pushed = (at: number, revision: number, ...items: number[]) => ({
  at,
  id: 'alley',
  revision,
  items,
  withdrawn: items.length === 0,
})
const city = (...all: ReturnType<typeof pushed>[]) => ({
  pushed: all,
  downed: [{ item: 9, revision: 1 }],
  forged: new Set([200]),
  anything: async () => {},
})

test('a look at what a playlist in force has is right', () => {
  assert.deepEqual(wrongLooks([{ at: 2_000, item: 1 }], city(pushed(1_000, 1, 1)), []), [])
})

test('a look at what nobody approved, or nobody had published yet, is wrong', () => {
  const looks = [200, 1].map((item) => ({ at: 500, item }))
  const wrong = wrongLooks(looks, city(pushed(1_000, 1, 1, 200)), [])
  assert.match(wrong.join('\n'), /item 200 was never approved[^\n]*\nitem 1 was in no playlist in force/)
})

test('a look at what was taken down or withdrawn longer than a second ago is wrong', () => {
  const events = [accepted(3_000, 'takedowns', 'takedowns', 1), accepted(3_000, 'playlist', 'alley', 2)]
  const all = city(pushed(1_000, 1, 1, 9), pushed(2_900, 2))
  const looksAt = (at: number) => [1, 9].map((item) => ({ at, item }))
  assert.deepEqual(wrongLooks(looksAt(3_900), all, events), [])
  assert.match(wrongLooks(looksAt(4_200), all, events).join('\n'), /item 1 was in no[^\n]*\nitem 9 was taken down/)
})

test('a look at a former revision after the newer one was seen is wrong: it came back', () => {
  const all = city(pushed(1_000, 1, 1), pushed(2_000, 2, 2))
  const looks = [1, 2, 1].map((item, index) => ({ at: 3_000 + index * 1_000, item }))
  assert.match(wrongLooks(looks, all, []).join('\n'), /item 1 was in no playlist in force, and seen 1 times/)
})
