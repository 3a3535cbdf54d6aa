import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeGoals, figuresOf, type LabelledCut, toTable } from './cut-figures.ts'

const clean = { black: 0, unknown: 0, otherItem: 0, outOfOrder: 0 }
const loop = { framesLostElsewhere: 0, stalled: false }

function cut(more: Partial<LabelledCut> = {}): LabelledCut {
  const figures = { from: 1, to: 2, atMs: 0, gapMs: 0, lateMs: 0, framesLost: 0, foreign: clean, judged: true }
  return { player: 'plazacast', pair: 'video→video, same codec', ...figures, ...more }
}

test('cuts without a fault reach all goals', () => {
  const rows = figuresOf('plazacast', [cut(), cut()], loop)
  assert.equal(describeGoals(rows), 'video→video, same codec: all goals reached')
})

test('a late, a lossy and a black cut are named as missed goals', () => {
  const bad = [cut({ gapMs: 33.3, framesLost: 1 }), cut({ gapMs: 50, foreign: { ...clean, black: 2 } })]
  const said = describeGoals(figuresOf('plazacast', bad, loop))
  for (const part of ['gap p95 50.0', 'gap p50 33.3', '1 frames lost', '2 foreign samples'])
    assert.ok(said.includes(part), said)
})

test('a cut that was not judged counts for nothing but its number', () => {
  const [row] = figuresOf('b', [cut(), cut({ gapMs: 500, judged: false })], loop)
  assert.ok(row)
  assert.deepEqual({ cuts: row.cuts, unjudged: row.unjudged, max: row.gap.max }, { cuts: 1, unjudged: 1, max: 0 })
})

test('a player that stopped, or showed nothing at all, is seen in the table and in the goals', () => {
  const rows = figuresOf('plazacast', [], { framesLostElsewhere: 0, stalled: true })
  assert.match(toTable(rows), /plazacast \(stopped\) +0/)
  assert.match(describeGoals(rows), /or stopped/)
})

test('the table puts the players beside each other for each kind of cut', () => {
  const rows = [...figuresOf('plazacast', [cut()], loop), ...figuresOf('a', [cut({ player: 'a', gapMs: 66.7 })], loop)]
  const lines = toTable(rows)
    .split('\n')
    .filter((line) => line !== '')
  assert.deepEqual(
    lines.map((line) => line.trim().split(' ')[0]),
    ['cuts', 'video→video,', 'plazacast', 'a'],
  )
})
