import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aheadAt, clockLine, emptyFilter, longestRoundMs, withExchange } from '../../shared/clock/offset-filter.ts'
import { noSteering, steer } from '../../shared/clock/steady-clock.ts'
import { simulateClock } from '../bench/clock-simulation.ts'

const exchange = (sentMs: number, ahead: number, thereMs: number, backMs: number) => ({
  sentMs,
  heardMs: sentMs + thereMs + ahead,
  answeredMs: sentMs + thereMs + ahead,
  backMs: sentMs + thereMs + backMs,
})

test('with 0 to 80 ms of jitter either way and 200 ppm of drift, the offset is right within 2 ms in 99 of 100 cases', () => {
  const found = simulateClock({ hours: 60, seed: 7, jitter: 'even' })
  assert.ok(found.plazacast.p99Ms <= 2, `p99 ${found.plazacast.p99Ms} ms`)
  assert.ok(found.shortestRound.p99Ms > found.plazacast.p99Ms, 'the shortest round trip is a worse judge')
  assert.ok(found.lastSample.p99Ms > 10, 'the simulation is hard for who believes the last answer')
})

test('a player that hears nothing more for a minute is still right within 3 ms, and after an hour within 10 ms', () => {
  const { minuteAlone, hourAlone } = simulateClock({ hours: 30, seed: 3, jitter: 'even' })
  assert.ok(minuteAlone.count > 100 && minuteAlone.p99Ms <= 3, `p99 ${minuteAlone.p99Ms} ms after a minute`)
  assert.ok(hourAlone.count > 100 && hourAlone.p99Ms <= 10, `p99 ${hourAlone.p99Ms} ms after an hour`)
})

test('one exchange gives an estimate between its bounds', () => {
  const line = clockLine(withExchange(emptyFilter, exchange(1000, 5000, 10, 30)))
  assert.ok(line)
  assert.ok(Math.abs(line.aheadMs - 5000) <= line.halfWidthMs)
  assert.equal(line.halfWidthMs, 20)
})

test('answers that were held back for longer than an exchange may take change nothing', () => {
  const filter = withExchange(emptyFilter, exchange(1000, 5000, 10, 10))
  assert.equal(withExchange(filter, exchange(2000, 5000, 10, longestRoundMs + 1)), filter)
  assert.equal(withExchange(filter, exchange(2000, 5000, longestRoundMs + 1, 10)), filter)
})

test('whoever holds back one direction cannot move what honest exchanges have bounded', () => {
  let filter = emptyFilter
  for (let second = 0; second < 40; second++) filter = withExchange(filter, exchange(second * 1000, 5000, 5, 5))
  for (let second = 40; second < 80; second++) filter = withExchange(filter, exchange(second * 1000, 5000, 900, 5))
  const line = clockLine(filter)
  assert.ok(line && Math.abs(aheadAt(line, 80_000) - 5000) < 6)
})

test('a server whose clock was set is followed at once', () => {
  let filter = emptyFilter
  for (let second = 0; second < 100; second++) filter = withExchange(filter, exchange(second * 1000, 5000, 5, 5))
  for (let second = 100; second < 104; second++) filter = withExchange(filter, exchange(second * 1000, 9000, 5, 5))
  const line = clockLine(filter)
  assert.ok(line && Math.abs(aheadAt(line, 104_000) - 9000) < 6)
})

test('exchanges that cannot have been are left out', () => {
  assert.equal(withExchange(emptyFilter, { sentMs: 10, heardMs: 0, answeredMs: 0, backMs: 5 }), emptyFilter)
  assert.equal(withExchange(emptyFilter, { sentMs: 0, heardMs: 10, answeredMs: 5, backMs: 20 }), emptyFilter)
  assert.equal(withExchange(emptyFilter, { sentMs: 0, heardMs: 0, answeredMs: 100, backMs: 20 }), emptyFilter)
})

test('a clock that others follow goes after small corrections slowly, and after its owner at once', () => {
  const begun = steer(noSteering, 100, 0)
  assert.equal(begun.correctionMs, 100)
  assert.equal(steer(begun, 120, 1000).correctionMs, 100.5)
  assert.equal(steer(begun, 100.2, 1000).correctionMs, 100.2)
  assert.equal(steer(begun, 60_100, 1000).correctionMs, 60_100)
})
