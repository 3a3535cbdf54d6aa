import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AssetName } from '../../shared/asset-name.ts'
import { assetCalled, playlistOf, trustOf } from '../support/documents.ts'
import { eventually, setRig } from '../support/player-rig.ts'

test('what was withdrawn does not come back while a later revision is still arriving', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  await rig.publish('trust', trustOf(city), city.root)
  await rig.site()
  const held = new Set<AssetName>([assetCalled('old').asset])
  const startCache = () => ({
    want: () => {},
    rules: () => {},
    held: () => held,
    late: () => new Set<never>(),
    progress: () => [],
    retryNow: () => {},
    stop: async () => {},
  })
  const wall = await rig.start({ parts: { startCache } })
  const push = async (revision: number, more: Parameters<typeof playlistOf>[2], ...names: string[]) =>
    rig.publish(
      'playlist',
      await playlistOf(
        names.map((name) => assetCalled(name)),
        [city.approver],
        { revision, ...more },
      ),
      city.publisher,
    )

  await push(1, {}, 'old')
  await eventually('it plays', () => wall.items().length === 1, 20_000)
  await push(2, { withdrawn: true }, 'old')
  await eventually('it is gone', () => wall.items().length === 0, 20_000)
  await push(3, {}, 'new')
  await rig.observer.untilState(({ playlists }) => playlists.some((one) => one.revision === 3))
  assert.deepEqual(wall.items(), [])
})
