import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chanceOf } from '../attack/chance.ts'
import { Disk } from './disk.ts'
import type { DiskCall } from './trace.ts'

const left = (calls: readonly DiskCall[]) => {
  const disk = new Disk()
  for (const [index, call] of calls.entries()) disk.apply(call, index)
  return disk.after('ext4', 'all-dropped', chanceOf(1)).files.map(({ path, size }) => `${path} ${size}`)
}
const create: DiskCall = { kind: 'create', path: 'a', file: 1, folder: false }
const write = (at: number): DiskCall => ({ kind: 'write', file: 1, at, data: Buffer.from('abc') })

test('what was never synced may be gone whole', () => {
  assert.deepEqual(left([create, write(0)]), [])
})

test('a sync keeps the bytes and the name of a file', () => {
  assert.deepEqual(left([create, write(0), { kind: 'sync', file: 1, since: 2 }]), ['a 3'])
})

test('a write that comes while a sync is under way may be lost, what was there before is not', () => {
  assert.deepEqual(left([create, write(0), write(3), { kind: 'sync', file: 1, since: 2 }]), ['a 3'])
})
