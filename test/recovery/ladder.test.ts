import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  afterLoss,
  afterPicture,
  ground,
  type Ladder,
  leastWaitMs,
  longestWaitMs,
  type Remedy,
  remedyBegun,
} from '../../shared/recovery/ladder.ts'

/** Loses the picture again and again, carrying out each remedy when it is due; pictures never come. */
function loseForEver(times: number, canRestart: boolean): { remedies: Remedy[]; begunAtMs: number[] } {
  let ladder = ground
  let nowMs = 0
  const remedies: Remedy[] = []
  const begunAtMs: number[] = []
  for (let at = 0; at < times; at += 1) {
    ladder = afterLoss(ladder, 'page', nowMs, 0.5, canRestart)
    nowMs = Math.max(nowMs, ladder.due?.atMs ?? nowMs)
    remedies.push(ladder.due?.remedy ?? 'page')
    begunAtMs.push(nowMs)
    ladder = remedyBegun(ladder, nowMs)
    nowMs += 10
  }
  return { remedies, begunAtMs }
}

/** Pictures twice a second until `untilMs`. */
function shows(ladder: Ladder, fromMs: number, untilMs: number): Ladder {
  let seen = ladder
  for (let nowMs = fromMs; nowMs <= untilMs && !seen.due; nowMs += 500) seen = afterPicture(seen, nowMs)
  return seen
}

test('a first loss is remedied at once by the cheapest means, and a lost browser by another', () => {
  assert.deepEqual(afterLoss(ground, 'page', 5, 0.9).due, { remedy: 'page', atMs: 5 })
  assert.deepEqual(afterLoss(ground, 'browser', 5, 0.9).due, { remedy: 'browser', atMs: 5 })
})

test('a picture that does not come climbs every rung, and at the top the last two take turns', () => {
  const { remedies } = loseForEver(9, true)
  const top = ['safe-mode', 'process', 'safe-mode', 'process', 'safe-mode']
  assert.deepEqual(remedies, ['page', 'page', 'browser', 'fresh-browser', ...top])
  assert.ok(!loseForEver(50, false).remedies.includes('process'), 'nobody would start it again')
})

test('fifty deaths of a page that shows in between are each remedied at once by another page', () => {
  let ladder = ground
  for (let death = 0; death < 50; death += 1) {
    const nowMs = death * 7000
    ladder = afterLoss(ladder, 'page', nowMs, 0.5)
    assert.deepEqual(ladder.due, { remedy: 'page', atMs: nowMs })
    ladder = shows(remedyBegun(ladder, nowMs), nowMs + 300, nowMs + 6500)
  }
})

test('a page that dies every four seconds for two minutes gets a new browser though each death was remedied', () => {
  let ladder = ground
  const remedies = new Set<string | undefined>()
  for (let death = 0; death < 40; death += 1) {
    ladder = afterLoss(ladder, 'page', death * 4000, 0.5)
    remedies.add(ladder.due?.remedy)
    ladder = shows(remedyBegun(ladder, death * 4000), death * 4000 + 300, death * 4000 + 3900)
  }
  assert.ok(remedies.has('browser'))
})

test('two good minutes lead back to the ground, and out of safe mode by a full browser', () => {
  let ladder = ground
  for (let loss = 0; loss < 5; loss += 1) ladder = remedyBegun(afterLoss(ladder, 'page', loss, 0), loss)
  assert.equal(ladder.isSafe, true)
  const calm = shows(ladder, 1000, 130_000)
  assert.equal(calm.due?.remedy, 'browser')
  assert.equal(remedyBegun(calm, 121_000).isSafe, false)
  assert.equal(calm.rung, -1)
  assert.equal(calm.calmMs, 2 * ground.calmMs)
})

test('a picture now and then is no two good minutes', () => {
  let ladder = remedyBegun(afterLoss(ground, 'browser', 0, 0), 0)
  for (let nowMs = 0; nowMs < 600_000; nowMs += 10_000) ladder = afterPicture(ladder, nowMs)
  assert.ok(ladder.rung > 0)
})

test('whatever happens, remedies keep their distance, and one is always due within a bounded time', () => {
  const happening = fc.record({
    kind: fc.constantFrom('page' as const, 'browser' as const, 'picture' as const, 'due' as const),
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 200 }), fc.boolean(), (happenings, canRestart) => {
      let ladder = ground
      let nowMs = 0
      let lastBegunMs = Number.NEGATIVE_INFINITY
      for (const { kind, afterMs, random } of happenings) {
        nowMs += afterMs
        if (kind === 'picture') ladder = afterPicture(ladder, nowMs)
        else if (kind !== 'due') {
          ladder = afterLoss(ladder, kind, nowMs, random, canRestart)
          assert.ok(ladder.due && ladder.due.atMs - nowMs <= longestWaitMs)
          assert.ok(kind !== 'browser' || ladder.due.remedy !== 'page', 'a page needs a browser')
        } else if (ladder.due) {
          nowMs = Math.max(nowMs, ladder.due.atMs)
          if (lastBegunMs > Number.NEGATIVE_INFINITY && ladder.losses.length > 0)
            assert.ok(nowMs - lastBegunMs >= leastWaitMs, `${nowMs - lastBegunMs} ms`)
          lastBegunMs = nowMs
          ladder = remedyBegun(ladder, nowMs)
        }
        assert.ok(ladder.losses.length <= 25)
      }
    }),
    { numRuns: 300 },
  )
})
