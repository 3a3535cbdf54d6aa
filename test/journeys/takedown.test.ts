import assert from 'node:assert/strict'
import { test } from 'node:test'
import { thumbprintOf } from '../../main/operator/signing.ts'
import type { AssetName } from '../../shared/asset-name.ts'
import { makeClip } from '../support/clips.ts'
import { assetCalled, issuedAt, playlistOf, signed, trustOf } from '../support/documents.ts'
import { eventually, setRig } from '../support/player-rig.ts'
import { type Stage, setStage } from '../support/stage.ts'

const listOf = (revision: number, ...assets: AssetName[]) => ({
  kind: 'takedowns',
  id: 'takedowns',
  revision,
  issuedAt,
  target: 'fleet',
  assets: assets.map((asset) => ({ asset, reason: 'rights', at: issuedAt })),
})

async function film(stage: Stage, item: number, seconds: number) {
  const clip = await makeClip({ kind: 'film', item, codec: 'h264', seconds })
  return stage.origin.add(clip.file, clip.mediaType)
}
const takeDown = async (stage: Stage, revision: number, ...assets: AssetName[]) =>
  stage.observer.publish(
    'plazacast/v1/takedowns',
    await signed('takedowns', listOf(revision, ...assets), stage.city.emergency),
  )

test('a film that is taken down leaves the wall in the middle, and the others play on', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const [long, short] = [await film(stage, 1, 60), await film(stage, 2, 1.5)]
  await stage.push([long, short])
  await stage.sees(1)
  await takeDown(stage, 1, long.asset)
  await stage.sees(2, 10_000)
  const items = new Set<number>()
  stage.grab.on(({ seen }) => seen.kind === 'frame' && items.add(seen.item))
  for (let n = 0; n < 3; n++) await stage.sees(2)
  assert.deepEqual([...items], [2])
})

test('a film that an edit lets finish does not finish when it is taken down meanwhile', async (context) => {
  const stage = await setStage(context)
  await stage.found()
  await stage.startKiosk()
  const [long, short] = [await film(stage, 1, 60), await film(stage, 2, 1.5)]
  await stage.push([long])
  await stage.sees(1)
  await stage.push([short], { revision: 2 })
  await stage.observer.untilState(({ playlists }) => playlists[0]?.revision === 2 && playlists[0].status === 'live')
  await stage.sees(1)
  await takeDown(stage, 1, long.asset)
  await stage.sees(2, 10_000)
})

test('what was taken down stays down: when a later list leaves it out, after a restart, and when its approver is revoked', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const [one, two, three] = ['one', 'two', 'three'].map((name) => assetCalled(name))
  assert.ok(one && two && three)
  const first = await rig.start()
  await rig.publish('trust', trustOf(city), city.root)
  await rig.site()
  await rig.publish('playlist', await playlistOf([one, two, three], [city.approver]), city.publisher)
  await eventually('all play', () => first.items().length === 3)
  await rig.publish('takedowns', listOf(5, one.asset), city.approver2)
  await eventually('the first is down', () => String(first.items()) === 'item-2,item-3')
  await rig.publish('takedowns', listOf(6, two.asset), city.emergency)
  await eventually('the second is down, too', () => String(first.items()) === 'item-3')
  await rig.publish('takedowns', listOf(7), city.publisher)
  await rig.observer.untilEvent(({ about }) => about.code === 'missing-role')
  await first.stop()
  const second = await rig.start()
  await eventually('it is as it was', () => String(second.items()) === 'item-3')
  await rig.publish('trust', trustOf(city, { revision: 2, revoked: [await thumbprintOf(city.approver2)] }), city.root)
  await rig.publish('playlist', await playlistOf([one, two, three], [city.approver], { revision: 2 }), city.publisher)
  await rig.observer.untilState(({ playlists }) => playlists[0]?.revision === 2)
  assert.deepEqual(second.items(), ['item-3'])
})

test('of two lists under one number both are heeded, and the second is refused aloud', async (t) => {
  const rig = await setRig(t)
  const { city } = rig
  const [one, two, three] = ['one', 'two', 'three'].map((name) => assetCalled(name))
  assert.ok(one && two && three)
  const running = await rig.start()
  await rig.publish('trust', trustOf(city), city.root)
  await rig.site()
  await rig.publish('playlist', await playlistOf([one, two, three], [city.approver]), city.publisher)
  await rig.publish('takedowns', listOf(2, one.asset), city.approver)
  await eventually('the first is down', () => String(running.items()) === 'item-2,item-3')
  await rig.publish('takedowns', listOf(2, two.asset), city.approver2)
  await eventually('the second is down, too', () => String(running.items()) === 'item-3')
  await rig.observer.untilEvent(({ code, about }) => code === 'document-refused' && about.code === 'conflict')
})
