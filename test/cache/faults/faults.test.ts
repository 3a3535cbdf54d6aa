import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryFolder } from '../../sqlite/temporary.ts'
import { besiege } from './siege.ts'
import { transferOf } from './transfer.ts'

test('of 60 transfers from a server that does everything wrong all arrive, none with a wrong byte, little is read twice', async (t) => {
  const outcome = await besiege(temporaryFolder(t), 7, 60, () => {})
  const { missing, wrongFiles, askedTooEarly, rememberedTarget, resumable } = outcome
  assert.deepEqual(
    { missing, wrongFiles, askedTooEarly, rememberedTarget, overBudget: resumable.overBudget },
    { missing: [], wrongFiles: 0, askedTooEarly: 0, rememberedTarget: 0, overBudget: [] },
  )
  assert.ok(resumable.interrupted >= 5, `${resumable.interrupted} were interrupted`)
  assert.ok(outcome.met.size >= 15, [...outcome.met.keys()].join(', '))
})

test('a seed makes the same transfer again', () => {
  for (const seed of [0, 1, 77, 1_000_042]) assert.deepEqual(transferOf(seed), transferOf(seed))
})
