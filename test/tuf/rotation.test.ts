import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approver, installPlayer, playlist, publisher, rootsOf, stranger, trust } from './city.ts'

/** Root keys that a trust document names, how many of them sign the next one, and who signed this one. */
type Step = readonly [keys: readonly number[], needed: number, signers: readonly number[]]

/** test_root_rotation: every step is taken, or the last one is refused. */
const rotations: Record<string, { steps: readonly Step[]; lastIsRefused?: true }> = {
  '1-of-1-key-rotation': {
    steps: [
      [[1], 1, [1]],
      [[2], 1, [2, 1]],
      [[2], 1, [2]],
    ],
  },
  '1-of-1-key-rotation-unused-signatures': {
    steps: [
      [[1], 1, [3, 1, 4]],
      [[2], 1, [3, 2, 1, 4]],
      [[2], 1, [3, 2, 4]],
    ],
  },
  '3-of-5-sign-with-different-keycombos': {
    steps: [
      [[1, 6, 2, 3, 4], 3, [1, 2, 4]],
      [[1, 6, 2, 3, 4], 3, [1, 4, 6]],
      [[1, 6, 2, 3, 4], 3, [1, 6, 3]],
    ],
  },
  '3-of-5-one-key-rotated-with-intermediate-step': {
    steps: [
      [[1, 6, 2, 3, 4], 3, [1, 2, 4]],
      [[1, 6, 3, 4, 5], 3, [1, 2, 4, 5]],
      [[1, 6, 3, 4, 5], 3, [1, 4, 5]],
    ],
  },
  '3-of-5-all-keys-rotated-with-intermediate-step': {
    steps: [
      [[1, 6, 2, 3, 4], 3, [1, 2, 4]],
      [[5, 7, 8, 9, 10], 3, [1, 2, 4, 5, 7, 8]],
      [[5, 7, 8, 9, 10], 3, [5, 7, 8]],
    ],
  },
  '1-of-3-threshold-increase-to-2-of-3': {
    steps: [
      [[1, 2, 3], 1, [1]],
      [[1, 2, 3], 2, [1, 2]],
    ],
  },
  '2-of-3-threshold-decrease-to-1-of-3': {
    steps: [
      [[1, 2, 3], 2, [1, 2]],
      [[1, 2, 3], 1, [1, 2]],
      [[1, 2, 3], 1, [1]],
    ],
  },
  '1-of-2-threshold-increase-to-2-of-2': {
    steps: [
      [[1], 1, [1]],
      [[1, 2], 2, [1, 2]],
    ],
  },
  '1-of-1-key-rotation-fail-not-signed-with-old-key': {
    steps: [
      [[1], 1, [1]],
      [[2], 1, [2, 3, 4]],
    ],
    lastIsRefused: true,
  },
  '3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys': {
    steps: [
      [[1, 6, 2, 3, 4], 3, [1, 2, 4]],
      [[1, 6, 3, 4, 5], 3, [1, 4, 5]],
    ],
    lastIsRefused: true,
  },
  '2-of-3-threshold-decr-to-1-of-3-fails-old-threshold-not-eached': {
    steps: [
      [[1, 2, 3], 2, [1, 2]],
      [[1, 2, 3], 1, [1]],
    ],
    lastIsRefused: true,
  },
}

for (const [name, { steps, lastIsRefused }] of Object.entries(rotations)) {
  test(`test_root_rotation ${name}: ${lastIsRefused ? 'the last step is refused' : 'every step is taken'}`, (context) => {
    const player = installPlayer(context)
    steps.forEach(([keys, needed, signers], index) => {
      const refusal = player.refusal(rootsOf(index + 1, keys, needed, signers))
      const expected = lastIsRefused && index === steps.length - 1
      assert.equal(refusal !== undefined, expected ?? false, `step ${index + 1}: ${refusal}`)
      player.restart()
    })
    assert.equal(player.trustRevision(), lastIsRefused ? steps.length - 1 : steps.length)
  })
}

test('test_non_root_rotations 1-of-1-key-rotation: the new publisher counts at once, the old one no more', (context) => {
  const player = installPlayer(context)
  const keysOf = (key: typeof publisher) => [
    { jwk: key.jwk, roles: ['publisher'] },
    { jwk: approver().jwk, roles: ['approver'] },
  ]
  player.take(trust(1, [1], { keys: keysOf(publisher) }))
  assert.equal(player.take(playlist(1)), 'playlist')
  player.take(trust(2, [1], { keys: keysOf(stranger) }))
  assert.deepEqual(player.loop(), [], 'what only the old key vouched for is off')
  assert.equal(player.refusal(playlist(2)), 'unknown-key')
  assert.equal(player.take(playlist(2, {}, stranger)), 'playlist')
})
