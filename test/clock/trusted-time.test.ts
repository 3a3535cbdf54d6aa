import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isChronySynchronized, isWindowsSynchronized } from '../../main/adapters/system-time.ts'
import {
  freshMs,
  nothingKnown,
  timeAt,
  withDocuments,
  withFleet,
  withSaved,
  withSystem,
} from '../../shared/clock/trusted-time.ts'

const november = Date.parse('2026-11-22T02:00:00Z')
const day = 86_400_000
const system = (wallMs: number, monotonicMs: number) => ({ wallMs, monotonicMs })
const synchronized = (wallMs: number, monotonicMs: number) => ({ wallMs, monotonicMs, synchronized: true })

test('nobody vouches for the time: the system’s clock is the best guess, and it is unknown', () => {
  const told = timeAt(nothingKnown, system(november, 5))
  assert.deepEqual(told, { wallMs: november, trust: 'unknown', source: 'none', ageSeconds: null })
})

test('it is never earlier than the newest signed document while nobody vouches for the time', () => {
  const known = withDocuments(nothingKnown, { anyMs: november, operatorsMs: 0 }, 1000)
  assert.deepEqual(timeAt(known, system(0, 4000)), {
    wallMs: november + 3000,
    trust: 'unknown',
    source: 'document',
    ageSeconds: null,
  })
  assert.equal(timeAt(known, system(november + day, 4000)).wallMs, november + day)
})

test('a synchronized system is trusted while it says so, and held over on the monotonic clock after that', () => {
  const known = withSystem(nothingKnown, synchronized(november, 1000))
  assert.deepEqual(timeAt(known, system(november + 500, 1500)), {
    wallMs: november + 500,
    trust: 'trusted',
    source: 'system',
    ageSeconds: 0.5,
  })
  const later = timeAt(known, system(0, 1000 + freshMs + 1))
  assert.equal(later.trust, 'holdover')
  assert.equal(later.wallMs, november + freshMs + 1)
})

test('a step of a system that is not synchronized moves nothing, one that is synchronized is followed', () => {
  const known = withSystem(nothingKnown, synchronized(november, 0))
  const stepped = { wallMs: november + 365 * day, monotonicMs: 1000 }
  assert.equal(timeAt(withSystem(known, { ...stepped, synchronized: false }), stepped).wallMs, november + 1000)
  assert.equal(timeAt(withSystem(known, { ...stepped, synchronized: true }), stepped).wallMs, november + 365 * day)
})

test('a system that calls itself synchronized, but stands before what operators signed, is not believed', () => {
  const known = withDocuments(nothingKnown, { anyMs: november, operatorsMs: november }, 0)
  assert.equal(timeAt(withSystem(known, synchronized(november - day, 0)), system(november - day, 0)).trust, 'unknown')
})

test('a publisher whose clock is a year ahead takes nobody’s time away', () => {
  const known = withDocuments(nothingKnown, { anyMs: november + 365 * day, operatorsMs: november }, 0)
  const told = timeAt(withSystem(known, synchronized(november + day, 0)), system(november + day, 0))
  assert.deepEqual([told.trust, told.wallMs], ['trusted', november + day])
})

test('the fleet’s time goes before the system’s, as long as it comes', () => {
  const fleet = withFleet(nothingKnown, { wallMs: november, monotonicMs: 0, driftRate: 100e-6 })
  const both = withSystem(fleet, synchronized(november + day, 1000))
  assert.equal(timeAt(both, system(0, 10_000)).wallMs, november + 10_001)
  const without = withSystem(fleet, synchronized(november + day, freshMs + 1))
  assert.equal(timeAt(without, system(0, freshMs + 1)).source, 'system')
})

test('what was saved is held over on the same run of the machine, whatever its clock says now', () => {
  const saved = { wallMs: november, boot: 'a', bootMs: 5000 }
  const known = withSaved(nothingKnown, saved, { boot: 'a', bootMs: 65_000, keepsTime: false }, system(0, 100))
  assert.deepEqual(timeAt(known, system(0, 100)), {
    wallMs: november + 60_000,
    trust: 'holdover',
    source: 'saved',
    ageSeconds: 60,
  })
})

test('after the machine was off, only a clock that goes on by itself and has not gone back keeps the time', () => {
  const saved = { wallMs: november, boot: 'a', bootMs: 5000 }
  const after = (wallMs: number, keepsTime: boolean) =>
    timeAt(
      withSaved(nothingKnown, saved, { boot: 'b', bootMs: 100, keepsTime }, system(wallMs, 50)),
      system(wallMs, 50),
    )
  assert.deepEqual(
    [after(november + day, true).trust, after(november + day, true).wallMs],
    ['holdover', november + day],
  )
  assert.equal(after(november + day, false).trust, 'unknown')
  assert.equal(after(november - day, true).trust, 'unknown')
  assert.equal(after(november + 9000 * day, true).trust, 'unknown')
})

test('chrony and Windows are read by what they really say', () => {
  assert.equal(
    isChronySynchronized('D8EF230C,216.239.35.12,2,1790.1,0.1,0.1,0.1,-9.1,0,0.01,0.03,0.1,64.5,Normal\n'),
    true,
  )
  assert.equal(
    isChronySynchronized('00000000,,0,0.000000000,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n'),
    false,
  )
  assert.equal(isWindowsSynchronized('Leap Indicator: 0(no warning)\r\nStratum: 4'), true)
  assert.equal(isWindowsSynchronized('Sprungindikator: 3(nicht synchronisiert)\r\nStratum: 0'), false)
  assert.equal(isWindowsSynchronized(undefined), false)
})
