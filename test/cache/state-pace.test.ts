import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../main/app/ports.ts'
import { createStatePace } from '../../main/app/state-pace.ts'
import type { State } from '../../shared/reports/state.ts'

/** A clock that stands until it is moved. */
function movedClock(): { clock: Clock; move(ms: number): void } {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  const after = (ms: number, run: () => void) => {
    const timer = { atMs: nowMs + ms, run }
    timers.push(timer)
    return () => {
      timers = timers.filter((one) => one !== timer)
    }
  }
  return {
    clock: { now: () => nowMs, monotonicMs: () => nowMs, after },
    move(ms) {
      nowMs += ms
      const due = timers.filter(({ atMs }) => atMs <= nowMs)
      timers = timers.filter(({ atMs }) => atMs > nowMs)
      for (const { run } of due) run()
    },
  }
}

type Said = Omit<State, 'at'>
const stateWith = (doneBytes: number, item = 'one'): Said => ({
  now: { playlist: 'p', revision: 1, item, asset: 'a', since: '2026-11-22T00:00:00Z' },
  next: null,
  playlists: [
    { id: 'p', target: 'fleet', revision: 1, status: 'waiting', missingBytes: 1000 - doneBytes, reasons: [] },
  ],
  refused: [],
  downloads: [{ asset: 'a', playlists: [], bytes: 1000, doneBytes, state: 'downloading' }],
  clock: 'trusted',
  trust: 1,
  site: 1,
  version: '0',
  host: 'chromium',
})

test('progress alone is told every two seconds, whatever else is new at once', () => {
  const { clock, move } = movedClock()
  const sent: Said[] = []
  let doneBytes = 0
  let item = 'one'
  const pace = createStatePace(
    clock,
    (state) => sent.push(state),
    () => say(),
  )
  const say = () => pace.say(stateWith(doneBytes, item))
  move(5000)
  say()
  for (doneBytes = 100; doneBytes < 900; doneBytes += 100) {
    move(100)
    say()
  }
  assert.equal(sent.length, 1)
  item = 'two'
  say()
  assert.equal(sent.length, 2)
  for (let step = 0; step < 30; step++) {
    move(100)
    doneBytes += 1
  }
  assert.equal(sent.length, 3)
  assert.ok((sent[2]?.downloads?.[0]?.doneBytes ?? 0) > 900)
  pace.stop()
  move(60_000)
  assert.equal(sent.length, 3)
})
