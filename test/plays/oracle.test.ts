import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOracle } from './oracle.ts'

test('every showing that is seen on the display is recorded once and nothing else is, over restarts', async (context) => {
  const { differences, seen, restarts } = await runOracle(context, { showings: 12, restartEvery: 5, hz: 30 })
  assert.deepEqual(differences, [])
  assert.ok(seen >= 12 && restarts === 2, `${seen} seen, ${restarts} restarts`)
})
