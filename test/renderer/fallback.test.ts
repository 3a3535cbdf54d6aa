import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf, type Lane } from '../../shared/screen/programme.ts'
import { createPage, laneOfOne } from './driven-page.ts'
import { showingOf } from './showings.ts'

const fallback: Lane = {
  key: 'site/fallback',
  weight: 1,
  showings: ['f1', 'f2'].map((item) => ({
    ...showingOf(item, { seconds: 5 }),
    playlist: 'fallback',
    key: keyOf('site/fallback', item, 'x'),
  })),
}

test('with nothing in the loop the fallback plays over and over, and says why', () => {
  const page = createPage()
  page.programme([], null, { fallback, slateReason: 'nothing is scheduled now' })
  page.pass(16_000)
  assert.deepEqual(page.shown(), ['f1', 'f2', 'f1', 'f2'])
  assert.deepEqual([...new Set(page.fallbacks())], ['nothing is scheduled now'])
  assert.deepEqual(page.slates(), [])
})

test('while something of the loop may be shown nothing of the fallback is', () => {
  const page = createPage()
  page.programme([laneOfOne('a', 3), laneOfOne('b', 4)], null, { fallback })
  page.pass(120_000)
  assert.deepEqual(page.fallbacks(), [])
})

test('when every playlist is at its limit the fallback plays until one may be shown again, and no limit is overrun', () => {
  const page = createPage()
  page.programme([laneOfOne('rare', 5, { limits: { everyMinutes: 1 } })], null, { fallback })
  page.pass(10 * 60_000)
  assert.deepEqual([...new Set(page.fallbacks())], ['every-playlist-at-its-limit'])
  const starts = page.startsOf('rare')
  assert.ok(starts.length >= 8, String(starts.length))
  for (const [index, ms] of starts.slice(1).entries()) assert.ok(ms - (starts[index] ?? 0) >= 60_000)
  assert.deepEqual(page.slates(), [])
})

test('a fallback that comes again and again changes nobody’s share', () => {
  const page = createPage()
  const often = { limits: { everyMinutes: 0.5 } }
  page.programme([laneOfOne('a', 3, often), laneOfOne('b', 3, often)], null, { fallback })
  page.pass(30 * 60_000)
  assert.ok(Math.abs(page.startsOf('a').length - page.startsOf('b').length) <= 1)
})

test('when every item has failed the fallback plays, and the loop again as soon as an item is given another chance', () => {
  const page = createPage()
  page.broken.add('a')
  page.programme([laneOfOne('a', 3)], null, { fallback })
  page.pass(20_000)
  assert.ok(page.fallbacks().every((why) => why === 'every-item-failed') && page.fallbacks().length >= 2)
  page.broken.delete('a')
  page.pass(40_000)
  assert.ok(page.startsOf('a').length >= 1)
})

test('an item of the fallback that fails is left out, and the others go on; with none left the slate is on', () => {
  const page = createPage()
  page.broken.add('f1')
  page.programme([], null, { fallback, slateReason: 'nothing is scheduled now' })
  page.pass(12_000)
  assert.deepEqual([...new Set(page.shown())], ['f2'])
  page.broken.add('f2')
  page.pass(12_000)
  assert.deepEqual(page.slates(), ['nothing is scheduled now'])
})

test('a loop that comes while the fallback is on goes on after its item; an emergency does not wait', () => {
  const page = createPage()
  page.programme([], null, { fallback, slateReason: 'nothing is scheduled now' })
  page.pass(2_000)
  page.programme([laneOfOne('a', 3)], null, { fallback })
  page.pass(1_000)
  assert.deepEqual(page.shown(), ['f1'])
  page.pass(5_000)
  assert.equal(page.shown().at(-1), 'a')
  page.programme([], null, { fallback, slateReason: 'nothing is scheduled now' })
  page.pass(4_000)
  assert.equal(page.shown().at(-1), 'f2', 'it goes on where it was')
  page.programme([laneOfOne('alarm', 3)], null, { fallback }, 'fleet/alarm')
  page.pass(100)
  assert.equal(page.shown().at(-1), 'alarm')
})

test('what is taken out of the fallback leaves the wall at once', () => {
  const page = createPage()
  page.programme([], null, { fallback, slateReason: 'nothing is scheduled now' })
  page.pass(2_000)
  const { showings } = fallback
  page.programme([], null, { fallback: { ...fallback, showings: showings.slice(1) }, slateReason: 'x' })
  page.pass(100)
  assert.equal(page.shown().at(-1), 'f2')
})
