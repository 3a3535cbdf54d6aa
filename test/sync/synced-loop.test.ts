import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assetCalled, issuedAt, playlistOf, trustOf } from '../support/documents.ts'
import { eventually, setRig } from '../support/player-rig.ts'

test('an HLS film has its place in the common loop before this wall has any of it', async (context) => {
  const rig = await setRig(context)
  const wall = await rig.start()
  await rig.publish('trust', trustOf(rig.city), rig.city.root)
  const site = {
    kind: 'site',
    id: 'wall',
    revision: 1,
    issuedAt,
    target: 'players/wall',
    groups: [],
    sync: { group: 'a' },
  }
  await rig.publish('site', site, rig.city.operator)
  const stream = { ...assetCalled('stream', 'application/vnd.apple.mpegurl'), seconds: 12.4 }
  const playlist = await playlistOf([assetCalled('photo'), stream], [rig.city.approver])
  await rig.publish('playlist', playlist, rig.city.publisher)

  const programme = () => {
    const last = wall.sentToPage.findLast((message) => message.kind === 'programme')
    return last?.kind === 'programme' ? last.programme : undefined
  }
  await eventually('there is a common loop', () => programme()?.synced !== undefined)
  assert.deepEqual(wall.items(), ['item-1'], 'its files are not here')
  assert.deepEqual(
    programme()?.synced?.slots.map(([, ms]) => ms),
    [2_000, 12_400],
  )
})
