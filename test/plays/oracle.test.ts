import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOracle } from './oracle.ts'

test('every showing that is seen on the display is recorded once and nothing else is, over restarts, skips and lost pages', async (context) => {
  const options = { showings: 18, restartEvery: 8, disturbEvery: 5, hz: 30 }
  const { differences, seen, restarts, skips, pageKills } = await runOracle(context, options)
  assert.deepEqual(differences, [])
  assert.ok(
    seen >= 18 && restarts === 2 && skips === 2 && pageKills === 1,
    JSON.stringify({ seen, restarts, skips, pageKills }),
  )
})
