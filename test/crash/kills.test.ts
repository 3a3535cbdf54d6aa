import assert from 'node:assert/strict'
import { test } from 'node:test'
import { killAgainAndAgain } from './kills.ts'

test('a player killed in the midst of a busy hour loses nothing, and shows nothing wrong (a few of npm run kills)', async () => {
  const { shown, lost, corrupt, wrong } = await killAgainAndAgain({ count: 5, seed: 2, progress: () => {} })
  assert.ok(shown > 0, 'the wall has shown something')
  assert.deepEqual({ lost, corrupt, wrong }, { lost: [], corrupt: [], wrong: [] })
})
