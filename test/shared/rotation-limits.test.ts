import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Lane, Programme } from '../../shared/screen/programme.ts'
import {
  afterSlate,
  carryOver,
  nextOpeningMs,
  nextShowing,
  type Position,
  position,
  resumedAt,
  startPosition,
  withShowingBegun,
} from '../../shared/screen/rotation.ts'
import { laneOf, loopOf } from '../support/loops.ts'

type More = Pick<Lane, 'limits' | 'notBeside'>
const lane = (name: string, weight = 1, more: More = {}, items = ['1', '2']): Lane => laneOf(name, weight, items, more)

type Shown = { readonly playlist: string; readonly item: string; readonly atMs: number }
type Ran = { readonly shown: Shown[]; readonly at: Position; readonly ms: number; readonly slates: number }

/** Plays as the page does: an item of so many seconds after the other, and the slate when nothing may be shown. */
function play(programme: Programme, untilMs: number, from: Partial<Ran> = {}, seconds = 10): Ran {
  let at = from.at ?? startPosition
  let ms = from.ms ?? 0
  let slates = 0
  const shown: Shown[] = []
  while (ms < untilMs) {
    const step = nextShowing(programme, at, ms)
    if (!step) {
      slates += 1
      ms = Math.max(ms + 2000, (at.last ? undefined : nextOpeningMs(programme, at, ms)) ?? 0)
      at = afterSlate(at)
      shown.push({ playlist: '', item: '', atMs: ms })
      continue
    }
    shown.push({ playlist: step.showing.playlist, item: step.showing.item, atMs: ms })
    at = withShowingBegun(programme, step.after, step.showing.key, ms)
    ms += seconds * 1000
  }
  return { shown, at, ms, slates }
}
const startsOf = (shown: readonly Shown[], name: string) =>
  shown.filter(({ playlist }) => playlist === name).map(({ atMs }) => atMs)
const hourMs = 3_600_000

function obeys(starts: readonly number[], { everyMinutes, perHour }: NonNullable<More['limits']>): void {
  starts.forEach((ms, index) => {
    const before = starts[index - 1]
    if (everyMinutes !== undefined && before !== undefined)
      assert.ok(ms - before >= everyMinutes * 60_000, `${ms - before} ms apart`)
    const oldest = perHour === undefined ? undefined : starts[index - perHour]
    if (oldest !== undefined) assert.ok(ms - oldest >= hourMs, `${perHour} and one more within ${ms - oldest} ms`)
  })
}

