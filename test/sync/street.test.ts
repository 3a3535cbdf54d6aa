import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { fadeDifferencesMs } from './fade-figures.ts'
import { cutsOf, darkIn, figuresOf, pairsOf } from './step-figures.ts'
import { type Street, setStreet } from './street.ts'

const sizes = [
  { width: 320, height: 180 },
  { width: 640, height: 360 },
]

const since = ({ glances }: Street, fromMs: number) => glances.filter(({ atMs }) => atMs >= fromMs)

/** Waits until every wall has made so many cuts since an instant; gives the looks since then. */
async function untilCuts(street: Street, fromMs: number, cuts: number) {
  const made = () => street.walls.map((_, wall) => cutsOf(since(street, fromMs), wall).length)
  await eventually(`${cuts} cuts`, () => Math.min(...made()) >= cuts, 60_000, 100)
  return since(street, fromMs)
}

/** On a machine that others use, frames come late; a loop of its own would be off by 76 frames at the most, 38 in the middle. */
function assertInStep(street: Street, glances: Street['glances']) {
  const { p50, count } = figuresOf(pairsOf(glances, [0, 1], street.loop).map(({ frames }) => frames))
  assert.ok(count > 60, `${count} looks that showed both`)
  assert.ok(p50 <= 3, `half of the time they are up to ${p50} frames apart`)
  assert.equal(darkIn(glances, 0) + darkIn(glances, 1), 0)
}

test('walls of different sizes show the same, also without any network and when one is started anew without it', async (context) => {
  const street = await setStreet(context, {
    walls: 2,
    items: [
      { kind: 'film', seconds: 2 },
      { kind: 'stream', seconds: 1.6 },
      { kind: 'photo', seconds: 1.5 },
    ],
    inStep: true,
    sizes,
  })
  const [, second] = street.walls
  assert.ok(second)
  await untilCuts(street, 0, 3)
  assertInStep(street, await untilCuts(street, performance.now(), 4))
  await street.broker.kill()
  const restartedMs = await second.powerOff()
  await second.start()
  await untilCuts(street, restartedMs, 3)
  assertInStep(street, await untilCuts(street, performance.now(), 4))
})

test('fades are as far on one wall as on the other', async (context) => {
  const fadeMs = 800
  const street = await setStreet(context, {
    walls: 2,
    items: [
      { kind: 'film', seconds: 2 },
      { kind: 'photo', seconds: 1.8 },
      { kind: 'photo', seconds: 1.6 },
    ],
    inStep: true,
    fadeMs,
    sizes,
  })
  await untilCuts(street, 0, 3)
  const glances = await untilCuts(street, performance.now(), 4)
  const { p50, count } = figuresOf(fadeDifferencesMs(glances, [0, 1], street.loop, fadeMs))
  assert.ok(count > 20, `${count} looks that showed both in the same fade`)
  assert.ok(p50 <= 100, `half of the time they are up to ${p50} ms apart`)
})
