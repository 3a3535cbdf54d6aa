import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyLines } from '../../main/operator/plays-verify.ts'
import { chanceOf, isFound, mutate, soundChain } from './mutations.ts'

test('a sound chain is found sound, and every one of 2,000 mutations of it is found', async () => {
  const { lines, check, acknowledged } = await soundChain(25)
  const [verdict] = await verifyLines(lines, check)
  assert.deepEqual([verdict?.findings, verdict?.records, verdict?.acknowledged], [[], 25, acknowledged])
  const random = chanceOf(20261122)
  for (let count = 0; count < 2_000; count++) {
    const mutation = mutate(lines, random)
    assert.ok(await isFound(mutation, check), `${mutation.kind}, number ${count}`)
  }
})

test('a finding names the record: changed, removed, out of order, cut off behind an acknowledgement', async () => {
  const { lines, check } = await soundChain(20)
  const codes = async (changed: readonly string[]) =>
    (await verifyLines(changed, check)).flatMap(({ findings }) => findings.map(({ code, seq }) => `${code} ${seq}`))
  assert.deepEqual(await codes(lines.with(5, (lines[5] ?? '').replace('"ms":10000', '"ms":20000'))), ['edited 5'])
  assert.deepEqual(await codes(lines.toSpliced(5, 1)), ['removed 6'])
  assert.deepEqual(await codes(lines.slice(0, 11)), ['truncated 11', 'truncated 11'])
  const swapped = lines.with(5, lines[6] ?? '').with(6, lines[5] ?? '')
  assert.ok((await codes(swapped)).includes('reordered 5'))
})
