import assert from 'node:assert/strict'
import { test } from 'node:test'
import { litMs, sinceFleet } from '../../renderer/screen/media/in-step.ts'

const fleetAheadMs = 5_000_000
const fleetMs = (performanceMs: number) => performanceMs + fleetAheadMs
/** When a fade that is drawn from this instant of the page on is lit, by the fleet's clock. */
const litAt = (performanceMs: number) => fleetMs(performanceMs) + litMs

test('a fade begins at the fleet’s instant, whenever the picture is raised: one that is late joins it in its midst', () => {
  for (const lateMs of [-2, 0, 10, 99, 300, 700])
    assert.equal(sinceFleet(litAt(20_000), fleetMs, 20_000 + lateMs), 20_000, `${lateMs} ms late`)
})

test('a fade that would lie far ahead, as the clock has gone back, or by no clock at all, begins when it is raised', () => {
  assert.equal(sinceFleet(litAt(20_000), fleetMs, 10_000), undefined)
  assert.equal(
    sinceFleet(litAt(20_000), () => undefined, 20_000),
    undefined,
  )
})
