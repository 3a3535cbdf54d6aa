import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bandCells, decodeBand, encodeBand } from './band.ts'

/** A row of the display: the band at a scale, between bars of black. */
function row(cells: Uint8Array, cellWidth: number, left = 0, right = 0): Uint8Array {
  const pixels = Array.from(
    { length: Math.round(bandCells * cellWidth) },
    (_, x) => cells[Math.floor(x / cellWidth)] ?? 0,
  )
  return Uint8Array.from([...new Uint8Array(left), ...pixels, ...new Uint8Array(right)])
}

test('what is encoded is decoded, at any scale and between black bars', () => {
  for (const [item, frame] of [
    [0, 0],
    [1, 44],
    [254, 65_535],
    [170, 21_845],
  ] as const) {
    const cells = encodeBand(item, frame)
    for (const scaled of [row(cells, 16), row(cells, 32), row(cells, 6.75), row(cells, 27, 100, 100)])
      assert.deepEqual(decodeBand(scaled), { kind: 'frame', item, frame })
  }
})

test('a dark row is black', () => {
  assert.deepEqual(decodeBand(new Uint8Array(640).fill(16)), { kind: 'black' })
})

test('a row that is evenly grey or white, or has one block turned over, is unknown', () => {
  const turned = encodeBand(3, 7)
  turned[12] = 255 - (turned[12] ?? 0)
  for (const bad of [new Uint8Array(640).fill(100), new Uint8Array(640).fill(255), row(turned, 16)])
    assert.deepEqual(decodeBand(bad), { kind: 'unknown' })
})

test('a mixture of two frames is unknown, not one of the two', () => {
  const [old, next] = [row(encodeBand(1, 44), 16), row(encodeBand(2, 0), 16)]
  assert.deepEqual(decodeBand(old.map((level, at) => (level + (next[at] ?? 0)) / 2)), { kind: 'unknown' })
})