const limits = fc.record(
  { everyMinutes: fc.constantFrom(0.5, 1, 2.5, 7, 30), perHour: fc.integer({ min: 1, max: 40 }) },
  { requiredKeys: [] },
)
const anyLanes = fc
  .array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), limits: fc.option(limits, { nil: undefined }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((all) => all.map(({ weight, limits: one }, index) => lane(`p${index}`, weight, one ? { limits: one } : {})))

test('no limit is ever overrun, whatever the weights, and whether or not the position was stored and read again', () => {
  fc.assert(
    fc.property(anyLanes, fc.constantFrom(5, 10, 37), (lanes, seconds) => {
      const programme = loopOf(...lanes)
      const first = play(programme, hourMs, {}, seconds)
      const stored = position.parse(JSON.parse(JSON.stringify(first.at)))
      const rest = play(programme, 3 * hourMs, { at: resumedAt(stored, first.ms), ms: first.ms }, seconds)
      for (const one of lanes) {
        const name = one.key.slice(6)
        if (one.limits) obeys(startsOf([...first.shown, ...rest.shown], name), one.limits)
      }
    }),
    { numRuns: 150 },
  )
})

test('a playlist that plays once every five minutes comes within one of its turns after them', () => {
  const { shown, slates } = play(
    loopOf(lane('a'), lane('b'), lane('rare', 1, { limits: { everyMinutes: 5 } })),
    4 * hourMs,
  )
  const gaps = startsOf(shown, 'rare').flatMap((ms, index, all) => (index === 0 ? [] : [ms - (all[index - 1] ?? 0)]))
  assert.ok(gaps.length >= 45, String(gaps.length))
  assert.ok(Math.max(...gaps) <= 5 * 60_000 + 30_000, String(Math.max(...gaps)))
  assert.equal(slates, 0)
})

test('while a playlist is at its limit the others share its turns by their weights', () => {
  const { shown } = play(loopOf(lane('a', 2), lane('b', 1), lane('rare', 5, { limits: { perHour: 2 } })), 10 * hourMs)
  const [a, b] = [startsOf(shown, 'a').length, startsOf(shown, 'b').length]
  assert.ok(Math.abs(a - 2 * b) <= 3, `${a} and ${b}`)
  assert.equal(startsOf(shown, 'rare').length, 20)
})

test('what came due while a playlist was at its limit is not made up for: its limit lifted, it has its share', () => {
  const limited = loopOf(lane('a'), lane('b', 1, { limits: { perHour: 1 } }))
  const ran = play(limited, 5 * hourMs)
  const free = loopOf(lane('a'), lane('b'))
  const { shown } = play(free, ran.ms + hourMs, { at: carryOver(limited, free, ran.at), ms: ran.ms })
  const [a, b] = [startsOf(shown, 'a').length, startsOf(shown, 'b').length]
  assert.ok(Math.abs(a - b) <= 2, `${a} and ${b}`)
})

test('an edit does not begin the counting of limits anew', () => {
  const before = loopOf(lane('a'), lane('b', 1, { limits: { everyMinutes: 10 } }))
  const ran = play(before, 60_000)
  const after = loopOf(lane('a'), lane('b', 3, { limits: { everyMinutes: 10 } }, ['1', '3']), lane('c'))
  const rest = play(after, 3 * hourMs, { at: carryOver(before, after, ran.at), ms: ran.ms })
  obeys(startsOf([...ran.shown, ...rest.shown], 'b'), { everyMinutes: 10 })
})

test('when everything is at its limit nothing is shown until the first of them may again', () => {
  const programme = loopOf(lane('a', 1, { limits: { everyMinutes: 3 } }), lane('b', 1, { limits: { everyMinutes: 4 } }))
  const { shown, slates } = play(programme, 2 * hourMs)
  assert.ok(slates > 0)
  obeys(startsOf(shown, 'a'), { everyMinutes: 3 })
  obeys(startsOf(shown, 'b'), { everyMinutes: 4 })
  assert.ok(startsOf(shown, 'a').length >= 37, 'it comes as soon as it may')
})

test('a clock that was set back neither overruns a limit nor holds a playlist for longer than it says', () => {
  const programme = loopOf(lane('a', 1, { limits: { everyMinutes: 10 } }))
  const { at } = play(programme, 60_000, { ms: 50_000 })
  const year = -365 * 24 * hourMs
  const resumed = resumedAt(at, year)
  assert.equal(nextShowing(programme, resumed, year + 9 * 60_000), undefined)
  assert.ok(nextShowing(programme, resumed, year + 10 * 60_000 + 100))
})

test('the history that limits need stays small', () => {
  const programme = loopOf(lane('a'), lane('b', 1, { limits: { everyMinutes: 0.1, perHour: 12 } }))
  const { at } = play(programme, 24 * hourMs)
  assert.equal(at.starts?.['fleet/b']?.length, 12)
  assert.deepEqual(Object.keys(at.starts ?? {}), ['fleet/b'])
})

test('competitors are never neighbours, whichever of them says so, and everybody is shown', () => {
  const many = fc
    .array(
      fc.record({
        weight: fc.integer({ min: 1, max: 6 }),
        apart: fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 2 }),
      }),
      {
        minLength: 2,
        maxLength: 6,
      },
    )
    .map((all) =>
      all.map(({ weight, apart }, index) =>
        lane(`p${index}`, weight, {
          notBeside: apart.filter((other) => other !== index && other < all.length).map((other) => `p${other}`),
        }),
      ),
    )
  fc.assert(
    fc.property(many, (lanes) => {
      const { shown } = play(loopOf(...lanes), 6 * hourMs)
      const apart = (one: string, other: string) =>
        lanes.some(({ key, notBeside }) => key === `fleet/${one}` && (notBeside ?? []).includes(other))
      shown.forEach(({ playlist }, index) => {
        const before = shown[index - 1]?.playlist
        if (!before || !playlist) return
        assert.ok(!apart(before, playlist) && !apart(playlist, before), `${playlist} after ${before}`)
      })
      for (const { key } of lanes) assert.ok(startsOf(shown, key.slice(6)).length > 0, `${key} was never shown`)
    }),
    { numRuns: 150 },
  )
})

test('two competitors with a third playlist between them keep their shares and see no slate', () => {
  const { shown, slates } = play(loopOf(lane('a', 1, { notBeside: ['b'] }), lane('b'), lane('c', 2)), 10 * hourMs)
  assert.equal(slates, 0)
  const [a, b, c] = ['a', 'b', 'c'].map((name) => startsOf(shown, name).length) as [number, number, number]
  assert.ok(Math.abs(a - b) <= 4 && Math.abs(c - a - b) <= 4, `${a}, ${b}, ${c}`)
})

test('two competitors alone take turns in runs with the slate between, each with its share', () => {
  const { shown, slates } = play(loopOf(lane('a', 1, { notBeside: ['b'] }), lane('b')), 10 * hourMs)
  const [a, b] = [startsOf(shown, 'a').length, startsOf(shown, 'b').length]
  assert.ok(Math.abs(a - b) <= 8, `${a} and ${b}`)
  assert.ok(slates > 0 && slates < shown.length / 5, `${slates} of ${shown.length}`)
})

test('what was on last is kept apart from its competitor although it has left the loop', () => {
  const before = loopOf(lane('a', 1, { notBeside: ['b'] }))
  const { at } = play(before, 5_000)
  const after = loopOf(lane('b'), lane('c'))
  assert.equal(nextShowing(after, carryOver(before, after, at), 10_000)?.showing.playlist, 'c')
})

test('without limits a position is what it was: nothing is kept of the past but what was on last', () => {
  const { at } = play(loopOf(lane('a', 2), lane('b')), 600_000)
  assert.deepEqual(Object.keys(at).sort(), ['last', 'next', 'turns'])
})
