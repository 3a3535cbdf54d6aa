import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded, theilSen } from './slope.ts'

/** Memory that wanders like a process's, and grows by so much for each sample. */
function wandering(growth: number, count = 60): { x: number; y: number }[] {
  const random = seeded(7)
  let drift = 0
  return Array.from({ length: count }, (_, x) => {
    drift = 0.5 * drift + random() - 0.5
    return { x, y: 100 + drift + growth * x }
  })
}

test('what only wanders has a slope that cannot be told from zero', () => {
  const { low, high } = theilSen(wandering(0), seeded(1))
  assert.ok(low < 0 && high > 0, `${low} to ${high}`)
})

test('what grows has a slope above zero, and the interval holds the true one', () => {
  const { low, high } = theilSen(wandering(0.2), seeded(1))
  assert.ok(low > 0 && low < 0.2 && high > 0.2, `${low} to ${high}`)
})

test('a burst in one sample does not move the slope', () => {
  const points = wandering(0).map((point, at) => (at === 55 ? { ...point, y: 900 } : point))
  assert.ok(Math.abs(theilSen(points, seeded(1)).slope) < 0.02)
})
