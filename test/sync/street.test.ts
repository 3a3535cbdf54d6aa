import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { cutsIn, darkIn, pairsOf, stepFigures } from './step-figures.ts'
import { setStreet } from './street.ts'

/** Waits until every wall has made so many cuts since an instant. */
async function untilCuts(walls: Awaited<ReturnType<typeof setStreet>>['walls'], fromMs: number, cuts: number) {
  const made = () => walls.map(({ samples }) => cutsIn(samples.filter(({ atMs }) => atMs >= fromMs)))
  await eventually(`${cuts} cuts`, () => Math.min(...made()) >= cuts, 60_000, 100)
}

test('two walls of different sizes show the same, also after the time server fell silent and one was started anew', async (context) => {
  const street = await setStreet(context, {
    walls: 2,
    filmSeconds: [2, 1.6],
    photoSeconds: 1.5,
    inStep: true,
    hz: 30,
    sizes: [
      { width: 320, height: 180 },
      { width: 640, height: 360 },
    ],
  })
  const [first, second] = street.walls
  assert.ok(first && second)
  await untilCuts(street.walls, 0, 2)
  const fromMs = performance.now()
  await untilCuts(street.walls, fromMs, 4)
  await street.stopTime()
  const restartedMs = await second.restart()
  await untilCuts([second], restartedMs, 2)
  const againMs = performance.now()
  await untilCuts(street.walls, againMs, 4)

  const within = (from: number, until: number) =>
    street.walls.map(({ samples }) => samples.filter(({ atMs }) => atMs >= from && atMs < until))
  for (const [one = [], other = []] of [within(fromMs, restartedMs), within(againMs, performance.now())]) {
    const figures = stepFigures(pairsOf(one, other, street.loop, 20))
    // On a machine that others use, frames come late; a loop of its own would be off by 76 frames at the most, 38 in the middle.
    assert.ok(figures.pairs > 60, `${figures.pairs} pairs of grabs`)
    assert.ok(figures.p50 <= 3, `half of the time they are up to ${figures.p50} frames apart`)
    assert.equal(darkIn(one) + darkIn(other), 0)
  }
})
