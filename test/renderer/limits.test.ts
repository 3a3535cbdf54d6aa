import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPage, laneOfOne as lane } from './driven-page.ts'

const gapsOf = (starts: readonly number[]) => starts.slice(1).map((ms, index) => ms - (starts[index] ?? 0))

test('on the wall a playlist with a limit begins no sooner than it may, and the others fill the time', () => {
  const page = createPage()
  page.programme([lane('a', 7), lane('b', 9), lane('rare', 5, { limits: { everyMinutes: 2 } })])
  page.pass(3_600_000)
  const gaps = gapsOf(page.startsOf('rare'))
  assert.ok(gaps.length >= 25, String(gaps.length))
  assert.ok(Math.min(...gaps) >= 120_000, String(Math.min(...gaps)))
  assert.deepEqual(page.slates(), [])
})

test('when the wall skips ahead, what would come too soon is left for another', () => {
  const page = createPage()
  page.programme([lane('a', 100), lane('rare', 5, { limits: { everyMinutes: 1.5 } })])
  for (let count = 0; count < 200; count += 1) {
    page.pass(11_000)
    page.take({ kind: 'skip' })
  }
  const gaps = gapsOf(page.startsOf('rare'))
  assert.ok(gaps.length >= 15, String(gaps.length))
  assert.ok(Math.min(...gaps) >= 90_000, String(Math.min(...gaps)))
  assert.deepEqual(page.slates(), [])
})

test('when all that may play is at its limit the slate is on, says so, and gives way by itself', () => {
  const page = createPage()
  page.programme([lane('rare', 5, { limits: { perHour: 3 } })])
  page.pass(3 * 3_600_000)
  const starts = page.startsOf('rare')
  assert.equal(starts.length, 9)
  starts.forEach((ms, index) => {
    const third = starts[index - 3]
    if (third !== undefined) assert.ok(ms - third >= 3_600_000)
  })
  assert.deepEqual(new Set(page.slates()), new Set(['every-playlist-at-its-limit']))
})

test('a page that takes over from one that died keeps to what was shown before', () => {
  const lanes = [lane('a', 7), lane('rare', 60, { limits: { everyMinutes: 10 } })]
  const first = createPage()
  first.programme(lanes)
  while (first.startsOf('rare').length === 0) first.pass(1000)
  const second = createPage(first.nowMs() + 500)
  second.programme(lanes, first.lastPosition())
  second.pass(3_600_000)
  const gaps = gapsOf([...first.startsOf('rare'), ...second.startsOf('rare')])
  assert.ok(gaps.length > 4 && Math.min(...gaps) >= 600_000, gaps.join())
})

test('two competitors alone have the slate between them for two seconds', () => {
  const page = createPage()
  page.programme([lane('a', 5, { notBeside: ['b'] }), lane('b', 5)])
  page.pass(600_000)
  const order = page.told.flatMap((one) =>
    one.kind === 'shown' ? [one.key.split('/')[1]] : one.kind === 'slate' ? ['slate'] : [],
  )
  const wrong = order.filter(
    (name, index) => index > 0 && name !== 'slate' && order[index - 1] !== 'slate' && order[index - 1] !== name,
  )
  assert.deepEqual(wrong, [])
  assert.ok(page.startsOf('a').length > 30 && page.startsOf('b').length > 30, order.join(' '))
  assert.deepEqual(new Set(page.slates()), new Set(['competitors-kept-apart']))
})
