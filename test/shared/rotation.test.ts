import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Programme } from '../../shared/screen/programme.ts'
import { carryOver, cutInAt, nextShowing, type Position, startPosition } from '../../shared/screen/rotation.ts'
import { laneOf, loopOf } from '../support/loops.ts'

function run(programme: Programme, steps: number, from: Position = startPosition): { shown: string[]; at: Position } {
  const shown: string[] = []
  let at = from
  for (let index = 0; index < steps; index += 1) {
    const step = nextShowing(programme, at)
    assert.ok(step)
    shown.push(`${step.showing.playlist}:${step.showing.item}`)
    at = step.after
  }
  return { shown, at }
}

test('one playlist plays its items in order and begins again', () => {
  assert.deepEqual(run(loopOf(laneOf('a', 3, ['1', '2', '3'])), 5).shown, ['a:1', 'a:2', 'a:3', 'a:1', 'a:2'])
})

test('a loop without lanes has nothing to show', () => {
  assert.equal(nextShowing(loopOf(), startPosition), undefined)
})

test('at every point each playlist has had its share of the showings to within less than one', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(weights, (all) => {
      const total = all.reduce((sum, weight) => sum + weight, 0)
      const programme = loopOf(...all.map((weight, index) => laneOf(`p${index}`, weight, ['only'])))
      const counts = all.map(() => 0)
      const { shown } = run(programme, 2 * total + 3)
      shown.forEach((name, step) => {
        const index = Number(name.slice(1).split(':')[0])
        counts[index] = (counts[index] ?? 0) + 1
        all.forEach((weight, one) => {
          const share = ((step + 1) * weight) / total
          assert.ok(Math.abs((counts[one] ?? 0) - share) < 1, `after ${step + 1}: ${counts[one]} of ${share}`)
        })
      })
    }),
  )
})

test('every playlist goes on with its own next item when its turn comes', () => {
  const { shown } = run(loopOf(laneOf('a', 1, ['1', '2', '3']), laneOf('b', 1, ['x', 'y'])), 6)
  assert.deepEqual(
    shown.filter((name) => name.startsWith('a')),
    ['a:1', 'a:2', 'a:3'],
  )
  assert.deepEqual(
    shown.filter((name) => name.startsWith('b')),
    ['b:x', 'b:y', 'b:x'],
  )
})

test('a position that was stored and read again goes on where the loop stood', () => {
  const programme = loopOf(laneOf('a', 2, ['1', '2', '3']), laneOf('b', 1, ['x', 'y']))
  const whole = run(programme, 20).shown
  const first = run(programme, 7)
  const rest = run(programme, 13, JSON.parse(JSON.stringify(first.at))).shown
  assert.deepEqual([...first.shown, ...rest], whole)
})

test('an edit that removes the item to come goes on with the one after it, not from the start', () => {
  const before = loopOf(laneOf('a', 1, ['1', '2', '3', '4']))
  const after = loopOf(laneOf('a', 1, ['1', '2', '4']))
  const { at } = run(before, 2)
  assert.deepEqual(run(after, 2, carryOver(before, after, at)).shown, ['a:4', 'a:1'])
})

test('a loop that was away for a while goes on where it was', () => {
  const usual = loopOf(laneOf('a', 1, ['1', '2', '3']))
  const takeover = loopOf(laneOf('urgent', 1, ['!']))
  const { at } = run(usual, 1)
  const during = run(takeover, 2, carryOver(usual, takeover, at)).at
  assert.deepEqual(run(usual, 1, carryOver(takeover, usual, during)).shown, ['a:2'])
})

test('a lane that cuts in comes next from its first item, and the others go on after it', () => {
  const programme = loopOf(laneOf('a', 3, ['1', '2', '3']), laneOf('urgent', 1, ['!', '!!']))
  const { at } = run(programme, 2)
  const { shown, at: after } = run(programme, 1, cutInAt(programme, at, 'fleet/urgent'))
  assert.deepEqual(shown, ['urgent:!'])
  assert.equal(after.first, undefined)
})
