import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Programme } from '../../shared/screen/programme.ts'
import { carryOver, nextShowing, type Position, startPosition } from '../../shared/screen/rotation.ts'
import { laneOf, loopOf } from '../support/loops.ts'

type Phase = { readonly weights: readonly number[]; readonly steps: number }
const phase: fc.Arbitrary<Phase> = fc.record({
  // 0: this playlist is not in the loop
  weights: fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 5, maxLength: 5 })
    .filter((all) => all.some((weight) => weight > 0)),
  steps: fc.integer({ min: 1, max: 60 }),
})

/**
 * Counts start when the set of playlists or a weight changes. Within a phase a prefix is off by less than one, so any stretch
 * by less than two; a stretch over m changes is the end of a phase, whole phases, and the beginning of one: less than m + 2.
 */
test('over any stretch, while playlists join and leave, each has its share to within less than two and one for each change', () => {
  fc.assert(
    fc.property(fc.array(phase, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(), (phases, one, other) => {
      const shown: { index: number; phase: number; weights: readonly number[] }[] = []
      let at: Position = startPosition
      let before: Programme | undefined
      phases.forEach(({ weights, steps }, number) => {
        const programme = loopOf(
          ...weights.flatMap((weight, index) => (weight > 0 ? [laneOf(String(index), weight, ['x', 'y'])] : [])),
        )
        at = before ? carryOver(before, programme, at) : at
        before = programme
        for (let count = 0; count < steps; count += 1) {
          const step = nextShowing(programme, at)
          assert.ok(step)
          shown.push({ index: Number(step.showing.playlist), phase: number, weights })
          at = step.after
        }
      })
      const [from, until] = [one % shown.length, other % shown.length].sort((a, b) => a - b) as [number, number]
      const stretch = shown.slice(from, until + 1)
      const changes = (stretch.at(-1)?.phase ?? 0) - (stretch[0]?.phase ?? 0)
      for (let index = 0; index < 5; index += 1) {
        const had = stretch.filter((showingOf) => showingOf.index === index).length
        const share = stretch.reduce(
          (sum, { weights }) => sum + (weights[index] ?? 0) / weights.reduce((all, weight) => all + weight, 0),
          0,
        )
        assert.ok(Math.abs(had - share) < changes + 2, `${had} of ${share} over ${changes} changes`)
      }
    }),
    { numRuns: 400 },
  )
})

const itemNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

test('whatever is edited while an item is on, the item after it is the one that would have come, or the first after that which is still there', () => {
  const items = fc.shuffledSubarray(itemNames, { minLength: 1 })
  const edit = fc.record({
    removed: fc.subarray(itemNames),
    added: fc.array(fc.record({ at: fc.nat(8), name: fc.constantFrom('n1', 'n2', 'n3') }), { maxLength: 2 }),
  })
  fc.assert(
    fc.property(items, fc.nat(20), edit, fc.boolean(), (names, steps, { removed, added }, other) => {
      const others = other ? [laneOf('other', 1, ['x'])] : []
      const before = loopOf(laneOf('list', 2, names), ...others)
      let at: Position = startPosition
      for (let count = 0; count <= steps; count += 1) {
        const step = nextShowing(before, at)
        assert.ok(step)
        at = step.after // what was just chosen is on now
      }
      const edited = names.filter((name) => !removed.includes(name))
      for (const { at: place, name } of added)
        if (!edited.includes(name)) edited.splice(place % (edited.length + 1), 0, name)
      if (edited.length === 0) return
      const after = loopOf(laneOf('list', 2, edited), ...others)
      const nextOf = (programme: Programme, from: Position): string | undefined => {
        let place = from
        for (let tries = 0; tries < 9; tries += 1) {
          const step = nextShowing(programme, place)
          if (!step) return undefined
          if (step.showing.playlist === 'list') return step.showing.item
          place = step.after
        }
        return undefined
      }
      const unedited = nextOf(before, at)
      const started = names.indexOf(unedited ?? '')
      const inOrder = [...names.slice(started), ...names.slice(0, started)]
      const expected = inOrder.find((name) => edited.includes(name)) ?? edited[0]
      assert.equal(nextOf(after, carryOver(before, after, at)), expected)
    }),
    { numRuns: 500 },
  )
})

test('an edit of items alone changes nobody’s turn', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 }),
      fc.nat(40),
      (weights, steps) => {
        const before = loopOf(...weights.map((weight, index) => laneOf(String(index), weight, ['x', 'y'])))
        const after = loopOf(...weights.map((weight, index) => laneOf(String(index), weight, ['y', 'z', 'w'])))
        let at: Position = startPosition
        for (let count = 0; count < steps; count += 1) at = nextShowing(before, at)?.after ?? at
        const turns = (programme: Programme, from: Position) => {
          let place = from
          return Array.from({ length: 30 }, () => {
            const step = nextShowing(programme, place)
            place = step?.after ?? place
            return step?.showing.playlist
          })
        }
        assert.deepEqual(turns(after, carryOver(before, after, at)), turns(before, at))
      },
    ),
    { numRuns: 100 },
  )
})
