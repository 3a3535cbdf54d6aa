import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../../main/sqlite/open.ts'
import { electedFor, fanOut, parentFor, rankingFor } from '../../shared/neighbours/election.ts'
import {
  afterRound,
  beginWaiting,
  type Patience,
  type Prospect,
  type Verdict,
} from '../../shared/neighbours/patience.ts'
import { chanceOf } from '../attack/chance.ts'
import { temporaryFolder } from '../sqlite/temporary.ts'
import { type Outcome, virtualStreet, type Weather } from './virtual-street.ts'

const ids = Array.from({ length: 40 }, (_, one) => `player-${one}`)
const hexes = Array.from({ length: 200 }, (_, one) => one.toString(16).padStart(64, '0'))
const others = (self: string) => ids.filter((id) => id !== self)

test('the players of an asset form a tree: one goes to the origin, each gives to four at most, and nobody waits in a circle', () => {
  for (const hex of hexes) {
    const parents = new Map(ids.map((id) => [id, parentFor(hex, id, others(id))]))
    assert.deepEqual(
      ids.filter((id) => parents.get(id) === undefined),
      [electedFor(hex, ids)],
    )
    const children = ids.map((id) => ids.filter((other) => parents.get(other) === id).length)
    assert.ok(Math.max(...children) <= fanOut)
    for (const id of ids) {
      let steps = 0
      for (let at: string | undefined = id; at !== undefined; at = parents.get(at)) steps += 1
      assert.ok(steps <= 4, `${id} is ${steps} steps from the origin`)
    }
  }
})

test('assets are spread over the players, and one that leaves changes nobody else’s place in line', () => {
  const elected = new Map<string, number>()
  for (const hex of hexes) {
    const one = electedFor(hex, ids) ?? ''
    elected.set(one, (elected.get(one) ?? 0) + 1)
    assert.deepEqual(
      rankingFor(hex, others('player-7')),
      rankingFor(hex, ids).filter((id) => id !== 'player-7'),
    )
  }
  assert.ok(elected.size > 30 && Math.max(...elected.values()) < 20)
})

/** Rounds of these words, each of `roundMs`, until something else than waiting comes of it. */
function rounds(word: (round: number) => Prospect, roundMs: number, patience: Patience): [Verdict, number] {
  let now = patience
  for (let round = 1; round < 100_000; round++) {
    const [next, verdict] = afterRound(now, word(round), roundMs)
    now = next
    if (verdict.kind !== 'wait') return [verdict, round]
  }
  throw new Error('it waits for ever')
}
const mebibyte = 1024 * 1024
const fresh = (sizeBytes = 4 * mebibyte, knownForMs = 0) => beginWaiting(sizeBytes, knownForMs, 0)

test('who gets on is waited for, whatever the clock says; who stands still is passed over, and the third time nobody is waited for', () => {
  const steady = rounds((round) => ({ kind: 'coming', doneBytes: round * 1000 }), 1000, fresh())
  assert.equal(steady[0].kind, 'give-up')
  assert.ok(steady[1] > 300, 'five minutes for 4 MiB')
  let patience = fresh()
  const verdicts: Verdict[] = []
  while (verdicts.at(-1)?.kind !== 'give-up') {
    const [next, verdict] = afterRound(patience, { kind: 'coming', doneBytes: 7 }, 1000)
    patience = next
    if (verdict.kind !== 'wait') verdicts.push(verdict)
  }
  assert.deepEqual(verdicts, [
    { kind: 'pass-over', why: 'idle' },
    { kind: 'pass-over', why: 'idle' },
    { kind: 'give-up' },
  ])
})

test('a minute in which this machine stood still is one round, not a minute of waiting in vain', () => {
  const still: Prospect = { kind: 'coming', doneBytes: 7 }
  const [verdict, count] = rounds(() => still, 60_000, fresh())
  assert.deepEqual([verdict.kind, count >= 8], ['pass-over', true])
})

test('who wants nothing of it is passed over at once, unless the asset is new: then it may not have heard of it', () => {
  assert.deepEqual(
    rounds(() => ({ kind: 'none' }), 1000, fresh(mebibyte, 60_000)),
    [{ kind: 'pass-over', why: 'none' }, 1],
  )
  assert.deepEqual(
    rounds(() => ({ kind: 'none' }), 1000, fresh()),
    [{ kind: 'pass-over', why: 'none' }, 3],
  )
})

test('three questions without an answer are enough, and an answer in between is an answer', () => {
  const silent: Prospect = { kind: 'silent' }
  assert.deepEqual(
    rounds(() => silent, 2500, fresh()),
    [{ kind: 'pass-over', why: 'silent' }, 3],
  )
  const dozing = (round: number): Prospect => (round % 3 === 0 ? { kind: 'coming', doneBytes: round } : silent)
  assert.equal(rounds(dozing, 2500, fresh())[0].kind, 'give-up')
})

test('who is always busy is waited for a minute, and longer for a long film', () => {
  const seconds = (sizeBytes: number) => rounds(() => ({ kind: 'busy' }), 1000, fresh(sizeBytes))[1]
  assert.deepEqual([seconds(mebibyte), seconds(600 * mebibyte)], [61, 660])
})

async function street(t: TestContext, weather: Weather): Promise<Outcome> {
  const { db, close } = openDatabase(join(temporaryFolder(t), 'player.sqlite'))
  t.after(close)
  const chance = chanceOf(7)
  return virtualStreet(db, 40, () => chance.below(2 ** 32) / 2 ** 32, weather)
}

test('forty players ask the origin once when all is well', async (t) => {
  assert.equal((await street(t, {})).origin, 1)
})

test('forty players whose processes lag by seconds ask the origin once or twice', async (t) => {
  const { origin } = await street(t, { lagMs: 4000 })
  assert.ok(origin <= 2, `${origin} times`)
})

test('when the one that fetches it for all is gone, one other takes over', async (t) => {
  assert.equal((await street(t, { firstGoneMs: 20_000 })).origin, 2)
})

test('when it stands still for the one that fetches it, a few others take over, not all', async (t) => {
  const { origin, tookMs } = await street(t, { firstStandsStillMs: 10_000 })
  assert.ok(origin <= 4, `${origin} times`)
  assert.ok(tookMs < 300_000, `${tookMs} ms`)
})

test('half a street that hears of an asset three seconds later costs the origin nothing', async (t) => {
  assert.equal((await street(t, { lateByMs: 3000 })).origin, 1)
})
