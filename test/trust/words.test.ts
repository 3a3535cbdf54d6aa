import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { nodeCrypto } from '../../main/adapters/node-crypto.ts'
import { planLoop } from '../../shared/loop/loop-plan.ts'
import type { Payload } from '../attack/forge.ts'
import { openIntake } from '../attack/real-intake.ts'
import {
  approvalOf,
  evil,
  type Genuine,
  genuine,
  keys,
  nowMs,
  playlistPayload,
  rootKeys,
  roots,
  said,
  shown,
  spokenApprovals,
  trustPayload,
} from '../attack/world.ts'

const [dawn = evil, noon = evil] = shown
const held = shown.map(({ asset }) => asset)

function openWall(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'plazacast-words-'))
  const player = openIntake({ folder, rootKeys, crypto: nodeCrypto, now: () => nowMs })
  context.after(() => {
    player.close()
    rmSync(folder, { recursive: true })
  })
  return {
    take: ({ topic, bytes }: Genuine) => player.take(topic, bytes),
    /** What the loop says, item by item. */
    loop() {
      const { newest, former, ...rest } = player.knowledge()
      const plan = planLoop(newest, former, { ...rest, atMs: nowMs, held: new Set(held), late: new Set() })
      return plan.lanes.flatMap(({ showings }) =>
        showings.map(({ item, caption, hashtag, key }) => ({ item, says: caption?.en ?? hashtag, key })),
      )
    },
  }
}

const trust = (revision: number, more: Payload) => genuine('trust', trustPayload(revision, more), ...roots)
const playlist = (revision: number, words: readonly (Payload | undefined)[]) => {
  const items = [dawn, noon].map(({ asset }, index) => ({
    id: `item-${index + 1}`,
    asset,
    seconds: 2,
    ...words[index],
  }))
  const approvals = [approvalOf(dawn), approvalOf(noon), ...spokenApprovals]
  return genuine('playlist', playlistPayload(revision, [dawn, noon], { items, approvals }), keys.publisher)
}

test('when trust begins to ask for it, words that nobody approved leave the wall, and approved ones stay', (context) => {
  const wall = openWall(context)
  assert.equal(wall.take(trust(1, { words: 'free' })), 'trust')
  assert.equal(wall.take(playlist(1, [said[0], { hashtag: '#free' }])), 'playlist')
  assert.deepEqual(
    wall.loop().map(({ says }) => says),
    ['Café by the river', '#free'],
  )
  assert.equal(wall.take(trust(2, {})), 'trust')
  assert.deepEqual(
    wall.loop().map(({ says }) => says),
    ['Café by the river'],
  )
  assert.equal(wall.take(trust(3, { words: 'free' })), 'trust')
  assert.equal(wall.loop().length, 2)
})

test('words lose their approval with the key of one who signed them', (context) => {
  const wall = openWall(context)
  wall.take(trust(1, {}))
  assert.equal(wall.take(playlist(1, said)), 'playlist')
  assert.equal(wall.loop().length, 2)
  wall.take(trust(2, { revoked: [keys.approver2.kid] }))
  assert.deepEqual(wall.loop(), [])
})

test('the same item with other approved words is another showing, so that the former words do not stay for its sake', (context) => {
  const wall = openWall(context)
  wall.take(trust(1, {}))
  wall.take(playlist(1, said))
  const [spoken] = wall.loop()
  assert.equal(wall.take(playlist(2, [])), 'playlist')
  const [silent] = wall.loop()
  assert.deepEqual([spoken?.item, silent?.item], ['item-1', 'item-1'])
  assert.notEqual(spoken?.key, silent?.key)
  wall.take(trust(2, { words: 'free' }))
  const [free] = wall.loop()
  assert.ok(free?.key !== silent?.key && free?.key !== spoken?.key)
})
